import Experiment
import Synchronization

/// Decides what fails: by seed, by what is asked and by how often it was asked before, never by time.
///
/// The same thing fails at most twice in a row, so that a client that tries again gets through.
final class FaultPlan: Sendable {
  /// Uses of a new model that find it missing.
  static let usesMissed = 3
  private static let mostInARow = 2

  private struct Attempts {
    var count = 0
    var inARow = 0
  }

  private struct State {
    var attempts: [Digest: Attempts] = [:]
    var missing: [ModelReference: Int] = [:]
  }

  /// What is asked for.
  let specification: SandboxFaults
  private let state = Mutex(State())

  init(_ specification: SandboxFaults) { self.specification = specification }

  /// The fault to be committed on a request.
  func fault(for request: ServerRequest) -> SandboxFaults.Kind? {
    guard specification.rate > 0, request.path.first == "v1" else { return nil }
    let makesJob = request.method == "POST" && request.path == ["v1", "fine_tuning", "jobs"]
    return fault(for: request.identity) { kind in
      switch kind {
      case .jobFailure, .missingModel: false
      case .lostJob: makesJob
      default: true
      }
    }
  }

  /// Whether a job fails; the identity is what the job is, not its number.
  func fails(job identity: Digest) -> Bool {
    fault(for: identity) { $0 == .jobFailure } != nil
  }

  /// Decides whether a new model is missing at first.
  func made(model: String) {
    var identity = Digest()
    identity.update(model)
    guard fault(for: identity, among: { $0 == .missingModel }) != nil else { return }
    state.withLock { $0.missing[ModelReference(model)] = Self.usesMissed }
  }

  /// Whether a model is not found this time.
  func misses(model: String) -> Bool {
    state.withLock { state in
      guard let left = state.missing[ModelReference(model)] else { return false }
      state.missing[ModelReference(model)] = left > 1 ? left - 1 : nil
      return true
    }
  }

  private func fault(
    for identity: Digest,
    among isEligible: (SandboxFaults.Kind) -> Bool
  ) -> SandboxFaults.Kind? {
    let kinds = specification.kinds.filter(isEligible).sorted { $0.rawValue < $1.rawValue }
    guard specification.rate > 0, !kinds.isEmpty else { return nil }
    return state.withLock { state in
      var attempts = state.attempts[identity] ?? Attempts()
      defer { state.attempts[identity] = attempts }
      attempts.count += 1
      let bits = Self.bits(specification.seed, identity, attempts.count)
      guard attempts.inARow < Self.mostInARow, Double(bits >> 11) * 0x1p-53 < specification.rate
      else {
        attempts.inARow = 0
        return nil
      }
      attempts.inARow += 1
      return kinds[Int(Self.mixed(bits) % UInt64(kinds.count))]
    }
  }

  private static func bits(_ seed: UInt64, _ identity: Digest, _ count: Int) -> UInt64 {
    var digest = identity
    digest.update("\(seed) \(count)")
    return mixed(UInt64(digest.description.suffix(16), radix: 16) ?? 0)
  }

  /// The finaliser of SplitMix64: FNV's own bits hardly mix.
  private static func mixed(_ bits: UInt64) -> UInt64 {
    var bits = bits &+ 0x9E37_79B9_7F4A_7C15
    bits = (bits ^ bits >> 30) &* 0xBF58_476D_1CE4_E5B9
    bits = (bits ^ bits >> 27) &* 0x94D0_49BB_1331_11EB
    return bits ^ bits >> 31
  }
}

extension ServerRequest {
  /// What makes two requests the same: method, address and content, not how a form is cut.
  var identity: Digest {
    var digest = Digest()
    digest.update(method)
    for part in path { digest.update(part) }
    for item in query { digest.update("\(item.name)=\(item.value)") }
    if let fields = Multipart.fields(of: self) {
      for field in fields {
        digest.update(field.name)
        digest.update(field.content)
      }
    } else {
      digest.update(body)
    }
    return digest
  }
}

extension SandboxFaults.Kind {
  /// The reply that stands in for the work, for faults that have one; `turn` varies its headers.
  func reply(turn: Int) -> ServerResponse? {
    switch self {
    case .rateLimit, .bareRateLimit:
      var response = APIError(
        429,
        "Rate limit reached (injected fault)",
        type: "requests",
        code: "rate_limit_exceeded"
      ).response
      if self == .rateLimit {
        response.headers.append(turn % 2 == 0 ? ("retry-after", "1") : ("retry-after-ms", "100"))
      }
      return response
    case .internalError: return APIError(500, "The server had an error (injected fault)").response
    case .badGateway:
      return ServerResponse(502, type: "text/html", Array("<html>502 Bad Gateway</html>\n".utf8))
    case .unavailable:
      return APIError(503, "The engine is overloaded (injected fault)", code: "overloaded").response
    case .html:
      let page = "<!doctype html><title>Please wait</title><p>One moment (injected fault)\n"
      return ServerResponse(200, type: "text/html", Array(page.utf8))
    case .hang, .dropBefore, .dropAfter, .truncated, .lostJob, .jobFailure, .missingModel:
      return nil
    }
  }
}
