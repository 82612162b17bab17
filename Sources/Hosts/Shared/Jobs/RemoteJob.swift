import Experiment

/// A fine-tuning job as a host describes it, whatever its words.
struct RemoteJob: Sendable, Hashable {
  enum State: Sendable, Hashable {
    /// Waiting or running.
    case running
    /// Paused, or in a state nobody knows: it may come to nothing.
    case unclear
    case succeeded
    /// Somebody stopped it, or put it away.
    case stopped
    case failed(JobFailure)
  }

  /// The host's own name for it.
  let id: String
  let state: State
  /// How it stands in the host's own words.
  let words: String
  /// The tuned model; `nil` until there is one.
  let model: String?
  /// What the host says it uses; `nil` where it does not say.
  let hyperparameters: Hyperparameters
  /// Tokens trained on; `nil` when the host does not say.
  let tokens: Int?
  /// The fraction done, 0...1; `nil` when the host does not say.
  let progress: Double?

  /// A state in the host's words, with what it says about it; a host may say neither.
  static func words(_ state: JSON?, _ message: String?) -> String {
    let word = state.map { $0.string ?? String(decoding: $0.bytes, as: UTF8.self) } ?? ""
    return (word.isEmpty ? "no state" : word)
      + (message.flatMap { $0.isEmpty ? nil : ": \($0)" } ?? "")
  }

  /// Whether it may still give a model, or has.
  var isAlive: Bool { isUnderWay || state == .succeeded }

  /// Whether it has not ended.
  var isUnderWay: Bool { state == .running || state == .unclear }

  /// Why it failed; `nil` unless it did.
  var failure: JobFailure? {
    guard case .failed(let failure) = state else { return nil }
    return failure
  }
}

/// Why a host ended a job without a model.
struct JobFailure: Sendable, Hashable {
  /// Whose fault it was, as far as it can be told.
  enum Cause: Sendable, Hashable {
    /// The host's own or unknown: another attempt may succeed.
    case host
    /// The data or the model was refused for what it says.
    case moderation
    /// The data or a parameter is wrong.
    case data
    /// The account has no credit left.
    case credit
  }

  let cause: Cause
  /// The host's own code or status.
  let code: String
  let message: String

  /// Reads what a host says.
  ///
  /// Codes are open sets, so that words decide. What says nothing is taken for the host's own fault:
  /// at worst a hopeless job is tried three times.
  init(code: String, message: String) {
    self.code = code
    self.message = message
    let code = code.lowercased()
    let text = "\(code) \(message.lowercased())"
    func says(_ fragments: [String]) -> Bool { fragments.contains { text.contains($0) } }
    if says([
      "moderation", "safety", "unsafe", "content policy", "content_policy", "usage polic",
      "content_filter", "refusals eval", "harmful", "policy violation",
    ]) {
      cause = .moderation
    } else if says([
      "billing", "quota", "credit", "payment", "insufficient balance", "insufficient fund",
    ]) {
      cause = .credit
    } else if says(["server_error", "internal", "unavailable", "timeout", "timed out"]) {
      cause = .host
    } else if says([
      "invalid", "validation", "user_error", "bad_request", "too few", "too long", "exceeds",
      "not supported", "unsupported", "malformed", "file format", "_format", "rejected",
    ]) {
      cause = .data
    } else {
      cause = .host
    }
  }

  func error(job: String, host: String) -> HostError {
    let reason = message.isEmpty ? "'\(code)', without saying why" : message
    let subject = "\(host) job \(job)"
    return switch cause {
    case .host: HostError(.jobFailed, "\(subject) failed: \(reason)", hostCode: code)
    case .moderation:
      HostError(
        .moderation,
        "\(subject): data or model rejected by the provider: \(reason)",
        hostCode: code
      )
    case .data:
      HostError(.refused, "\(subject): data refused by the provider: \(reason)", hostCode: code)
    case .credit: HostError(.credit, "\(subject) stopped: \(reason)", hostCode: code)
    }
  }
}
