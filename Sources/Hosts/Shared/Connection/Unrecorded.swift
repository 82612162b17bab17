import Experiment

/// A request that a recording lacks, held against those it has: users want to know what changed.
struct Unrecorded {
  /// Exchanges that are looked at.
  static let most = 2000
  private static let excerpt = 60

  private let method: String
  private let url: String
  private let sent: [UInt8]

  /// Takes a request as it would have been recorded.
  init(method: String, url: String, sent: [UInt8]) {
    self.method = method
    self.url = url
    self.sent = sent
  }

  /// The error that names it and the nearest request that was recorded.
  func error(beside exchanges: [Exchange], turn: Int) -> HostError {
    let document = JSONReader.read(sent)
    let model = document?["model"]?.string.map { " for model '\($0)'" } ?? ""
    let request = "the recording lacks \(method) \(url)\(model)"
    return HostError(.notRecorded, "\(request); \(reason(beside: exchanges, document, turn))")
  }

  private func reason(beside exchanges: [Exchange], _ document: JSON?, _ turn: Int) -> String {
    let body = HostError.excerpt(sent)
    let alike = exchanges.filter { $0.method == method && $0.url == url }
    guard let nearest = alike.max(by: { likeness($0.request) < likeness($1.request) }) else {
      let path = url.split(separator: "/").last.map { "/\($0)" } ?? url
      let other =
        exchanges.first { $0.method == method && $0.url.hasSuffix(path) } ?? exchanges.first
      return other.map { "the nearest request recorded is \($0.method) \($0.url)" }
        ?? "it holds no request at all"
    }
    if nearest.request == sent, turn == 0 {
      return "it was recorded as another reading: \(body)"
    }
    if nearest.request == sent {
      return
        "it was recorded \(turn == 1 ? "once" : "\(turn) times") and is asked once more: \(body)"
    }
    guard let asked = document?.object, let known = JSONReader.read(nearest.request)?.object else {
      return "the nearest request recorded sends \(HostError.excerpt(nearest.request)), not \(body)"
    }
    let names = Set(asked.keys).union(known.keys).filter { asked[$0] != known[$0] }.sorted()
    guard let name = names.first else { return "the nearest one recorded is written otherwise" }
    let (old, new) = Self.differing(known[name]?.bytes ?? [], asked[name]?.bytes ?? [])
    let others = names.count == 1 ? "" : " and \(names.count - 1) more"
    return "the nearest one recorded differs in '\(name)'\(others): \(old) there, \(new) here"
  }

  /// Bytes that two bodies have in common at their beginning and at their end.
  private func likeness(_ other: [UInt8]) -> Int {
    zip(sent, other).prefix { $0 == $1 }.count
      + zip(sent.reversed(), other.reversed()).prefix { $0 == $1 }.count
  }

  /// Both values from a little before they part.
  private static func differing(_ old: [UInt8], _ new: [UInt8]) -> (String, String) {
    let common = zip(old, new).prefix { $0 == $1 }.count
    func part(_ bytes: [UInt8]) -> String {
      if bytes.isEmpty { return "nothing" }
      let start = bytes.count > excerpt ? max(0, common - excerpt / 3) : 0
      let text = HostError.excerpt(Array(bytes[min(start, bytes.count)...]), limit: excerpt)
      return start > 0 ? "'…\(text.dropFirst())" : text
    }
    return (part(old), part(new))
  }
}
