/// What an error body says: its words in the order of importance, and the codes to look for in them.
///
/// Routers answer "Provider returned error" and keep the reason beside it, as an object or as JSON in
/// a string, sometimes several layers deep; all of them are read.
struct FaultWords {
  private static let deepest = 8
  private static let longest = 500

  /// Members that hold words or lead to them, most telling first.
  private static let members = [
    "message", "msg", "error", "detail", "title", "error_description", "description", "reason",
    "details", "raw", "metadata", "innererror", "inner_error", "cause", "errors", "upstream_error",
    "provider_error", "error_details",
  ]

  /// Each thing said, once.
  private(set) var sentences: [String] = []
  /// Codes and types of all layers.
  private(set) var marks: [String] = []
  /// What the host found fault with.
  private var parameter: String?

  init(_ value: JSON?) {
    read(value, depth: 0)
    if let parameter, !sentences.isEmpty { say("param '\(parameter)'", unless: parameter) }
  }

  /// All that is said in one line; `nil` when nothing is.
  var line: String? {
    guard let first = sentences.first else { return nil }
    return sentences.dropFirst().reduce(first) { line, next in
      let end = line.last.map { ".:;!?".contains($0) } ?? true
      return line + (end ? " " : ": ") + next
    }
  }

  private mutating func say(_ text: String, unless known: String? = nil) {
    let line = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    if line.isEmpty || sentences.contains(where: { $0.contains(known ?? line) }) { return }
    sentences.append(line.count > Self.longest ? line.prefix(Self.longest) + "…" : line)
  }

  private mutating func read(_ value: JSON?, depth: Int) {
    guard depth < Self.deepest else { return }
    switch value {
    case .string(let text)?:
      let start = text.utf8.first { $0 > 0x20 }
      let isDocument = start == UInt8(ascii: "{") || start == UInt8(ascii: "[")
      let known = sentences.count
      if isDocument, let document = JSONReader.read(Array(text.utf8)) {
        read(document, depth: depth + 1)
      }
      if sentences.count == known { say(text) }
    case .array(let elements)?:
      for element in elements.prefix(8) { read(element, depth: depth + 1) }
    case .object(let object)?:
      let known = sentences.count
      marks += ["code", "type", "error_type", "status", "@type"].compactMap { object[$0]?.string }
      if let name = object["param"]?.string, !name.isEmpty { parameter = parameter ?? name }
      if let place = object["loc"]?.array, let text = object["msg"]?.string {
        // One entry of FastAPI's list: where and what.
        let steps = place.compactMap { $0.string ?? $0.int.map(String.init) }
        return say(steps.joined(separator: ".") + ": " + text)
      }
      for name in Self.members { read(object[name], depth: depth + 1) }
      // An inner layer may have a code alone.
      if depth > 1, sentences.count == known, let code = object["code"]?.string { say(code) }
    case .null?, .bool?, .number?, .verbatim?, nil: break
    }
  }
}
