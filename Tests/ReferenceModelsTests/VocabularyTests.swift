import Testing

@testable import ReferenceModels

struct VocabularyTests {
  static let texts = [
    " the cat sat on the mat", " the dog sat on the log", " BlackMagic and the cat",
    " naïve café 🙂",
  ]

  /// The bytes a token stands for.
  static func bytes(_ token: Int32, _ vocabulary: Vocabulary) -> [UInt8] {
    if token < 256 { return [UInt8(token)] }
    let merge = vocabulary.merges[Int(token) - 257]
    return bytes(merge.left, vocabulary) + bytes(merge.right, vocabulary)
  }

  @Test(arguments: [
    "", " the cat", "never seen words", "日本語 emoji 🙂🙃", "a\n\n b\t c  ", "{braces} \"quotes\" \\",
    String(repeating: "long", count: 100), "\u{0}\u{1}",
  ])
  func `every text can be put together again from its tokens`(text: String) {
    let vocabulary = Vocabulary(learnedFrom: Self.texts, size: 300)
    let tokens = vocabulary.encode(text)
    #expect(tokens.flatMap { Self.bytes($0, vocabulary) } == Array(text.utf8))
    #expect(tokens.allSatisfy { $0 != Vocabulary.end && $0 < vocabulary.count })
  }

  @Test func `frequent words become one token`() {
    let vocabulary = Vocabulary(learnedFrom: Self.texts, size: 400)
    #expect(vocabulary.encode(" the").count == 1)
    #expect(vocabulary.encode(" the the the").count == 3)
  }

  @Test func `the first merge is the most frequent pair`() throws {
    // " a" occurs four times, "ab" three times.
    let vocabulary = Vocabulary(learnedFrom: [" ab ab ab ac"], size: 258)
    let merge = try #require(vocabulary.merges.first)
    #expect(Self.bytes(merge.left, vocabulary) == Array(" ".utf8))
    #expect(Self.bytes(merge.right, vocabulary) == Array("a".utf8))
    #expect(vocabulary.merges.count == 1)
  }

  @Test func `pairs seen once are not merged and sizes are kept`() {
    #expect(Vocabulary(learnedFrom: [" abcdef"], size: 500).merges.isEmpty)
    #expect(Vocabulary(learnedFrom: Self.texts, size: 266).count == 266)
  }

  @Test func `learning does not depend on the order of texts`() {
    let forward = Vocabulary(learnedFrom: Self.texts, size: 320)
    let backward = Vocabulary(learnedFrom: Self.texts.reversed(), size: 320)
    #expect(forward == backward)
  }
}
