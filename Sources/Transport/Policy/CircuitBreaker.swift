/// Leaves an origin alone that fails time after time, and tries it with one request now and then.
///
/// A pure state machine (Nygard, "Release It!", 2007, ch. 5).
package struct CircuitBreaker: Sendable {
  private enum State: Sendable {
    /// All pass; so many failures in a row.
    case closed(failures: Int)
    /// None passes before then.
    case open(until: ContinuousClock.Instant)
    /// One is under way to try it.
    case trying
  }

  /// How often those that wait for the trial look again.
  private static let look = Duration.milliseconds(250)
  private static let longest = Duration.seconds(30)

  private let threshold: Int
  private let shortest: Duration
  private var pause: Duration
  private var state = State.closed(failures: 0)

  /// Creates a closed breaker.
  ///
  /// - Parameters:
  ///   - threshold: Failures in a row that open it.
  ///   - pause: First time it stays open; doubles up to 30 s.
  package init(threshold: Int = 10, pause: Duration = .seconds(1)) {
    self.threshold = max(1, threshold)
    shortest = pause
    self.pause = pause
  }

  /// Whether all requests pass.
  package var isClosed: Bool { if case .closed = state { true } else { false } }

  /// Asks for a pass.
  ///
  /// - Parameter now: Monotonic time.
  /// - Returns: `nil` to go on; otherwise after what time to ask again.
  package mutating func admit(now: ContinuousClock.Instant) -> Duration? {
    switch state {
    case .closed: return nil
    case .trying: return Self.look
    case .open(let until):
      guard now >= until else { return now.duration(to: until) }
      state = .trying
      return nil
    }
  }

  /// Notes any reply that shows the host to be alive.
  package mutating func succeeded() {
    state = .closed(failures: 0)
    pause = shortest
  }

  /// Notes a failure of the host: no connection, no reply, 5xx.
  package mutating func failed(now: ContinuousClock.Instant) {
    switch state {
    case .closed(let failures) where failures + 1 < threshold:
      state = .closed(failures: failures + 1)
    case .closed, .trying:
      state = .open(until: now + pause)
      pause = min(pause * 2, Self.longest)
    case .open: break
    }
  }

  /// Notes a request that was given up here, which says nothing about the host.
  package mutating func abandoned(now: ContinuousClock.Instant) {
    if case .trying = state { state = .open(until: now) }
  }
}
