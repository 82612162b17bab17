import FoundationEssentials

/// JSON as bytes, written piece by piece.
package enum JSONText {
  /// Appends a string with its quotes; everything but quotes, backslashes and controls stays UTF-8.
  package static func append(_ text: String, to bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: "\""))
    if isPlain(text.utf8.span) {
      bytes += text.utf8
    } else {
      for byte in text.utf8 { append(byte, to: &bytes) }
    }
    bytes.append(UInt8(ascii: "\""))
  }

  /// Whether a string needs no escapes.
  package static func isPlain(_ text: Span<UInt8>) -> Bool {
    for place in text.indices {
      let byte = text[place]
      if byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte == 0x7F {
        return false
      }
    }
    return true
  }

  /// Appends one byte of a string.
  private static func append(_ byte: UInt8, to bytes: inout [UInt8]) {
    switch byte {
    case UInt8(ascii: "\""): bytes += Array("\\\"".utf8)
    case UInt8(ascii: "\\"): bytes += Array("\\\\".utf8)
    case UInt8(ascii: "\n"): bytes += Array("\\n".utf8)
    case UInt8(ascii: "\r"): bytes += Array("\\r".utf8)
    case UInt8(ascii: "\t"): bytes += Array("\\t".utf8)
    case 0..<0x20, 0x7F:
      let digits = Array("0123456789abcdef".utf8)
      bytes += Array("\\u00".utf8) + [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
    default: bytes.append(byte)
    }
  }

  /// The text that the bytes between a string's quotes stand for; the bytes as they are where an escape
  /// stands for no character.
  static func unescaped(_ bytes: ArraySlice<UInt8>) -> String {
    if bytes.contains(UInt8(ascii: "\\")) {
      var list = Array("[\"".utf8)
      list += bytes
      list += "\"]".utf8
      let text = try? JSONDecoder().decode([String].self, from: Data(list))
      if let text = text?.first { return text }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Appends a number that reads back to the same bits; `null` if it is not finite.
  ///
  /// Whole numbers below 2⁵³ are written without a fraction.
  package static func append(_ number: Double, to bytes: inout [UInt8]) {
    bytes += (number.isFinite ? shortest(number) : "null").utf8
  }

  /// The shortest decimal that reads back to the same bits, for finite numbers.
  package static func shortest(_ number: Double) -> String {
    if number == number.rounded(), abs(number) < 0x1p53, number != 0 || number.sign == .plus {
      return String(Int(number))
    }
    return number.description
  }
}
