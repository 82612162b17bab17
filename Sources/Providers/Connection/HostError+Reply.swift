package import Experiment
import Transport

extension HostError {
  /// What a reply outside 200 to 299, or one with an error inside, says.
  ///
  /// Bodies of many shapes are understood: OpenAI's object, a bare string, FastAPI's `detail`,
  /// Google's and llama.cpp's numbers, flat objects, HTML of proxies (providers.md §9.1).
  /// - Parameters:
  ///   - status: HTTP status.
  ///   - fields: Header fields, names in lower case.
  ///   - body: The body.
  ///   - asked: Method and path, for the message.
  package init(status: Int, fields: [Exchange.Field], body: [UInt8], asked: String) {
    let fault = Fault(JSONReader.read(body), body)
    let requestID = ["x-request-id", "apim-request-id", "request-id"].lazy
      .compactMap { name in fields.first { $0.name == name }?.value }.first
    self.init(
      Self.code(status: status, fault),
      "\(asked) answered \(status): \(fault.message)",
      status: status,
      hostCode: fault.code ?? fault.type,
      requestID: requestID,
      hint: Self.hint(status: status, said: fault.message)
    )
  }

  /// The error that a reply with a good status holds instead of a result; `nil` when it holds none.
  ///
  /// A fine-tuning job has a member `error`, too, but also an id.
  /// - Parameters:
  ///   - body: The body.
  ///   - asked: Method and path, for the message.
  /// - Returns: The error; its status is the one told inside, or 200.
  package static func inside(_ body: [UInt8], asked: @autoclosure () -> String) -> HostError? {
    // A result is long and its first bytes tell: only what mentions an error there is parsed.
    guard mention.firstRange(in: body, within: 200) != nil, let document = JSONReader.read(body),
      ["id", "choices", "data", "status"].allSatisfy({ document[$0] == nil })
    else { return nil }
    let error = document["error"]
    guard
      document["object"]?.string == "error" || error?.string != nil
        || error?["message"]?.string != nil
    else { return nil }
    let fault = Fault(document, body)
    let told = error?["code"]?.int ?? document["code"]?.int
    let status = told.flatMap { (400..<600).contains($0) ? $0 : nil }
    return HostError(
      code(status: status ?? 400, fault),
      "\(asked()) answered with an error: \(fault.message)",
      status: status ?? 200,
      hostCode: fault.code ?? fault.type
    )
  }

  private static let mention = BytePattern("\"error\"".utf8)

  /// The words and the code of an error body.
  private struct Fault {
    var message: String
    var code: String?
    var type: String?

    init(_ document: JSON?, _ body: [UInt8]) {
      let error = document?["error"] ?? document
      message = HostError.excerpt(body)
      switch error {
      case .string(let text)?:
        message = text
        type = document?["error_type"]?.string
      case .object?:
        let words = error?["message"]?.string ?? document?["detail"]?.string
        if let words, !words.isEmpty {
          message = words
        } else if let details = document?["detail"]?.array {
          message = details.map(Self.words).joined(separator: "; ")
        }
        // A number is a mere copy of the status.
        code = error?["code"]?.string
        type = error?["type"]?.string ?? error?["error_type"]?.string
      default: break
      }
      let oneLine = message.split(whereSeparator: \.isWhitespace).joined(separator: " ")
      message = oneLine.count > 500 ? oneLine.prefix(500) + "…" : oneLine
    }

    /// One entry of FastAPI's list: where and what.
    private static func words(_ detail: JSON) -> String {
      let place = (detail["loc"]?.array ?? []).compactMap { $0.string ?? $0.int.map(String.init) }
      return place.joined(separator: ".") + ": " + (detail["msg"]?.string ?? "refused")
    }

    /// Everything that was said, in lower case, to look for words in.
    var text: String { [message, code ?? "", type ?? ""].joined(separator: " ").lowercased() }
  }

  private static func code(status: Int, _ fault: Fault) -> Code {
    let text = fault.text
    func says(_ words: String...) -> Bool { words.contains { text.contains($0) } }

    if status == 402
      || says("insufficient_quota", "insufficient_funds", "credit_balance", "current quota")
      || says("billing_limit", "billing_hard_limit", "billing limit", "credit limit")
      || says("insufficient credit", "insufficient balance", "out of credit", "credit exceeded")
    {
      return .credit
    }
    if (400..<500).contains(status) && status != 429 || status >= 500 && status != 503 {
      if says("context length", "context size", "context_length", "exceed_context_size")
        || says("maximum context", "context window", "maximum model length", "max_model_len")
        || says("max_new_tokens", "string_above_max_length")
      {
        return .contextLength
      }
      if says("echo", "logprob", "log prob", "log_prob"),
        status == 403 || says("not support", "unsupported", "only no echo", "not allowed")
          || says("not available", "not permitted", "not enabled", "disabled", "unknown")
          || says("unrecognized", "unexpected", "logits_all")
      {
        // A number that is too large can be made smaller.
        return says("greater than", "maximum", "less than or equal", "at most")
          ? .refused : .unsupported
      }
    }
    if status < 500, says("content_filter", "content filter", "moderation", "safety evaluation") {
      return .moderation
    }
    if [400, 403, 409, 422, 429].contains(status), says("job", "fine-tun", "fine_tun", "finetun"),
      says("concurrent", "active", "queued", "in progress", "job_limit", "too many")
    {
      return .jobLimit
    }
    switch status {
    case 300..<400: return .configuration
    case 401, 403, 407: return .credentials
    case 404, 410: return .notFound
    case 412: return says("suspended") ? .credentials : .configuration
    case 429: return .rateLimited
    case 500 where says("validation error", "parse error"): return .refused
    case 501: return .unsupported
    case 408, 425, 500...: return .unavailable
    default: return .refused
    }
  }
}
