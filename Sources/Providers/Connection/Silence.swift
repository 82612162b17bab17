/// Decides when a user who sees nothing happen is told what is waited for.
///
/// A pure state machine: no silence is longer than `longest` before a wait that would make it so.
struct Silence: Sendable {
  /// How long nothing may be said.
  static let longest = Duration.seconds(5)

  private var last: ContinuousClock.Instant?

  /// Before a wait.
  ///
  /// - Parameters:
  ///   - wait: How long it takes.
  ///   - start: When what is waited for was begun.
  ///   - now: Monotonic time.
  /// - Returns: Whether to tell; what is told counts from then on.
  mutating func isBroken(
    by wait: Duration,
    since start: ContinuousClock.Instant,
    now: ContinuousClock.Instant
  ) -> Bool {
    let silent = last.map { max($0, start) } ?? start
    let isRecent = last.map { $0.duration(to: now) < Self.longest } ?? false
    guard !isRecent, silent.duration(to: now) + wait > Self.longest else { return false }
    last = now
    return true
  }
}
