/// Faults the sandbox commits on request, as hosts do by accident.
package struct SandboxFaults: Sendable, Hashable {
  /// One way to fail.
  package enum Kind: String, Sendable, Hashable, CaseIterable {
    /// 429 that says when to come back, in seconds or in milliseconds.
    case rateLimit = "rate-limit"
    /// 429 that says nothing.
    case bareRateLimit = "bare-rate-limit"
    /// 500.
    case internalError = "internal-error"
    /// 502.
    case badGateway = "bad-gateway"
    /// 503.
    case unavailable
    /// No answer until the client gives up, or `hang` is over.
    case hang
    /// The connection ends before anything was done.
    case dropBefore = "drop-before"
    /// The connection ends after everything was done.
    case dropAfter = "drop-after"
    /// Half of the reply's body arrives.
    case truncated
    /// A page of HTML with status 200, as proxies answer; nothing was done.
    case html
    /// A job is made, and the connection ends before the reply.
    case lostJob = "lost-job"
    /// A job fails for no reason of its own.
    case jobFailure = "job-failure"
    /// A model just made is not found for its first few uses.
    case missingModel = "missing-model"
  }

  /// Share of requests, jobs and models that are hit, 0...1.
  package var rate: Double
  /// Decides which are hit: with the same seed and requests, the same ones.
  package var seed: UInt64
  /// The ways to fail.
  package var kinds: Set<Kind>
  /// How long a hanging request is held at most.
  package var hang: Duration

  package init(
    rate: Double = 0,
    seed: UInt64 = 1,
    kinds: Set<Kind> = Set(Kind.allCases),
    hang: Duration = .seconds(60)
  ) {
    self.rate = rate
    self.seed = seed
    self.kinds = kinds
    self.hang = hang
  }
}
