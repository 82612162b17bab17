/// A walk over one JSON text that keeps no values: where it ends, or what stops it.
struct JSONWalk {
  /// How a walk ended.
  enum End: Hashable {
    /// The value is complete; the place behind it.
    case complete(Int)
    /// The bytes ended within the value, or within one of its texts.
    case unfinished(inText: Bool)
    /// A byte that cannot stand there.
    case fault(Int, Fault)
  }

  /// What cannot stand where it is.
  enum Fault: Hashable {
    /// A text or key in single quotes.
    case singleQuote
    /// A typographic quotation mark.
    case curlyQuote
    /// `True`, `None` and the like, or a word without quotes.
    case word(String)
    /// A comma before a closing bracket.
    case comma
    /// A control character within a text.
    case control(UInt8)
    /// A backslash before something that is not escaped.
    case escape
    /// Anything else, and what was expected.
    case other(String)
  }

  private let bytes: ArraySlice<UInt8>
  private var place: Int

  private init(_ bytes: ArraySlice<UInt8>) {
    self.bytes = bytes
    place = bytes.startIndex
  }

  /// Walks over the value at the start of some bytes.
  static func end(of bytes: ArraySlice<UInt8>) -> End {
    var walk = JSONWalk(bytes)
    do throws(Stop) {
      try walk.value()
      return .complete(walk.place)
    } catch {
      switch error {
      case .end(let inText): return .unfinished(inText: inText)
      case .fault(let fault): return .fault(walk.place, fault)
      }
    }
  }

  private enum Stop: Error {
    case end(inText: Bool)
    case fault(Fault)
  }

  private enum Expectation {
    case value, firstKey, key, firstElement, separator
  }

  private mutating func blanks() {
    while place < bytes.endIndex {
      switch bytes[place] {
      case 0x20, 0x09, 0x0A, 0x0D: place += 1
      default: return
      }
    }
  }

  /// Iterative, so that a file of a million brackets is no deep recursion.
  private mutating func value() throws(Stop) {
    var open: [UInt8] = []
    var expected = Expectation.value
    repeat {
      blanks()
      guard place < bytes.endIndex else { throw .end(inText: false) }
      let byte = bytes[place]
      switch (expected, byte) {
      case (.firstKey, UInt8(ascii: "}")), (.firstElement, UInt8(ascii: "]")),
        (.separator, UInt8(ascii: "}")) where open.last == UInt8(ascii: "{"),
        (.separator, UInt8(ascii: "]")) where open.last == UInt8(ascii: "["):
        place += 1
        open.removeLast()
        expected = .separator
      case (.separator, UInt8(ascii: ",")):
        let comma = place
        place += 1
        blanks()
        if place < bytes.endIndex, [UInt8(ascii: "}"), UInt8(ascii: "]")].contains(bytes[place]) {
          place = comma
          throw .fault(.comma)
        }
        expected = open.last == UInt8(ascii: "{") ? .key : .value
      case (.firstKey, UInt8(ascii: "\"")), (.key, UInt8(ascii: "\"")):
        try text()
        blanks()
        guard place < bytes.endIndex else { throw .end(inText: false) }
        guard bytes[place] == UInt8(ascii: ":") else { throw .fault(.other("':'")) }
        place += 1
        expected = .value
      case (.value, UInt8(ascii: "\"")), (.firstElement, UInt8(ascii: "\"")):
        try text()
        expected = .separator
      case (.value, UInt8(ascii: "{")), (.firstElement, UInt8(ascii: "{")):
        place += 1
        open.append(byte)
        expected = .firstKey
      case (.value, UInt8(ascii: "[")), (.firstElement, UInt8(ascii: "[")):
        place += 1
        open.append(byte)
        expected = .firstElement
      case (_, UInt8(ascii: "'")): throw .fault(.singleQuote)
      case (_, 0xE2) where isCurly: throw .fault(.curlyQuote)
      case (.separator, _): throw .fault(.other("',' or a closing bracket"))
      default:
        let word = word()
        let isKey = expected == .key || expected == .firstKey
        guard !isKey, isScalar(word) else {
          throw .fault(word.isEmpty ? .other(isKey ? "a key" : "a value") : .word(word))
        }
        place += word.utf8.count
        expected = .separator
      }
    } while !open.isEmpty
  }

  private var isCurly: Bool {
    // U+2018 to U+201F.
    place + 2 < bytes.endIndex && bytes[place + 1] == 0x80
      && (0x98...0x9F).contains(bytes[place + 2])
  }

  private func word() -> String {
    let rest = bytes[place...].prefix { byte in
      UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
        || UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 0x20
        || [UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_")]
          .contains(byte)
    }
    return String(decoding: rest, as: UTF8.self)
  }

  private func isScalar(_ word: String) -> Bool {
    ["true", "false", "null"].contains(word)
      || word.utf8.first.map { $0 == UInt8(ascii: "-") || $0 < UInt8(ascii: "A") } == true
        && word.utf8.last.map { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 } == true
        && word != "-" && !word.hasPrefix("+") && !word.hasPrefix(".")
  }

  private mutating func text() throws(Stop) {
    place += 1
    while true {
      guard place < bytes.endIndex else { throw .end(inText: true) }
      switch bytes[place] {
      case UInt8(ascii: "\""):
        place += 1
        return
      case UInt8(ascii: "\\"):
        guard place + 1 < bytes.endIndex else { throw .end(inText: true) }
        guard "\"\\/bfnrtu".utf8.contains(bytes[place + 1]) else { throw .fault(.escape) }
        if bytes[place + 1] == UInt8(ascii: "u") {
          let digits = bytes[(place + 2)...].prefix(4)
          if digits.count < 4, place + 2 + digits.count == bytes.endIndex {
            throw .end(inText: true)
          }
          guard UInt16(String(decoding: digits, as: UTF8.self), radix: 16) != nil else {
            throw .fault(.escape)
          }
        }
        place += 2
      case let byte where byte < 0x20: throw .fault(.control(byte))
      default: place += 1
      }
    }
  }
}
