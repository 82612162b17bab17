/// Where a text's completion lies among the tokens that a host returned for it.
enum Alignment: Sendable, Hashable {
  /// The completion's tokens, in full.
  case target(Range<Int>)
  /// The tokens are of another text: the host did not echo.
  case ignored
  /// The tokens end before the text does.
  case truncated
  /// One token holds the prompt's end and the completion's beginning.
  case merged
  /// The tokens do not spell the text.
  case misaligned

  /// Why a text has no loss; empty where it has one.
  var reason: String {
    switch self {
    case .target: ""
    case .ignored: "nothing of the text came back"
    case .truncated: "truncated"
    case .merged: "merged boundary"
    case .misaligned: "tokens do not spell the text"
    }
  }

  /// Where the completion lies among tokens that may be written otherwise than as text.
  static func read(_ row: TokenRow, _ prompted: PromptedText, hasTail: Bool) -> Alignment {
    let plain = Alignment(row, prompted, hasTail: hasTail)
    guard plain == .ignored || plain == .misaligned else { return plain }
    var reason = plain
    for spelling in TokenSpelling.allCases {
      guard let row = spelling.decoded(row) else { continue }
      for prompted in [prompted, prompted.behindSpace] {
        let alignment = Alignment(row, prompted, hasTail: hasTail)
        if case .target = alignment { return alignment }
        if alignment == .merged { reason = .merged }
      }
    }
    return TokenSpelling.normalised(row, prompted, hasTail: hasTail).map(Alignment.target) ?? reason
  }

  private static let replacement: [UInt8] = [0xEF, 0xBF, 0xBD]

  /// Walks tokens along the text that they should spell.
  ///
  /// Their spelling is compared, not `text_offset`: vLLM's offsets count code points and `<bos>`
  /// although the text has none, SGLang's are -1. Up to two tokens at the front may be special
  /// ones that the text does not have; tokens after its end were generated. Tokens that are parts
  /// of a character come as U+FFFD or as nothing: they stand for non-ASCII bytes up to the next
  /// token that can be read.
  init(_ row: TokenRow, _ prompted: PromptedText, hasTail: Bool) {
    let text = prompted.bytes
    var cursor = 0
    var first: Int?
    // Tokens since the cursor could not be read.
    var isLoose = false
    var index = 0
    while index < row.count, cursor < text.count {
      let token = row[index]
      if !isLoose, first == nil, cursor == prompted.boundary { first = index }
      let start = isLoose ? Self.find(token, in: text, after: cursor) : cursor
      if token.isEmpty {
        // A part of the next character.
      } else if let start, Self.matches(token, text, at: start) {
        if isLoose, first == nil, start == prompted.boundary { first = index }
        cursor = start + token.count
        isLoose = false
      } else if let readable = Self.readable(token) {
        let part = token.prefix(readable)
        if !isLoose {
          guard Self.matches(part, text, at: cursor) else {
            self = cursor == 0 ? .ignored : .misaligned
            return
          }
          cursor += readable
        }
        isLoose = true
      } else if cursor > 0 || isLoose {
        self = .misaligned
        return
      } else if index > 1 {
        self = .ignored
        return
      } else {
        // A special token at the front: the completion cannot have begun.
        first = nil
      }
      if !isLoose, first == nil, cursor > prompted.boundary {
        self = .merged
        return
      }
      index += 1
    }
    if isLoose {
      // Nothing readable followed: only without a generated token is the end known.
      guard !hasTail, text[cursor...].allSatisfy({ $0 >= 0x80 }) else {
        self = .misaligned
        return
      }
      cursor = text.count
    }
    if cursor < text.count {
      self = cursor == 0 ? .ignored : .truncated
    } else if let first {
      self = .target(first..<index)
    } else {
      self = .merged
    }
  }

  private static func matches(_ token: ArraySlice<UInt8>, _ text: [UInt8], at start: Int) -> Bool {
    guard token.count <= text.count - start else { return false }
    var place = start
    for byte in token {
      guard byte == text[place] else { return false }
      place += 1
    }
    return true
  }

  /// Length of a token's part before its first U+FFFD; `nil` when it has none.
  private static func readable(_ token: ArraySlice<UInt8>) -> Int? {
    guard let place = token.indices.first(where: { token[$0...].starts(with: replacement) }) else {
      return nil
    }
    return place - token.startIndex
  }

  /// The next place where a token is spelt, with at least one byte and nothing but parts of
  /// non-ASCII characters before it.
  private static func find(_ token: ArraySlice<UInt8>, in text: [UInt8], after: Int) -> Int? {
    guard !token.isEmpty, readable(token) == nil else { return nil }
    var start = after
    while start < text.count, text[start] >= 0x80 {
      start += 1
      // Characters begin with anything but 10xxxxxx.
      if start < text.count, text[start] & 0xC0 != 0x80, matches(token, text, at: start) {
        return start
      }
    }
    return nil
  }
}
