/// A request as it came over the wire.
package struct ServerRequest: Sendable, Hashable {
  /// One item of a query.
  struct Item: Sendable, Hashable {
    let name: String
    let value: String
  }

  /// `GET`, `POST`, ….
  var method: String
  /// The path's parts, percent-decoded: `/v1/files` is `["v1", "files"]`.
  var path: [String]
  /// The query's items in order, percent-decoded.
  var query: [Item] = []
  /// Header values by lower-case name; equal names are joined by a comma and a blank.
  var headers: [String: String] = [:]
  /// The body, without transfer coding.
  var body: [UInt8] = []
  /// Whether the connection may be used again.
  var keepsAlive = true

  /// Path as it was asked for, for people.
  var pathText: String { "/" + path.joined(separator: "/") }

  /// The query's value of that name.
  func query(_ name: String) -> String? { query.first { $0.name == name }?.value }

  /// Reads a request's target: path and query.
  ///
  /// - Returns: `nil` when it is neither a path nor an absolute address, or not valid UTF-8.
  static func target(
    _ text: some StringProtocol
  ) -> (path: [String], query: [Item])? {
    var rest = Substring(text)
    if let scheme = rest.firstRange(of: "://"), !rest.hasPrefix("/") {
      let address = rest[scheme.upperBound...]
      rest = address.firstIndex(where: { $0 == "/" || $0 == "?" }).map { address[$0...] } ?? "/"
    }
    guard rest.hasPrefix("/") || rest.hasPrefix("?") else { return nil }
    let halves = rest.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    var path: [String] = []
    for part in halves[0].split(separator: "/") {
      guard let decoded = decoded(part, plus: false) else { return nil }
      path.append(decoded)
    }
    var query: [Item] = []
    for item in halves.count > 1 ? halves[1].split(separator: "&") : [] {
      let sides = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard let name = decoded(sides[0], plus: true),
        let value = decoded(sides.count > 1 ? sides[1] : "", plus: true)
      else { return nil }
      query.append(Item(name: name, value: value))
    }
    return (path, query)
  }

  private static func decoded(_ text: Substring, plus: Bool) -> String? {
    let source = Array(text.utf8)
    var bytes: [UInt8] = []
    var position = 0
    while position < source.count {
      switch source[position] {
      case UInt8(ascii: "%"):
        guard position + 2 < source.count,
          let high = hexadecimal(source[position + 1]),
          let low = hexadecimal(source[position + 2])
        else { return nil }
        bytes.append(high << 4 | low)
        position += 3
      case UInt8(ascii: "+") where plus:
        bytes.append(0x20)
        position += 1
      default:
        bytes.append(source[position])
        position += 1
      }
    }
    return String(validating: bytes, as: UTF8.self)
  }

  /// The value of a hexadecimal digit.
  static func hexadecimal(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}
