package import Experiment

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
      hostCode: fault.code,
      requestID: requestID
    )
  }

  /// The error that a reply with a good status holds instead of a result; `nil` when it holds none.
  ///
  /// - Parameters:
  ///   - body: The body.
  ///   - asked: Method and path, for the message.
  /// - Returns: The error.
  package static func inside(_ body: [UInt8], asked: String) -> HostError? {
    // A result never begins with its error; looking at the start keeps this cheap.
    let start = body.lazy.filter { $0 > 0x20 }
    guard start.starts(with: "{\"error\":".utf8), !start.starts(with: "{\"error\":null".utf8),
      let document = JSONReader.read(body), document["choices"] == nil
    else { return nil }
    let fault = Fault(document, body)
    let status = document["error"]?["code"]?.int ?? 400
    return HostError(
      code(status: (400..<600).contains(status) ? status : 400, fault),
      "\(asked) answered with an error: \(fault.message)",
      status: 200,
      hostCode: fault.code
    )
  }

  /// The words and the code of an error body.
  private struct Fault {
    var message: String
    var code: String?
    var type: String?

    init(_ document: JSON?, _ body: [UInt8]) {
      let error = document?["error"] ?? document
      message = HostError.excerpt(body)
      switch error {
      case .string(let text)?: message = text
      case .object?:
        let words = error?["message"]?.string ?? document?["detail"]?.string
        if let words, !words.isEmpty {
          message = words
        } else if let details = document?["detail"]?.array {
          message = details.map(Self.words).joined(separator: "; ")
        }
        code = error?["code"]?.string ?? error?["code"]?.int.map(String.init)
        type =
          error?["type"]?.string ?? error?["error_type"]?.string
          ?? document?["error_type"]?.string
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

    if says("insufficient_quota", "credit_balance", "billing_limit", "billing limit")
      || status == 402
    {
      return .credit
    }
    if (400..<500).contains(status) || status >= 500 && status != 503 {
      if says("context length", "context size", "context_length", "exceed_context_size")
        || says("maximum context", "context window")
      {
        return .contextLength
      }
      if says("echo") || says("logprob", "log prob") {
        return says("greater than", "maximum", "less than or equal", "at most")
          ? .refused : .unsupported
      }
    }
    if says("content_filter", "content filter", "moderation", "safety evaluation") {
      return .moderation
    }
    switch status {
    case 401, 403, 407: return .credentials
    case 404: return .notFound
    case 412: return .configuration
    case 429:
      let isAboutJobs = says("fine-tun", "fine_tun", "finetun", "training job", "jobs")
      return isAboutJobs ? .jobLimit : .rateLimited
    case 501: return .unsupported
    case 408, 425, 500...: return .unavailable
    default:
      let isJobLimit = says("concurrent", "queued", "too many") && says("job")
      return isJobLimit ? .jobLimit : .refused
    }
  }
}
