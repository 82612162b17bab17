import Glibc
import Synchronization

/// Sends requests until they have a final outcome, within what each origin allows.
package final class HTTPClient: Sendable {
  /// Says what a reply means where the caller knows better than its status; `nil` where it does not.
  package typealias Judge = @Sendable (HTTPResponse) -> RetrySchedule.Verdict?

  /// Told before a wait: the last outcome, `nil` while the origin is left alone, and how long.
  package typealias Waiting = @Sendable (Result<HTTPResponse, TransportError>?, Duration) -> Void

  /// What is known about one origin.
  private final class Origin: Sendable {
    struct State {
      var limiter: RateLimiter
      var breaker = CircuitBreaker()
      var isKnown = false
    }

    let slots: Slots
    let state: Mutex<State>

    init(_ limits: RateLimiter.Limits, now: ContinuousClock.Instant) {
      slots = Slots(limit: limits.concurrency)
      state = Mutex(State(limiter: RateLimiter(limits, now: now)))
    }

    func release() { slots.release(limit: state.withLock { $0.limiter.concurrency }) }
  }

  /// Where what is made of replies runs best; see `HTTPEngine`.
  package var executor: any TaskExecutor { engine.executor }
  private let engine: HTTPEngine
  private let limits: RateLimiter.Limits
  private let budget: RetrySchedule.Budget
  private let sleep: @Sendable (Duration) async throws -> Void
  private let random: @Sendable () -> Double
  private let origins = Mutex<[String: Origin]>([:])

  /// Creates a client.
  ///
  /// - Parameters:
  ///   - engine: What sends; may be shared.
  ///   - limits: What each origin allows.
  ///   - budget: How long a request is repeated.
  ///   - sleep: Waits; throws `CancellationError` when cancelled.
  ///   - random: Gives numbers in 0..<1 for the jitter.
  package init(
    engine: HTTPEngine,
    limits: RateLimiter.Limits = RateLimiter.Limits(),
    budget: RetrySchedule.Budget = RetrySchedule.Budget(),
    sleep: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) },
    random: @escaping @Sendable () -> Double = { .random(in: 0..<1) }
  ) {
    self.engine = engine
    self.limits = limits
    self.budget = budget
    self.sleep = sleep
    self.random = random
  }

  /// Sends a request, again where that can help and does no harm, and waits for its final reply.
  ///
  /// - Parameters:
  ///   - request: What to send; `isRepeatable` says whether it may be sent again after it may have
  ///     arrived.
  ///   - tokens: Tokens it costs.
  ///   - attempts: Times it is sent at most, waits for capacity not counted; `nil` for the budget's.
  ///   - judge: What a reply means, where its status does not tell.
  ///   - waiting: Told of each wait before the request is sent again.
  /// - Returns: The last reply, of whatever status.
  /// - Throws: `TransportError` when the last attempt had no reply, or `CancellationError`.
  package func send(
    _ request: HTTPRequest,
    tokens: Int = 0,
    attempts: Int? = nil,
    judge: Judge? = nil,
    waiting: Waiting? = nil
  ) async throws -> HTTPResponse {
    let origin = origin(request.address.origin)
    var budget = budget
    if let attempts {
      budget.attempts = min(budget.attempts, attempts)
      budget.firstAttempts = min(budget.firstAttempts, attempts)
    }
    var schedule = RetrySchedule(budget: budget, isRepeatable: request.isRepeatable, start: .now)
    while true {
      let decision: RetrySchedule.Decision
      let outcome: Result<HTTPResponse, TransportError>
      try await origin.slots.acquire()
      do {
        defer { origin.release() }
        try await pass(origin, request, tokens: tokens, schedule: schedule, waiting: waiting)
        do {
          let response = try await engine.send(request)
          outcome = .success(response)
          let verdict = judge?(response) ?? RetrySchedule.verdict(response)
          note(response, verdict, at: origin)
          decision =
            verdict == .final
            ? .finish
            : schedule.replied(
              response,
              verdict,
              now: .now,
              wallClock: wallClock,
              random: random()
            )
        } catch let error as TransportError {
          outcome = .failure(error)
          let isKnown = note(error, at: origin)
          decision = schedule.failed(error, isKnown: isKnown, now: .now, random: random())
        } catch {
          origin.state.withLock { $0.breaker.abandoned(now: .now) }
          throw error
        }
      }
      switch decision {
      case .finish: return try outcome.get()
      case .retry(let wait):
        waiting?(outcome, wait)
        try await sleep(wait)
      }
    }
  }

  /// Waits until the origin's breaker and rates let a request through.
  private func pass(
    _ origin: Origin,
    _ request: HTTPRequest,
    tokens: Int,
    schedule: RetrySchedule,
    waiting: Waiting?
  ) async throws {
    while let wait = origin.state.withLock({ $0.breaker.admit(now: .now) }) {
      guard schedule.allows(wait, now: .now) else {
        throw TransportError(
          .circuitOpen,
          "\(request.address.origin) has failed too often in a row and is left alone"
        )
      }
      waiting?(nil, wait)
      try await sleep(wait)
    }
    let wait = origin.state.withLock { $0.limiter.reserve(tokens: tokens, now: .now) }
    guard wait > .zero else { return }
    do {
      try await sleep(wait)
    } catch {
      origin.state.withLock { $0.breaker.abandoned(now: .now) }
      throw error
    }
  }

  private func note(
    _ response: HTTPResponse,
    _ verdict: RetrySchedule.Verdict,
    at origin: Origin
  ) {
    let isThrottled = verdict == .throttled
    let running = isThrottled ? origin.slots.used : 0
    origin.state.withLock { state in
      state.isKnown = true
      state.limiter.learn(response.fields, now: .now, wallClock: wallClock)
      if isThrottled {
        state.limiter.throttled(running: running, now: .now)
      } else if response.status < 400 {
        state.limiter.succeeded()
      }
      // A 500 is an answer, which one request may always get while others get theirs.
      if response.status > 500, verdict == .retry {
        state.breaker.failed(now: .now)
      } else {
        state.breaker.succeeded()
      }
    }
  }

  /// Notes a failure; returns whether the origin ever answered.
  private func note(_ error: TransportError, at origin: Origin) -> Bool {
    origin.state.withLock { state in
      if error.isPassing {
        state.breaker.failed(now: .now)
      } else {
        state.breaker.abandoned(now: .now)
      }
      return state.isKnown
    }
  }

  private func origin(_ name: String) -> Origin {
    origins.withLock { origins in
      if let origin = origins[name] { return origin }
      let origin = Origin(limits, now: .now)
      origins[name] = origin
      return origin
    }
  }

  private var wallClock: Double { Double(time(nil)) }
}
