/// How servers write tokens that do not come as plain text.
///
/// Only looked at where plain text does not fit. What is decoded must spell the whole text byte by
/// byte, so that a wrong guess finds no loss instead of a wrong one.
enum TokenSpelling: CaseIterable, Sendable {
  /// Bytes that are parts of characters as `<0xE2>` (SentencePiece) or `bytes:\xe2\x80` (OpenAI),
  /// the rest as text.
  case bytes
  /// SentencePiece's own pieces: "▁" for a space, and bytes as above.
  case sentencePiece
  /// GPT-2's own pieces: a letter for each byte, such as "Ġ" for a space.
  case byteLevel

  /// The tokens as plain text; `nil` when none of them is written in this way.
  func decoded(_ row: TokenRow) -> TokenRow? {
    var isChanged = false
    let tokens = (0..<row.count).map { index -> [UInt8] in
      let token = row[index]
      guard let plain = decoded(token) else { return Array(token) }
      isChanged = true
      return plain
    }
    return isChanged ? TokenRow(texts: tokens, values: row.values) : nil
  }

  private func decoded(_ token: ArraySlice<UInt8>) -> [UInt8]? {
    switch self {
    case .bytes: Self.bytes(token)
    case .sentencePiece: Self.bytes(token) ?? Self.spaced(token)
    case .byteLevel: Self.letters(token)
    }
  }

  private static func bytes(_ token: ArraySlice<UInt8>) -> [UInt8]? {
    if token.count == 6, token.starts(with: "<0x".utf8), token.last == UInt8(ascii: ">") {
      return hexadecimal(token.dropFirst(3).dropLast()).map { [$0] }
    }
    guard token.starts(with: "bytes:".utf8), token.count > 6 else { return nil }
    var bytes: [UInt8] = []
    var rest = token.dropFirst(6)
    while let first = rest.first {
      if first == UInt8(ascii: "\\"), rest.dropFirst().first == UInt8(ascii: "x") {
        guard let byte = hexadecimal(rest.dropFirst(2).prefix(2)) else { return nil }
        bytes.append(byte)
        rest = rest.dropFirst(4)
      } else {
        bytes.append(first)
        rest = rest.dropFirst()
      }
    }
    return bytes
  }

  private static func hexadecimal(_ digits: ArraySlice<UInt8>) -> UInt8? {
    digits.count == 2 ? UInt8(String(decoding: digits, as: UTF8.self), radix: 16) : nil
  }

  private static let mark = Array("▁".utf8)

  private static func spaced(_ token: ArraySlice<UInt8>) -> [UInt8]? {
    let plain = token.split(separator: mark, omittingEmptySubsequences: false)
    return plain.count > 1 ? Array(plain.joined(separator: [0x20])) : nil
  }

  /// The bytes that are no letters of their own, by the letter that stands for them.
  private static let hidden: [UInt32: UInt8] = {
    let hidden = (UInt8.min...UInt8.max).filter { !isLetter(UInt32($0)) }
    return Dictionary(uniqueKeysWithValues: zip(0x100..., hidden).map { (UInt32($0), $1) })
  }()

  private static func isLetter(_ value: UInt32) -> Bool {
    (0x21...0x7E).contains(value) || (0xA1...0xFF).contains(value) && value != 0xAD
  }

  private static func letters(_ token: ArraySlice<UInt8>) -> [UInt8]? {
    guard token.contains(where: { $0 >= 0x80 }) else { return nil }
    var bytes: [UInt8] = []
    for scalar in String(decoding: token, as: UTF8.self).unicodeScalars {
      if isLetter(scalar.value) {
        bytes.append(UInt8(scalar.value))
      } else if let byte = hidden[scalar.value] {
        bytes.append(byte)
      } else {
        return nil
      }
    }
    return bytes
  }

  /// The completion's tokens where all spell the text in another of Unicode's canonical forms, as
  /// tokenisers that compose characters do; `nil` where they do not.
  static func normalised(_ row: TokenRow, _ prompted: PromptedText, hasTail: Bool) -> Range<Int>? {
    guard prompted.bytes.contains(where: { $0 >= 0x80 }) else { return nil }
    // Special tokens may stand in front, and what was generated is listed at the end or not.
    for front in 0...2 {
      for end in hasTail ? [row.count - 1, row.count] : [row.count] where front < end {
        if let range = normalised(row, front..<end, prompted) { return range }
      }
    }
    return nil
  }

  private static func normalised(
    _ row: TokenRow,
    _ tokens: Range<Int>,
    _ prompted: PromptedText
  ) -> Range<Int>? {
    let spelt = tokens.reduce(into: [UInt8]()) { $0 += row[$1] }
    var text = prompted.text.makeIterator()
    var (place, cursor) = (0, 0)
    var boundary: Int?
    // Canonically equivalent texts are equal character by character.
    for character in String(decoding: spelt, as: UTF8.self) {
      if cursor == prompted.boundary { boundary = place }
      guard let other = text.next(), other == character else { return nil }
      cursor += other.utf8.count
      place += character.utf8.count
    }
    guard text.next() == nil, place == spelt.count, let boundary else { return nil }
    var start = 0
    for index in tokens {
      if start == boundary { return index..<tokens.upperBound }
      start += row[index].count
    }
    return nil
  }
}
