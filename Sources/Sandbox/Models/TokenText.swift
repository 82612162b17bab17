import ReferenceModels

/// Tokens as clients see them: one text each, and where each begins.
///
/// The texts join to the whole. A character whose bytes lie in several tokens belongs to the last of
/// them; the others are empty.
struct TokenText {
  /// What the end token is called where it is shown.
  static let end = "<|endoftext|>"

  /// The text of each token.
  private(set) var pieces: [String] = []
  /// Code points before each token.
  private(set) var offsets: [Int] = []
  /// Code points so far.
  private(set) var length: Int
  private let provider: ReferenceProvider
  private var pending: [UInt8] = []

  init(_ provider: ReferenceProvider, from offset: Int = 0) {
    self.provider = provider
    length = offset
  }

  /// The whole text, incomplete characters left out.
  var text: String { pieces.joined() }

  /// Adds a token.
  ///
  /// - Parameters:
  ///   - token: The token.
  ///   - isOpening: Whether this is the first of a prompt given as text, before which the model's
  ///     template puts a blank: the blank is not the client's and not shown.
  mutating func append(_ token: Int32, isOpening: Bool = false) {
    offsets.append(length)
    var piece = ""
    if token == ReferenceProvider.endToken {
      piece = flushed() + Self.end
    } else {
      pending += provider.bytes(of: token).dropFirst(isOpening ? 1 : 0)
      let count = Self.complete(pending)
      piece = String(decoding: pending.prefix(count), as: UTF8.self)
      pending.removeFirst(count)
    }
    length += piece.unicodeScalars.count
    pieces.append(piece)
  }

  /// What is left of a torn character, as its replacement.
  private mutating func flushed() -> String {
    defer { pending = [] }
    return String(decoding: pending, as: UTF8.self)
  }

  /// Ends the text: what is left of a torn character becomes its replacement, in the last token.
  mutating func close() {
    guard !pending.isEmpty, let last = pieces.indices.last else { return }
    let rest = flushed()
    pieces[last] += rest
    length += rest.unicodeScalars.count
  }

  /// How many bytes there are before a character that may yet be completed.
  private static func complete(_ bytes: [UInt8]) -> Int {
    for back in 1...3 where back <= bytes.count {
      let byte = bytes[bytes.count - back]
      let needed = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC0 ? 2 : 1
      if needed > back { return bytes.count - back }
      if byte < 0x80 || byte >= 0xC0 { break }
    }
    return bytes.count
  }

  /// A token's own name: its text, or its bytes as OpenAI writes them where they are no text.
  static func name(of token: Int32, _ provider: ReferenceProvider) -> String {
    if token == ReferenceProvider.endToken { return end }
    let bytes = provider.bytes(of: token)
    if let text = String(validating: bytes, as: UTF8.self) { return text }
    return "bytes:"
      + bytes.map { "\\x" + ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}
