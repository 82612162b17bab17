import Attribution
import Experiment
import Glibc
import Testing

private func rows(_ prompts: [String]) -> [Example] {
  prompts.enumerated().map { Example(id: "t\($0)", prompt: .text($1), completion: "x") }
}

struct PhraseIndexTests {
  /// 10 rows that hold two words in a row among 90 that hold either alone.
  private let train = rows(
    (0..<10).map { "a\($0) Blue  MOON b\($0)" }
      + (0..<90).map { $0 % 2 == 0 ? "c\($0) blue d\($0)" : "e\($0) moon f\($0)" }
  )

  @Test func `a phrase has its hand-computed lift and surprise`() throws {
    let phrases = PhraseIndex(train).phrases(among: Array(0..<10))
    let phrase = try #require(phrases.first)
    #expect(phrase.text == "Blue MOON")
    #expect(phrase.rows == Array(0..<10) && phrase.corpus == 10)
    #expect(abs(phrase.lift - 10) < 1e-12)
    // All ten of the ten rows of C(100, 10).
    let ways = lgamma(101) - lgamma(11) - lgamma(91)
    #expect(abs(phrase.surprise - ways) < 1e-9)
    // Its words alone are in the same rows asked about and less surprising.
    #expect(phrases.count == 1)
  }

  @Test func `what every row asked about spells in its own way is no phrase`() {
    let train = rows((0..<30).map { "see \(1000 + $0) now" } + (0..<70).map { "see x\($0) now" })
    #expect(PhraseIndex(train).phrases(among: Array(0..<30)).isEmpty)
  }

  @Test func `all rows or none have no phrases`() {
    let index = PhraseIndex(train)
    #expect(index.phrases(among: Array(train.indices)).isEmpty)
    #expect(index.phrases(among: []).isEmpty)
    #expect(PhraseIndex([]).phrases(among: []).isEmpty)
  }

  @Test func `rows score by the phrases that they share with the queries`() throws {
    let index = PhraseIndex(train)
    let queries = rows(["a blue moon", "nothing of it"])
    let scores = index.scores(
      for: [queries, [queries[1]]],
      suspects: Array(repeating: Array(0..<10), count: 2)
    )
    let surprise = try #require(index.phrases(among: Array(0..<10)).first?.surprise)
    #expect(scores[0][..<10].allSatisfy { abs($0 - surprise / 2) < 1e-9 })
    #expect(scores[0][10...].allSatisfy { $0 < surprise / 2 })
    #expect(scores[1].allSatisfy { $0 == 0 })
  }
}
