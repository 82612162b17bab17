/// Decides whether and when one request is sent again.
///
/// A pure state machine: time and chance come from outside, and only the time that passes between
/// two calls matters.
package struct RetrySchedule: Sendable {
  /// Beyond what the last outcome is final.
  package struct Budget: Sendable, Hashable {
    /// Times it is sent at most, waits for capacity not counted.
    package var attempts: Int
    /// Times it is sent at most to an origin that never answered and cannot be connected to.
    package var firstAttempts: Int
    /// Time in which the last wait must have ended.
    package var time: Duration
    /// The same while the host says that it is starting up or limits the rate.
    package var patientTime: Duration

    package init(
      attempts: Int = 10,
      firstAttempts: Int = 4,
      time: Duration = .seconds(300),
      patientTime: Duration = .seconds(900)
    ) {
      self.attempts = attempts
      self.firstAttempts = firstAttempts
      self.time = time
      self.patientTime = patientTime
    }
  }

  /// What a reply means for repeating.
  package enum Verdict: Sendable, Hashable {
    /// An answer, or a refusal that would come again.
    case final
    /// A fault that may pass in seconds.
    case retry
    /// Too many requests.
    case throttled
    /// The host is loading a model or scaling up: it may take minutes.
    case starting
  }

  /// What to do next.
  package enum Decision: Sendable, Hashable {
    /// The outcome is final.
    case finish
    /// Send it again after a while.
    case retry(after: Duration)
  }

  /// Equal 500s in a row after which a sixth is not asked for: some servers answer nonsense so.
  private static let mostServerErrors = 5
  /// Waits that are as short as the host says.
  private static let believed = 4
  private static let shortest = 0.5
  private static let longest = 8.0

  private let budget: Budget
  private let isRepeatable: Bool
  private let start: ContinuousClock.Instant
  private var attempts = 0
  private var waits = 0
  private var serverErrors = 0

  /// Creates a schedule.
  ///
  /// - Parameters:
  ///   - budget: Beyond what the last outcome is final.
  ///   - isRepeatable: Whether sending twice does no harm.
  ///   - start: Now.
  package init(
    budget: Budget = Budget(),
    isRepeatable: Bool,
    start: ContinuousClock.Instant
  ) {
    self.budget = budget
    self.isRepeatable = isRepeatable
    self.start = start
  }

  /// What a reply means by its status, its `x-should-retry` and, for a few statuses, its body.
  package static func verdict(_ response: HTTPResponse) -> Verdict {
    let status = response.status
    guard status >= 400 else { return .final }
    switch response.fields["x-should-retry"]?.lowercased() {
    case "false": return .final
    case "true": return status == 429 ? .throttled : .retry
    default: break
    }
    switch status {
    case 429: return .throttled
    case 503, 529:
      let signs = ["loading model", "overloaded", "scaling_up", "scaling up", "starting"]
      return response.body.mentions(any: signs) ? .starting : .retry
    case 408, 425, 500, 502, 504: return .retry
    case 409: return response.body.mentions(any: ["lock"]) ? .retry : .final
    default: return .final
    }
  }

  /// After a reply.
  ///
  /// - Parameters:
  ///   - response: The reply.
  ///   - verdict: What it means.
  ///   - now: Monotonic time.
  ///   - wallClock: Seconds since 1970, only for dates in replies that do not say when they were sent.
  ///   - random: 0..<1.
  /// - Returns: What to do.
  package mutating func replied(
    _ response: HTTPResponse,
    _ verdict: Verdict,
    now: ContinuousClock.Instant,
    wallClock: Double,
    random: Double
  ) -> Decision {
    attempts += 1
    guard verdict != .final else { return .finish }
    let asked = HeaderTime.retryAfter(response.fields, wallClock: wallClock)
    let isRefused = response.status == 429 || (response.status == 503 && asked != nil)
    guard isRepeatable || isRefused else { return .finish }
    serverErrors = response.status == 500 ? serverErrors + 1 : 0
    switch verdict {
    case .final: return .finish
    case .retry:
      guard attempts < budget.attempts, serverErrors < Self.mostServerErrors else { return .finish }
      return wait(pause(asked, random), until: budget.time, now: now)
    case .throttled:
      return patiently(pause(asked, random), now: now)
    case .starting:
      let growing = Duration.seconds(min(60, 10 * Double(waits + 1)) * (1 - 0.25 * random))
      return patiently(asked ?? growing, now: now)
    }
  }

  /// After a request without a reply.
  ///
  /// - Parameters:
  ///   - error: Why there is none.
  ///   - isKnown: Whether the origin ever answered.
  ///   - now: Monotonic time.
  ///   - random: 0..<1.
  /// - Returns: What to do.
  package mutating func failed(
    _ error: TransportError,
    isKnown: Bool,
    now: ContinuousClock.Instant,
    random: Double
  ) -> Decision {
    attempts += 1
    serverErrors = 0
    guard error.isPassing, isRepeatable || !error.mayHaveArrived else { return .finish }
    let isNowhere = error.code == .dns || error.code == .connect || error.code == .tls
    let most = isNowhere && !isKnown ? budget.firstAttempts : budget.attempts
    guard attempts < most else { return .finish }
    return wait(backOff(random), until: budget.time, now: now)
  }

  /// Whether a wait that others impose fits into the budget.
  package func allows(_ wait: Duration, now: ContinuousClock.Instant) -> Bool {
    start.duration(to: now) + wait <= budget.patientTime
  }

  /// What the host asks for, or the back-off where that is no time at all, as a date that is past, or
  /// was too short several times.
  private func pause(_ asked: Duration?, _ random: Double) -> Duration {
    let usual = backOff(random)
    guard let asked, asked > .zero else { return usual }
    return waits < Self.believed ? asked : max(asked, usual)
  }

  /// 0.5 s doubling to 8 s, less up to a quarter.
  private func backOff(_ random: Double) -> Duration {
    var seconds = Self.shortest
    for _ in 0..<min(waits, 4) { seconds *= 2 }
    return .seconds(min(seconds, Self.longest) * (1 - 0.25 * random))
  }

  /// A wait for capacity: it takes time but no attempt.
  private mutating func patiently(_ duration: Duration, now: ContinuousClock.Instant) -> Decision {
    attempts -= 1
    return wait(duration, until: budget.patientTime, now: now)
  }

  private mutating func wait(
    _ duration: Duration,
    until limit: Duration,
    now: ContinuousClock.Instant
  ) -> Decision {
    guard start.duration(to: now) + duration <= limit else { return .finish }
    waits += 1
    return .retry(after: duration)
  }
}

extension [UInt8] {
  /// Whether any of the lower-case texts occurs in the first 4 kB, in either case.
  package func mentions(any texts: [String]) -> Bool {
    let start = String(decoding: prefix(4096), as: UTF8.self).lowercased()
    return texts.contains { start.contains($0) }
  }
}
