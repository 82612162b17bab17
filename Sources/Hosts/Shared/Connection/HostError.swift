public import Experiment

/// What a host refused, or why it could not be asked.
public struct HostError: ProviderError, Sendable, Hashable, CustomStringConvertible {
  /// What kind of fault it is.
  public enum Code: String, Sendable, Hashable {
    /// 401, 403: the key is missing, wrong, or has no right to this.
    case credentials
    /// 402, `insufficient_quota`, `billing_limit`: the account has no credit left.
    case credit
    /// 404: no such thing, or not yet.
    case notFound
    /// The example is longer than the model's context.
    case contextLength
    /// The host's moderation refused the data or the model.
    case moderation
    /// 429 for a limit on concurrent or queued jobs.
    case jobLimit
    /// 400, 409, 413, 422 and the like: asking again cannot help.
    case refused
    /// Log-probabilities or echo are not offered here.
    case unsupported
    /// Still 429 after all repetitions.
    case rateLimited
    /// 429 for a limit that lasts longer than requests are repeated, as a day's.
    case later
    /// No connection, time-out, 5xx: still so after all repetitions, or the circuit is open.
    case unavailable
    /// A request that makes something was cut off: it may or may not have been made.
    case unknownOutcome
    /// A fine-tuning job ended without a model.
    case jobFailed
    /// The reply is not what the protocol says.
    case notUnderstood
    /// Replay only: the recording lacks this request.
    case notRecorded
    /// An external command failed or answered nonsense.
    case command
    /// Address, certificate, proxy or profile: the connection itself is set up wrongly.
    case configuration
  }

  /// What kind of fault it is.
  public internal(set) var code: Code
  /// The thing and the cause in one line of lower case, without anything secret.
  public internal(set) var message: String
  /// HTTP status; `nil` when there was no reply.
  public let status: Int?
  /// The host's own code, such as `insufficient_quota`.
  public internal(set) var hostCode: String?
  /// The host's id of the request, to quote to its support.
  public let requestID: String?
  /// How long the host asks to be left alone; `nil` when it does not say.
  public let pause: Duration?
  /// What to do about this very fault; `nil` when the code says as much.
  public let hint: String?

  package init(
    _ code: Code,
    _ message: String,
    status: Int? = nil,
    hostCode: String? = nil,
    requestID: String? = nil,
    pause: Duration? = nil,
    hint: String? = nil
  ) {
    self.code = code
    self.message = message
    self.status = status
    self.hostCode = hostCode
    self.requestID = requestID
    self.pause = pause
    self.hint = hint
  }

  /// The message, with the host's id of the request when there is one.
  public var description: String { requestID.map { "\(message) (request \($0))" } ?? message }

  /// Whether every further request would fail in the same way.
  public var isLasting: Bool {
    switch code {
    case .credentials, .credit, .rateLimited, .later, .unavailable, .notRecorded, .configuration,
      .unsupported:
      true
    case .notFound, .contextLength, .moderation, .jobLimit, .refused, .unknownOutcome, .jobFailed,
      .notUnderstood, .command:
      false
    }
  }

  /// The start of a body as one line, for messages.
  package static func excerpt(_ body: [UInt8], limit: Int = 200) -> String {
    if body.isEmpty { return "an empty body" }
    let text = String(decoding: body.prefix(limit), as: UTF8.self)
      .split(whereSeparator: \.isWhitespace).joined(separator: " ")
    return "'\(text)\(body.count > limit ? "…" : "")'"
  }
}

extension HostError {
  /// The same with another text, such as one without secrets that stood in what it quotes.
  func mapped(_ text: (String) -> String) -> HostError {
    var error = with(text(message))
    error.hostCode = hostCode.map(text)
    return error
  }

  /// The same in other words, and of another kind.
  func with(_ message: String, code: Code? = nil) -> HostError {
    var error = self
    error.message = message
    error.code = code ?? self.code
    return error
  }

  /// Whether the same request may be answered after a while.
  var mayPass: Bool { code == .unavailable || code == .rateLimited }
}
