package import Experiment
import Transport

extension HostError {
  /// What a reply outside 200 to 299, or one with an error inside, says.
  ///
  /// Bodies of many shapes are understood: OpenAI's object, a bare string, FastAPI's `detail`,
  /// Google's and llama.cpp's numbers, flat objects, HTML of proxies.
  package init(status: Int, fields: [Exchange.Field], body: [UInt8], asked: String) {
    let fault = Fault(JSONReader.read(body), body)
    let requestID = ["x-request-id", "apim-request-id", "request-id"].lazy
      .compactMap { name in fields.first { $0.name == name }?.value }.first
    let limit = Limit(
      Self.code(status: status, fault),
      fields: fields,
      words: "\(fault.code ?? "") \(fault.message)"
    )
    self.init(
      limit.code,
      "\(asked) answered \(status): \(fault.message)",
      status: status,
      hostCode: fault.code ?? fault.type,
      requestID: requestID,
      pause: limit.pause,
      hint: Self.hint(status: status, said: fault.message)
    )
  }

  /// The words and the code of an error body.
  struct Fault {
    /// What it says, in one line.
    let message: String
    let code: String?
    let type: String?
    /// Everything that was said, in lower case, to look for words in.
    let text: String

    /// Reads an error, or the document that holds one.
    init(_ document: JSON?, _ body: [UInt8]) {
      let words = FaultWords(document)
      message = words.line ?? HostError.excerpt(body)
      let error = document?["error"] ?? document
      if error?.string != nil {
        code = nil
        type = document?["error_type"]?.string
      } else {
        // A number is a mere copy of the status.
        code = error?["code"]?.string
        type = error?["type"]?.string ?? error?["error_type"]?.string
      }
      text = ([message] + words.marks).joined(separator: " ").lowercased()
    }

    /// The status that the words speak of; `nil` when they speak of none.
    var status: Int? {
      func says(_ words: String...) -> Bool { words.contains { text.contains($0) } }
      if says("content_filter", "content filter", "moderation", "context length") { return 400 }
      if says("rate limit", "rate_limit", "too many requests") { return 429 }
      let passing =
        says("overloaded", "try again", "temporar", "timeout", "timed out", "unavailable")
        || says("upstream", "internal error", "internal_error", "server_error", "server error")
        || says("capacity", "busy", "connection error", "connection reset")
      return passing ? 503 : nil
    }
  }

  /// What kind of fault a status and words tell.
  static func code(status: Int, _ fault: Fault) -> Code {
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
