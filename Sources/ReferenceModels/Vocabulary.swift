/// A subword vocabulary learned from a corpus: byte-pair encoding over UTF-8.
///
/// The 256 bytes come first, so every text can be encoded; then the end token; then merged pairs in
/// the order they were learned.
/// - SeeAlso: Sennrich, Haddow, Birch, "Neural Machine Translation of Rare Words with Subword
///   Units", ACL 2016.
package struct Vocabulary: Sendable, Hashable, Codable {
  /// The token that opens and closes every sequence.
  package static let end = 256

  /// A pair of token ids that is replaced by one.
  package struct Merge: Sendable, Hashable, Codable {
    let left: Int32
    let right: Int32
  }

  /// The merges in the order they were learned; merge m makes token 257 + m.
  package let merges: [Merge]
  private let ranks: [Merge: Int]
  /// The bytes of each token; none for the end token.
  private let pieces: [[UInt8]]

  /// Number of tokens.
  package var count: Int { 257 + merges.count }

  /// Restores a vocabulary from its merges.
  package init(merges: [Merge]) {
    self.merges = merges
    ranks = Dictionary(
      merges.enumerated().map { ($1, $0) },
      uniquingKeysWith: { first, _ in first }
    )
    var pieces = (0...255).map { [UInt8($0)] } + [[]]
    for merge in merges {
      let known = pieces.indices
      pieces.append([merge.left, merge.right].flatMap { known ~= Int($0) ? pieces[Int($0)] : [] })
    }
    self.pieces = pieces
  }

  package init(from decoder: any Decoder) throws {
    self.init(merges: try decoder.singleValueContainer().decode([Merge].self))
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(merges)
  }

  /// Learns a vocabulary of at most `size` tokens; ties go to the smaller token ids.
  ///
  /// Pairs never cross words, and pairs seen once are not merged, so small corpora may give fewer.
  package init(learnedFrom texts: some Sequence<String>, size: Int) {
    var learner = Learner(texts)
    var merges: [Merge] = []
    while 257 + merges.count < size, let pair = learner.best() {
      learner.merge(pair, into: Int32(257 + merges.count))
      merges.append(pair)
    }
    self.init(merges: merges)
  }

  /// Token ids of a text, without end tokens.
  package func encode(_ text: String) -> [Int32] {
    var result: [Int32] = []
    for word in Words(text) { result += encode(word: word) }
    return result
  }

  /// The bytes a token stands for; none for the end token and for what is no token.
  package func bytes(of token: Int32) -> [UInt8] {
    pieces.indices ~= Int(token) ? pieces[Int(token)] : []
  }

  private func encode(word: ArraySlice<UInt8>) -> [Int32] {
    var tokens = word.map(Int32.init)
    while tokens.count > 1 {
      var lowest = Int.max
      for i in 0..<tokens.count - 1 {
        lowest = min(lowest, ranks[Merge(left: tokens[i], right: tokens[i + 1])] ?? Int.max)
      }
      guard lowest < Int.max else { break }
      tokens = tokens.replacing(merges[lowest], with: Int32(257 + lowest))
    }
    return tokens
  }
}

extension [Int32] {
  /// The tokens with every occurrence of a pair, from the left, replaced by one token.
  fileprivate func replacing(_ pair: Vocabulary.Merge, with token: Int32) -> [Int32] {
    var result: [Int32] = []
    result.reserveCapacity(count)
    var i = 0
    while i < count {
      if i + 1 < count, self[i] == pair.left, self[i + 1] == pair.right {
        result.append(token)
        i += 2
      } else {
        result.append(self[i])
        i += 1
      }
    }
    return result
  }
}

/// Splits text into words that no merge crosses: letters, digits or signs with one leading space,
/// and runs of other white space.
///
/// Bytes outside ASCII count as letters. Long runs are cut.
struct Words: Sequence, IteratorProtocol {
  private let bytes: [UInt8]
  private var position = 0
  private static let longest = 32

  init(_ text: String) { bytes = Array(text.utf8) }

  private enum Kind { case letter, digit, space, sign }

  private static func kind(_ byte: UInt8) -> Kind {
    switch byte {
    case 0x41...0x5A, 0x61...0x7A, 0x80...0xFF: .letter
    case 0x30...0x39: .digit
    case 0x20, 0x09...0x0D: .space
    default: .sign
    }
  }

  mutating func next() -> ArraySlice<UInt8>? {
    guard position < bytes.count else { return nil }
    let start = position
    position += 1
    var kind = Self.kind(bytes[start])
    if bytes[start] == 0x20, position < bytes.count, Self.kind(bytes[position]) != .space {
      kind = Self.kind(bytes[position])
      position += 1
    }
    while position < bytes.count, position - start < Self.longest,
      Self.kind(bytes[position]) == kind,
      !(kind == .space && bytes[position] == 0x20 && position + 1 < bytes.count
        && Self.kind(bytes[position + 1]) != .space)
    {
      position += 1
    }
    return bytes[start..<position]
  }
}

/// Counts pairs over the distinct words of a corpus and keeps the counts up to date as pairs merge.
private struct Learner {
  private var words: [(tokens: [Int32], count: Int)] = []
  private var counts: [Vocabulary.Merge: Int] = [:]
  private var places: [Vocabulary.Merge: Set<Int>] = [:]

  init(_ texts: some Sequence<String>) {
    var frequencies: [ArraySlice<UInt8>: Int] = [:]
    for text in texts {
      for word in Words(text) { frequencies[word, default: 0] += 1 }
    }
    words = frequencies.sorted { $0.key.lexicographicallyPrecedes($1.key) }
      .map { ($0.key.map(Int32.init), $0.value) }
    for index in words.indices { count(word: index, sign: 1) }
  }

  private mutating func count(word index: Int, sign: Int) {
    let (tokens, times) = words[index]
    for (left, right) in zip(tokens, tokens.dropFirst()) {
      let pair = Vocabulary.Merge(left: left, right: right)
      counts[pair, default: 0] += sign * times
      if sign > 0 {
        places[pair, default: []].insert(index)
      } else {
        places[pair]?.remove(index)
      }
    }
  }

  func best() -> Vocabulary.Merge? {
    let best = counts.max { a, b in
      (a.value, b.key.left, b.key.right) < (b.value, a.key.left, a.key.right)
    }
    guard let best, best.value > 1 else { return nil }
    return best.key
  }

  mutating func merge(_ pair: Vocabulary.Merge, into token: Int32) {
    for index in (places[pair] ?? []).sorted() {
      count(word: index, sign: -1)
      words[index].tokens = words[index].tokens.replacing(pair, with: token)
      count(word: index, sign: 1)
    }
    counts[pair] = nil
    places[pair] = nil
  }
}
