import Transport

extension HostError {
  /// The error that a reply with a good status holds instead of a result; `nil` when it holds none.
  ///
  /// A status that is out before the host knows how a request ends cannot be taken back: errors then
  /// stand behind blank lines, beside `choices: null`, or in a choice whose `finish_reason` is
  /// `error`. A fine-tuning job has a member `error`, too, but also an id.
  /// - Parameters:
  ///   - body: The body.
  ///   - asked: Method and path, for the message.
  ///   - isReading: Whether a loss was asked for, in whose reply every error counts.
  /// - Returns: The error; its status is the one told inside, or 200.
  package static func inside(
    _ body: [UInt8],
    asked: @autoclosure () -> String,
    isReading: Bool = false
  ) -> HostError? {
    guard mayHoldFault(body, isReading: isReading), let document = JSONReader.read(body) else {
      return nil
    }
    let value = isReading ? faultOfReading(document) : faultOfObject(document)
    guard let value else { return nil }
    return HostError(value, of: document, body, asked: asked())
  }

  /// An SGLang text that was given up.
  init(aborted end: JSON, asked: String) {
    self.init(FaultValue(end), of: end, end.bytes, asked: asked)
  }

  /// Where an error stands, and what it is when it has no number.
  private struct FaultValue {
    let value: JSON
    /// The status when neither a number nor words tell one.
    let status: Int

    init(_ value: JSON, status: Int = 400) {
      self.value = value
      self.status = status
    }
  }

  private init(_ fault: FaultValue, of document: JSON, _ body: [UInt8], asked: String) {
    let words = Fault(fault.value, body)
    let status = Self.status(told: fault.value, document) ?? words.status ?? fault.status
    self.init(
      Self.code(status: status, words),
      "\(asked) answered with an error: \(words.message)",
      status: Self.status(told: fault.value, document) ?? 200,
      hostCode: words.code ?? words.type
    )
  }

  private static func status(told value: JSON, _ document: JSON) -> Int? {
    [value, document].lazy.flatMap { value in
      ["code", "status_code", "status"].lazy.compactMap { name in
        value[name].flatMap { $0.int ?? $0.string.flatMap { Int($0) } }
      }
    }.first { (400..<600).contains($0) }
  }

  // MARK: Looking

  /// Bytes of a reply that are looked at where it is long: a result is, an error is not.
  private static let margin = 512
  private static let error = BytePattern("\"error\"".utf8)
  private static let choices = BytePattern("\"choices\"".utf8)
  private static let words = [BytePattern("\"message\"".utf8), BytePattern("\"detail\"".utf8)]

  /// A cheap look before a reply is read.
  private static func mayHoldFault(_ body: [UInt8], isReading: Bool) -> Bool {
    guard let start = body.firstIndex(where: { $0 > 0x20 }) else { return false }
    let reach = isReading ? margin : 200
    if holdsFault(body, within: start + reach) { return true }
    guard isReading else { return false }
    if body.count - start <= 2 * margin {
      return holdsFault(body) || words.contains { $0.firstRange(in: body) != nil }
    }
    return holdsFault(Array(body.suffix(margin)))
  }

  /// Whether `error` is named and not null, or the choices are null.
  private static func holdsFault(_ body: [UInt8], within limit: Int = .max) -> Bool {
    var rest = Array(body.prefix(limit))
    if let range = choices.firstRange(in: rest), isNull(rest, after: range.upperBound) {
      return true
    }
    while let range = error.firstRange(in: rest) {
      if !isNull(rest, after: range.upperBound) { return true }
      rest.removeFirst(range.upperBound)
    }
    return false
  }

  /// Whether a member's value is `null`.
  private static func isNull(_ body: [UInt8], after name: Int) -> Bool {
    body[name...].drop { $0 <= 0x20 || $0 == UInt8(ascii: ":") }.starts(with: "null".utf8)
  }

  // MARK: Finding

  private static func faultOfObject(_ document: JSON) -> FaultValue? {
    guard ["id", "choices", "data", "status"].allSatisfy({ document[$0] == nil }) else {
      return nil
    }
    let error = document["error"]
    if error?.string != nil || error?["message"]?.string != nil { return FaultValue(document) }
    return document["object"]?.string == "error" ? FaultValue(document) : nil
  }

  /// Members one of which every answer to a question about losses has.
  private static let results = [
    "choices", "tokens", "prompt", "meta_info", "details", "completion_probabilities", "data",
    "generated_text", "model_path", "model_id", "content", "text",
  ]

  private static func faultOfReading(_ document: JSON) -> FaultValue? {
    guard document.object != nil else { return nil }
    if let error = document["error"], says(error) { return FaultValue(document) }
    if document["object"]?.string == "error" { return FaultValue(document) }
    if document["choices"]?.isNull == true { return FaultValue(document, status: 502) }
    for choice in document["choices"]?.array ?? [] {
      let isBroken = choice["finish_reason"]?.string == "error"
      if let error = choice["error"], says(error) || isBroken {
        return FaultValue(error, status: 502)
      }
      if isBroken { return FaultValue(choice, status: 502) }
    }
    let isResult = results.contains { document[$0] != nil }
    return !isResult && says(document) ? FaultValue(document) : nil
  }

  private static func says(_ value: JSON) -> Bool { FaultWords(value).line != nil }
}
