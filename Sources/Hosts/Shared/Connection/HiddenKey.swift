import FoundationEssentials
import Transport

/// A key that is taken out of what is kept and shown, in every spelling.
struct HiddenKey: Sendable {
  private let key: BytePattern
  /// The key in base64, wherever it begins.
  private let digits: [BytePattern]
  /// The escapes behind one of which a key may be spelt in JSON.
  private let escapes: [BytePattern]
  private static let percent = BytePattern("%".utf8)
  private static let backslash = BytePattern("\\".utf8)

  /// Takes a key; `nil` for what is none.
  ///
  /// A very short key, such as a local server's `x`, would tear holes into everything, and EMPTY is
  /// what servers without a key are sent.
  init?(_ secret: Secret) {
    let text = secret.reveal()
    let bytes = Array(text.utf8)
    guard bytes.count >= 4, text != "EMPTY" else { return nil }
    key = BytePattern(bytes)
    escapes = (["u"] + ["/", "\""].filter(text.contains)).map { BytePattern("\\\($0)".utf8) }
    // Digits that also hold bits of what stands beside the key are left out.
    digits = (0..<(bytes.count < 12 ? 0 : 3)).map { shift in
      let before = [UInt8](repeating: 0, count: shift)
      let digits = Array(Data(before + bytes).base64EncodedString().utf8)
      return BytePattern(digits[[0, 2, 3][shift]..<((shift + bytes.count) * 8 / 6)])
    }
  }

  /// Bytes without the key: as it is, percent-encoded, behind JSON's escapes, or in base64.
  func removed(from bytes: [UInt8]) -> [UInt8] {
    guard let first = key.bytes.first else { return bytes }
    var result = bytes
    if mayHoldKey(bytes) {
      result = withoutSpelledKey(bytes, first)
    }
    for spelling in digits {
      while let range = spelling.firstRange(in: result) {
        result.replaceSubrange(range, with: Redaction.word.utf8)
      }
    }
    return result
  }

  private func mayHoldKey(_ bytes: [UInt8]) -> Bool {
    key.firstRange(in: bytes) != nil || Self.percent.firstRange(in: bytes) != nil
      // Most bodies have no escape at all, which is much faster to tell.
      || Self.backslash.firstRange(in: bytes) != nil
        && escapes.contains { $0.firstRange(in: bytes) != nil }
  }

  private func withoutSpelledKey(_ bytes: [UInt8], _ first: UInt8) -> [UInt8] {
    var result: [UInt8] = []
    var kept = 0
    var position = 0
    while position < bytes.count {
      let byte = bytes[position]
      if byte == first || byte == UInt8(ascii: "%") || byte == UInt8(ascii: "\\"),
        let end = endOfKey(in: bytes, from: position)
      {
        result += bytes[kept..<position] + Array(Redaction.word.utf8)
        position = end
        kept = end
      } else {
        position += 1
      }
    }
    return kept == 0 ? bytes : result + bytes[kept...]
  }

  /// Where the key ends that begins at a place; `nil` when another text begins there.
  private func endOfKey(in bytes: [UInt8], from start: Int) -> Int? {
    var place = start
    for wanted in key.bytes {
      guard let length = Self.length(of: wanted, in: bytes, at: place) else { return nil }
      place += length
    }
    return place
  }

  /// How many bytes write a byte at a place, in whatever way; `nil` when something else is there.
  private static func length(of byte: UInt8, in bytes: [UInt8], at place: Int) -> Int? {
    guard place < bytes.count else { return nil }
    if bytes[place] == byte { return 1 }
    func holds(_ digits: Int, _ text: ArraySlice<UInt8>) -> Bool {
      text.count == digits && UInt8(String(decoding: text, as: UTF8.self), radix: 16) == byte
    }
    switch bytes[place] {
    case UInt8(ascii: "%"):
      return holds(2, bytes[(place + 1)...].prefix(2)) ? 3 : nil
    case UInt8(ascii: "\\"):
      let next = bytes[(place + 1)...].first
      if next == byte, [UInt8(ascii: "/"), UInt8(ascii: "\"")].contains(byte) { return 2 }
      return next == UInt8(ascii: "u") && holds(4, bytes[(place + 2)...].prefix(4)) ? 6 : nil
    default: return nil
    }
  }
}
