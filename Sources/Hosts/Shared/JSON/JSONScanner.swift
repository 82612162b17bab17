/// Bytes that are not the JSON they should be.
package struct MalformedJSON: Error, Sendable, Hashable {}

/// A pull scanner over the bytes of one JSON document: takes what is asked for, skips the rest.
///
/// It builds nothing by itself, so that a reply of 3 KB costs microseconds. `NaN`, `Infinity` and
/// `-Infinity` are numbers, as Python servers write them; structure is strict.
package struct JSONScanner {
  /// Nesting beyond this is refused: no host needs it, and it would exhaust the stack.
  static let deepest = 128

  let bytes: [UInt8]
  private var position: Int
  /// Whether a container was entered and nothing of it was taken yet.
  private var isFresh = false

  package init(_ bytes: [UInt8]) {
    self.bytes = bytes
    position = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
  }

  /// The first byte of the next value; `nil` at the end.
  package mutating func peek() -> UInt8? {
    guard position < bytes.count else { return nil }
    let byte = bytes[position]
    return byte > 0x20 ? byte : peekPastBlanks()
  }

  private mutating func peekPastBlanks() -> UInt8? {
    while position < bytes.count {
      let byte = bytes[position]
      if byte > 0x20 { return byte }
      guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return byte }
      position += 1
    }
    return nil
  }

  /// Takes one byte, blanks before it skipped.
  private mutating func expect(_ byte: UInt8) throws(MalformedJSON) {
    guard peek() == byte else { throw MalformedJSON() }
    position += 1
  }

  /// Enters an object, whose members `nextKey` gives.
  package mutating func enterObject() throws(MalformedJSON) {
    try expect(UInt8(ascii: "{"))
    isFresh = true
  }

  /// Enters a list, whose elements `nextElement` announces.
  package mutating func enterArray() throws(MalformedJSON) {
    try expect(UInt8(ascii: "["))
    isFresh = true
  }

  /// Leaves the container or steps to its next item.
  private mutating func step(end: UInt8) throws(MalformedJSON) -> Bool {
    let byte = peek()
    if byte == end {
      position += 1
      isFresh = false
      return false
    }
    if !isFresh {
      guard byte == UInt8(ascii: ",") else { throw MalformedJSON() }
      position += 1
    }
    isFresh = false
    return true
  }

  /// Takes the name of the entered object's next member; its value must be taken next.
  ///
  /// - Returns: The name; `nil` when the object has ended and was left.
  package mutating func nextKey() throws(MalformedJSON) -> String? {
    guard try step(end: UInt8(ascii: "}")) else { return nil }
    let name = try string()
    try expect(UInt8(ascii: ":"))
    return name
  }

  /// Steps to the entered list's next element, which must be taken next.
  package mutating func nextElement() throws(MalformedJSON) -> Bool {
    try step(end: UInt8(ascii: "]"))
  }

  /// Takes `null` if it is next.
  package mutating func takeNull() -> Bool {
    peek() == UInt8(ascii: "n") && take("null")
  }

  package mutating func bool() throws(MalformedJSON) -> Bool {
    _ = peek()
    if take("true") { return true }
    guard take("false") else { throw MalformedJSON() }
    return false
  }

  /// Makes sure that nothing but blanks is left.
  package mutating func finish() throws(MalformedJSON) {
    guard peek() == nil else { throw MalformedJSON() }
  }

  private mutating func take(_ word: String) -> Bool {
    let end = position + word.utf8.count
    guard end <= bytes.count, bytes[position..<end].elementsEqual(word.utf8) else { return false }
    position = end
    return true
  }

  // MARK: Skipping

  /// Takes a value and forgets it.
  ///
  /// Only brackets and strings are looked at: what lies between them is not checked.
  package mutating func skip() throws(MalformedJSON) {
    guard let first = peek() else { throw MalformedJSON() }
    switch first {
    case UInt8(ascii: "\""): try skipString()
    case UInt8(ascii: "{"), UInt8(ascii: "["): try skipContainer()
    default:
      let start = position
      while position < bytes.count, !Self.endsScalar(bytes[position]) { position += 1 }
      guard Self.isScalar(bytes[start..<position]) else { throw MalformedJSON() }
    }
  }

  /// Whether bytes can be a number or a word: their letters are looked at, not their order.
  private static func isScalar(_ text: ArraySlice<UInt8>) -> Bool {
    guard let first = text.first else { return false }
    if first == UInt8(ascii: "-") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) {
      if text.elementsEqual("-Infinity".utf8) { return true }
      return text.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"),
          UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"):
          true
        default: false
        }
      }
    }
    return ["true", "false", "null", "NaN", "Infinity"].contains { text.elementsEqual($0.utf8) }
  }

  private static func endsScalar(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: ","), UInt8(ascii: "]"), UInt8(ascii: "}"), UInt8(ascii: ":"), 0...0x20: true
    default: false
    }
  }

  private mutating func skipContainer() throws(MalformedJSON) {
    // The scanner itself must not be borrowed while it moves.
    let bytes = bytes
    let span = bytes.span
    var place = position
    var depth = 0
    while place < span.count {
      let byte = span[place]
      place += 1
      if byte == UInt8(ascii: "\"") {
        // Not by `mark`: a call a string takes longer than short strings themselves.
        while place < span.count, span[place] != UInt8(ascii: "\"") {
          place += span[place] == UInt8(ascii: "\\") ? 2 : 1
        }
        place += 1
      } else if byte >= UInt8(ascii: "[") {
        // Digits, commas and blanks, which are most of it, come before the brackets.
        switch byte {
        case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
        case UInt8(ascii: "}"), UInt8(ascii: "]"):
          depth -= 1
          if depth == 0 {
            position = place
            return
          }
        default: break
        }
      }
    }
    throw MalformedJSON()
  }

  private mutating func skipString() throws(MalformedJSON) {
    let bytes = bytes
    var start = position + 1
    while let mark = Self.mark(from: start, in: bytes.span) {
      if bytes[mark] == UInt8(ascii: "\"") {
        position = mark + 1
        return
      }
      start = mark + 2
    }
    throw MalformedJSON()
  }

  /// The place of the first quote or backslash; `nil` when there is none.
  private static func mark(from start: Int, in span: Span<UInt8>) -> Int? {
    var place = start
    while place < span.count {
      let byte = span[place]
      if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { return place }
      place += 1
    }
    return nil
  }

  // MARK: Strings

  package mutating func string() throws(MalformedJSON) -> String {
    if let place = plainString() { return try Self.text(bytes.span.extracting(place)) }
    var buffer: [UInt8] = []
    try appendString(to: &buffer)
    return try Self.text(buffer.span)
  }

  /// Takes a string if its bytes are spelt without escapes.
  ///
  /// - Returns: Where they lie in the document, not checked for being UTF-8; `nil` when `appendString`
  ///   has to take the string, or there is none.
  mutating func plainString() -> Range<Int>? {
    guard peek() == UInt8(ascii: "\"") else { return nil }
    let bytes = bytes
    let start = position + 1
    guard let mark = Self.mark(from: start, in: bytes.span), bytes[mark] == UInt8(ascii: "\"")
    else {
      return nil
    }
    position = mark + 1
    return start..<mark
  }

  private static func text(_ bytes: Span<UInt8>) throws(MalformedJSON) -> String {
    guard let text = try? UTF8Span(validating: bytes) else { throw MalformedJSON() }
    return String(copying: text)
  }

  /// Takes a string and appends its bytes, escapes resolved, not checked for being UTF-8.
  package mutating func appendString(to text: inout [UInt8]) throws(MalformedJSON) {
    try expect(UInt8(ascii: "\""))
    let bytes = bytes
    while let mark = Self.mark(from: position, in: bytes.span) {
      text += bytes[position..<mark]
      position = mark + 1
      if bytes[mark] == UInt8(ascii: "\"") { return }
      try escape(into: &text)
    }
    throw MalformedJSON()
  }

  private mutating func escape(into text: inout [UInt8]) throws(MalformedJSON) {
    guard position < bytes.count else { throw MalformedJSON() }
    let byte = bytes[position]
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
    case UInt8(ascii: "b"): text.append(0x08)
    case UInt8(ascii: "f"): text.append(0x0C)
    case UInt8(ascii: "n"): text.append(0x0A)
    case UInt8(ascii: "r"): text.append(0x0D)
    case UInt8(ascii: "t"): text.append(0x09)
    case UInt8(ascii: "u"):
      var unit = try hexadecimal()
      if (0xD800..<0xDC00).contains(unit), take("\\u") {
        let low = try hexadecimal()
        if (0xDC00..<0xE000).contains(low) {
          unit = 0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00)
        } else {
          text += "\u{FFFD}".utf8
          unit = low
        }
      }
      // Half a surrogate pair is no character.
      text += String(Character(Unicode.Scalar(unit) ?? "\u{FFFD}")).utf8
    default: throw MalformedJSON()
    }
  }

  private mutating func hexadecimal() throws(MalformedJSON) -> UInt32 {
    guard position + 4 <= bytes.count else { throw MalformedJSON() }
    var unit: UInt32 = 0
    for byte in bytes[position..<(position + 4)] {
      guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw MalformedJSON()
      }
      unit = unit << 4 | UInt32(digit)
    }
    position += 4
    return unit
  }

  // MARK: Numbers

  /// Takes a number, correct to the last bit.
  package mutating func number() throws(MalformedJSON) -> Double {
    _ = peek()
    let bytes = bytes
    let span = bytes.span
    func holds(_ byte: UInt8, at place: Int) -> Bool { place < span.count && span[place] == byte }

    let isNegative = holds(UInt8(ascii: "-"), at: position)
    let start = isNegative ? position + 1 : position
    var decimal = Decimal64()
    var place = decimal.append(digitsOf: span, from: start)
    guard place > start else { return try word(from: start, isNegative) }
    if holds(UInt8(ascii: "."), at: place) {
      let point = place + 1
      place = decimal.append(digitsOf: span, from: point)
      guard place > point else { throw MalformedJSON() }
      decimal.exponent = point - place
    }
    if holds(UInt8(ascii: "e"), at: place) || holds(UInt8(ascii: "E"), at: place) {
      let isDown = holds(UInt8(ascii: "-"), at: place + 1)
      let first = isDown || holds(UInt8(ascii: "+"), at: place + 1) ? place + 2 : place + 1
      var exponent = Decimal64()
      place = exponent.append(digitsOf: span, from: first)
      guard place > first else { throw MalformedJSON() }
      let size = exponent.isExact ? Int(min(exponent.digits, 100_000)) : 100_000
      decimal.exponent += isDown ? -size : size
    }
    position = place
    if let value = decimal.value { return isNegative ? -value : value }
    // What the fast ways cannot do exactly, the library's reader does: longer numbers, far exponents.
    guard let value = Double(String(decoding: bytes[start..<place], as: UTF8.self)) else {
      throw MalformedJSON()
    }
    return isNegative ? -value : value
  }

  /// Takes a number that is written as a word.
  private mutating func word(
    from start: Int,
    _ isNegative: Bool
  ) throws(MalformedJSON) -> Double {
    position = start
    if take("Infinity") { return isNegative ? -.infinity : .infinity }
    guard !isNegative, take("NaN") else { throw MalformedJSON() }
    return .nan
  }
}
