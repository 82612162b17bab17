/// Decides when the next request may start and how many may run at once.
///
/// A pure state machine, told what the host says. Requests are spread evenly, not sent in bursts.
package struct RateLimiter: Sendable {
  /// What is allowed from the start.
  package struct Limits: Sendable, Hashable {
    /// Requests a minute; `nil` for any number.
    package var requestsPerMinute: Int?
    /// Tokens a minute; `nil` for any number.
    package var tokensPerMinute: Int?
    /// Requests at once, at least 1.
    package var concurrency: Int

    package init(
      requestsPerMinute: Int? = nil,
      tokensPerMinute: Int? = nil,
      concurrency: Int = 64
    ) {
      self.requestsPerMinute = requestsPerMinute
      self.tokensPerMinute = tokensPerMinute
      self.concurrency = max(1, concurrency)
    }
  }

  /// One rate: the time from which the next unit is free.
  private struct Rate: Sendable {
    /// Units used at once before spreading begins, in time.
    private static let burst = Duration.seconds(1)

    /// Seconds a unit, as configured.
    let interval: Double?
    /// Seconds a unit as learnt, while it is scarce.
    var scarcity: (interval: Double, until: ContinuousClock.Instant)?
    var next: ContinuousClock.Instant

    init(perMinute: Int?, now: ContinuousClock.Instant) {
      interval = perMinute.map { 60 / Double(max(1, $0)) }
      next = now
    }

    mutating func take(_ units: Int, now: ContinuousClock.Instant) -> Duration {
      var seconds = interval ?? 0
      var burst = Self.burst
      if let scarcity, now < scarcity.until {
        seconds = max(seconds, scarcity.interval)
        burst = .zero
      }
      if seconds > 0 { burst = min(burst, .seconds(max(0, burst / .seconds(1) - seconds))) }
      let start = max(next, now)
      let wait = max(.zero, now.duration(to: next) - burst)
      next = start + .seconds(seconds * Double(units))
      return wait
    }

    /// The host says that few units are left for a while.
    mutating func learn(remaining: Double, reset: Duration, now: ContinuousClock.Instant) {
      let interval = reset / .seconds(1) / (remaining + 1)
      scarcity = (interval, now + reset)
      if remaining < 1 { next = max(next, now + reset) }
    }
  }

  /// Successes a step of recovery takes, times the concurrency.
  private static let recovery = 4
  /// 429s within this time are one event: they answer requests sent at the same rate.
  private static let round = Duration.seconds(2)

  /// Requests that may run at once now.
  package private(set) var concurrency: Int
  private let most: Int
  private var requests: Rate
  private var tokens: Rate
  private var successes = 0
  private var lastCut: ContinuousClock.Instant?

  /// Creates a limiter.
  ///
  /// - Parameters:
  ///   - limits: What is allowed from the start.
  ///   - now: Monotonic time.
  package init(_ limits: Limits, now: ContinuousClock.Instant) {
    most = limits.concurrency
    concurrency = limits.concurrency
    requests = Rate(perMinute: limits.requestsPerMinute, now: now)
    tokens = Rate(perMinute: limits.tokensPerMinute, now: now)
  }

  /// Takes a place in the stream of requests.
  ///
  /// - Parameters:
  ///   - tokens: Tokens the request costs.
  ///   - now: Monotonic time.
  /// - Returns: How long to wait before sending it.
  package mutating func reserve(tokens: Int, now: ContinuousClock.Instant) -> Duration {
    max(requests.take(1, now: now), self.tokens.take(tokens, now: now))
  }

  /// Notes a reply that was no refusal.
  package mutating func succeeded() {
    guard concurrency < most else { return }
    successes += 1
    if successes >= Self.recovery * concurrency {
      successes = 0
      concurrency += 1
    }
  }

  /// Notes a 429: half as many at once, once a round.
  ///
  /// - Parameters:
  ///   - running: Requests under way.
  ///   - now: Monotonic time.
  package mutating func throttled(running: Int, now: ContinuousClock.Instant) {
    successes = 0
    if let lastCut, lastCut.duration(to: now) < Self.round { return }
    lastCut = now
    concurrency = max(1, min(concurrency, max(1, running)) / 2)
  }

  /// Learns from what a reply says about the limits.
  ///
  /// The size of a limit says nothing about its window, so only what remains and when it is restored
  /// is used, and only when less than a tenth remains: then it is spread over that time.
  /// - Parameters:
  ///   - fields: The reply's header fields.
  ///   - now: Monotonic time.
  ///   - wallClock: Seconds since 1970, for limits that are reset at a time of day.
  package mutating func learn(
    _ fields: HTTPFields,
    now: ContinuousClock.Instant,
    wallClock: Double
  ) {
    // `x-ratelimit-…` and `x-tokenlimit-…`.
    guard fields.mention("limit-") else { return }
    let values = Dictionary(fields.all.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
    let present = HeaderTime.now(fields, wallClock: wallClock)
    func read(_ names: [String]) -> (remaining: Double, reset: Duration)? {
      func value(_ word: String) -> String? {
        names.lazy.compactMap { values[$0.replacing("*", with: word)] }.first
      }
      guard let remaining = value("remaining").flatMap(Double.init), remaining >= 0,
        let reset = value("reset").flatMap({ HeaderTime.reset($0, now: present) })
      else { return nil }
      let limit = value("limit").flatMap(Double.init) ?? 0
      // A day's limit, or somebody's clock is wrong: a 429 will tell.
      guard remaining < 1 || remaining * 10 < limit, reset <= .seconds(600) else { return nil }
      return (remaining, reset)
    }
    if let (remaining, reset) = read(["x-ratelimit-*-requests", "x-ratelimit-*"]) {
      requests.learn(remaining: remaining, reset: reset, now: now)
    }
    if let (remaining, reset) = read(["x-ratelimit-*-tokens", "x-tokenlimit-*"]) {
      tokens.learn(remaining: remaining, reset: reset, now: now)
    }
  }
}
