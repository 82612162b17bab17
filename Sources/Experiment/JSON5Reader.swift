/// The first place where a text is no JSON5, or names a key that its object has already.
package struct JSON5Fault: Error, Sendable, Hashable, CustomStringConvertible {
  /// Line and column, counted from 1; `nil` for bytes that are no text.
  package let place: [Int]?
  /// What is wrong there.
  package let cause: String
  /// Whether all is JSON5, but a key is there twice.
  package let isRepeatedKey: Bool

  /// Place and cause in one line.
  package var description: String {
    place.map { "line \($0[0]), column \($0[1]): \(cause)" } ?? cause
  }
}

/// Reads the JSON5 that people write: comments, bare keys, single quotes, trailing commas.
///
/// A key that its object has already is a fault, because one of the two values would be dropped
/// without a word. Keys are told apart by their bytes.
/// - SeeAlso: <https://spec.json5.org>
package struct JSON5Reader {
  /// A value as a key has it, and the key's line, from 1.
  package struct Written: Sendable, Hashable {
    /// The key's line.
    package let line: Int
    /// Its value.
    package let value: JSONValue
  }

  private let text: [Unicode.Scalar]
  private var position = 0
  private var repeated: Fault?
  /// The keys that lead to where the reader is.
  private var path: [String] = []
  private var places: [(path: String, position: Int, value: JSONValue)] = []

  private struct Fault: Error {
    let position: Int
    let cause: String
  }

  /// Reads one whole document.
  ///
  /// - Parameter bytes: UTF-8.
  /// - Returns: Its value; whole numbers are `integer`, or `unsigned` from 2⁶³ on.
  /// - Throws: The first fault; a repeated key only where there is no other.
  package static func read(_ bytes: [UInt8]) throws(JSON5Fault) -> JSONValue {
    try document(bytes).value
  }

  /// Where each key of a document stands and what it says, by the keys that lead to it, joined by dots.
  ///
  /// - Parameter bytes: UTF-8.
  /// - Returns: All keys whose value is not `null`.
  /// - Throws: As `read`.
  package static func written(_ bytes: [UInt8]) throws(JSON5Fault) -> [String: Written] {
    let reader = try document(bytes).reader
    var result: [String: Written] = [:]
    var line = 1
    var position = 0
    for place in reader.places.sorted(by: { $0.position < $1.position }) {
      line += reader.text[position..<place.position].count { $0 == "\n" }
      position = place.position
      if place.value != .null { result[place.path] = Written(line: line, value: place.value) }
    }
    return result
  }

  private static func document(
    _ bytes: [UInt8]
  ) throws(JSON5Fault) -> (value: JSONValue, reader: JSON5Reader) {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw JSON5Fault(place: nil, cause: "not valid UTF-8", isRepeatedKey: false)
    }
    var reader = JSON5Reader(text: Array(text.unicodeScalars))
    do throws(Fault) {
      let value = try reader.value(depth: 0)
      reader.skipBlanks()
      if reader.current != nil { throw reader.unexpected("the end of the file") }
      if let repeated = reader.repeated { throw repeated }
      return (value, reader)
    } catch {
      let before = reader.text[..<min(error.position, reader.text.count)]
      let start = before.lastIndex(of: "\n").map { $0 + 1 } ?? 0
      throw JSON5Fault(
        place: [before.count { $0 == "\n" } + 1, before.count - start + 1],
        cause: error.cause,
        isRepeatedKey: error.position == reader.repeated?.position
      )
    }
  }

  private init(text: [Unicode.Scalar]) { self.text = text }

  private var current: Unicode.Scalar? { position < text.count ? text[position] : nil }

  private func unexpected(_ expected: String) -> Fault {
    let found = current.map { "'\($0.escaped(asASCII: false))'" } ?? "the end of the file"
    return Fault(position: position, cause: "expected \(expected), found \(found)")
  }

  private mutating func skipBlanks() {
    while let scalar = current {
      let next = position + 1 < text.count ? text[position + 1] : nil
      if scalar.properties.isWhitespace || scalar == "\u{FEFF}" {
        position += 1
      } else if scalar == "/", next == "/" {
        while let scalar = current, !Self.lineEnds.contains(scalar) { position += 1 }
      } else if scalar == "/", next == "*" {
        position += 2
        while position < text.count, !text[position...].starts(with: ["*", "/"]) { position += 1 }
        position += 2
      } else {
        return
      }
    }
  }

  private static let lineEnds: [Unicode.Scalar] = ["\n", "\r", "\u{2028}", "\u{2029}"]

  private mutating func value(depth: Int) throws(Fault) -> JSONValue {
    skipBlanks()
    guard depth < 100 else { throw Fault(position: position, cause: "nested too deeply") }
    switch current {
    case "{": return .object(try members(depth: depth))
    case "[":
      var elements: [JSONValue] = []
      try list(closing: "]") { reader throws(Fault) in
        elements.append(try reader.value(depth: depth + 1))
      }
      return .array(elements)
    case "\"", "'": return .string(try string())
    default:
      let start = position
      while let scalar = current, Self.isInWord(scalar) { position += 1 }
      if start == position { throw unexpected("a value") }
      let word = String(String.UnicodeScalarView(text[start..<position]))
      // The word itself is not repeated: it may be a secret that somebody pasted without quotes.
      guard let value = Self.scalar(word) else {
        throw Fault(position: start, cause: "not a value; texts need quotes")
      }
      return value
    }
  }

  private mutating func members(depth: Int) throws(Fault) -> [JSONValue.Member] {
    var members: [JSONValue.Member] = []
    var keys: Set<ByteText> = []
    try list(closing: "}") { reader throws(Fault) in
      let place = reader.position
      let key = try reader.key()
      if !keys.insert(ByteText(key)).inserted, reader.repeated == nil {
        reader.repeated = Fault(position: place, cause: "the key '\(key)' is there twice")
      }
      reader.skipBlanks()
      if reader.current != ":" { throw reader.unexpected("':'") }
      reader.position += 1
      reader.path.append(key)
      let value = try reader.value(depth: depth + 1)
      reader.places.append((reader.path.joined(separator: "."), place, value))
      reader.path.removeLast()
      members.append(JSONValue.Member(key, value))
    }
    return members
  }

  private mutating func list(
    closing: Unicode.Scalar,
    _ element: (inout JSON5Reader) throws(Fault) -> Void
  ) throws(Fault) {
    let start = position
    position += 1
    while true {
      skipBlanks()
      if current == closing { break }
      if current == nil {
        throw Fault(position: start, cause: "this '\(text[start])' is never closed")
      }
      try element(&self)
      skipBlanks()
      if current == "," {
        position += 1
      } else if current != closing, current != nil {
        throw unexpected("',' or '\(closing)'")
      }
    }
    position += 1
  }

  private mutating func key() throws(Fault) -> String {
    if current == "\"" || current == "'" { return try string() }
    let start = position
    while let scalar = current, Self.isInKey(scalar, isFirst: position == start) { position += 1 }
    if start == position { throw unexpected("a key") }
    return String(String.UnicodeScalarView(text[start..<position]))
  }

  private mutating func string() throws(Fault) -> String {
    let start = position
    var result = String.UnicodeScalarView()
    position += 1
    while let scalar = current, scalar != text[start], scalar != "\n", scalar != "\r" {
      position += 1
      if scalar != "\\" {
        result.append(scalar)
      } else if let meant = try escape() {
        result.append(meant)
      }
    }
    if current != text[start] {
      throw Fault(position: start, cause: "this text has no closing quote")
    }
    position += 1
    return String(result)
  }

  /// What follows a backslash; `nil` for a line that goes on.
  private mutating func escape() throws(Fault) -> Unicode.Scalar? {
    guard let scalar = current else { return nil }
    position += 1
    switch scalar {
    case "b": return "\u{8}"
    case "f": return "\u{C}"
    case "n": return "\n"
    case "r": return "\r"
    case "t": return "\t"
    case "v": return "\u{B}"
    case "0": return "\0"
    case "x": return try self.scalar(hexadecimal(2))
    case "u":
      let high = try hexadecimal(4)
      guard (0xD800..<0xDC00).contains(high), text[position...].starts(with: ["\\", "u"]) else {
        return try self.scalar(high)
      }
      position += 2
      let low = try hexadecimal(4)
      let isPair = (0xDC00..<0xE000).contains(low)
      return try self.scalar(isPair ? 0x10000 + (high - 0xD800) << 10 + (low - 0xDC00) : high)
    case "\r" where current == "\n":
      position += 1
      return nil
    case _ where Self.lineEnds.contains(scalar): return nil
    default: return scalar
    }
  }

  private mutating func hexadecimal(_ digits: Int) throws(Fault) -> UInt32 {
    let word = String(String.UnicodeScalarView(text[position...].prefix(digits)))
    guard word.utf8.count == digits, word.first != "+", word.first != "-",
      let number = UInt32(word, radix: 16)
    else { throw Fault(position: position, cause: "expected \(digits) hexadecimal digits") }
    position += digits
    return number
  }

  private func scalar(_ number: UInt32) throws(Fault) -> Unicode.Scalar {
    guard let scalar = Unicode.Scalar(number) else {
      throw Fault(position: position, cause: "the escape before is no character")
    }
    return scalar
  }

  private static func isInKey(_ scalar: Unicode.Scalar, isFirst: Bool) -> Bool {
    if scalar == "_" || scalar == "$" { return true }
    if isFirst { return scalar.properties.isIDStart }
    return scalar.properties.isIDContinue || scalar == "\u{200C}" || scalar == "\u{200D}"
  }

  private static func isInWord(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.isAlphabetic || scalar.properties.numericType != nil
      || "_$+-.".unicodeScalars.contains(scalar)
  }

  /// What a word without quotes stands for; `nil` for none.
  private static func scalar(_ word: String) -> JSONValue? {
    switch word {
    case "null": return .null
    case "true": return .bool(true)
    case "false": return .bool(false)
    default: break
    }
    let isNegative = word.first == "-"
    let unsigned = isNegative || word.first == "+" ? word.dropFirst() : word[...]
    if unsigned == "Infinity" { return .number(isNegative ? -.infinity : .infinity) }
    if unsigned == "NaN" { return .number(.nan) }
    let isHexadecimal = unsigned.hasPrefix("0x") || unsigned.hasPrefix("0X")
    let digits = isHexadecimal ? unsigned.dropFirst(2) : unsigned
    guard let first = digits.first, first != "+", first != "-" else { return nil }
    if let whole = UInt64(digits, radix: isHexadecimal ? 16 : 10) {
      if !isHexadecimal, first == "0", digits.count > 1 { return nil }
      if !isNegative { return Int(exactly: whole).map { .integer($0) } ?? .unsigned(whole) }
      if let whole = Int(exactly: whole) { return .integer(-whole) }
    }
    let isDecimal = digits.utf8.allSatisfy { "0123456789.eE+-".utf8.contains($0) }
    guard !isHexadecimal, isDecimal, !(first == "0" && digits.dropFirst().first?.isNumber == true),
      let number = decimal(digits)
    else { return nil }
    let signed = isNegative ? -number : number
    return Int(exactly: signed).map { .integer($0) } ?? .number(signed)
  }

  /// A decimal number, which may begin or end with its point.
  private static func decimal(_ digits: Substring) -> Double? {
    let mantissa = digits.prefix { $0 != "e" && $0 != "E" }
    guard mantissa.contains(where: \.isNumber) else { return nil }
    let point = mantissa.last == "." ? "0" : ""
    return Double(
      (mantissa.first == "." ? "0" : "") + mantissa + point + digits[mantissa.endIndex...]
    )
  }
}
