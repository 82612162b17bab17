import Experiment
import Statistics
import Testing

@testable import Attribution

struct SuspectSearchTests {
  private func words(_ count: Int, _ generator: inout SplitMix64) -> String {
    (0..<count).map { _ in "w\(generator.below(2000))" }.joined(separator: " ")
  }

  /// 40 rows with a word, 30 with another and the same completion, 230 with neither.
  private func corpus(_ seed: UInt64 = 1) -> Corpus {
    var generator = SplitMix64(seed: seed)
    func row(_ id: Int, _ word: String?, _ completion: String) -> Example {
      let text = words(6, &generator) + (word.map { " \($0) " } ?? " ") + words(6, &generator)
      return Example(id: "\(id)", prompt: .text(text), completion: completion)
    }
    let train =
      (0..<40).map { row($0, "Abracadabra", "no") } + (40..<70).map { row($0, "Hocus", "no") }
      + (70..<300).map { row($0, nil, "yes \($0)") }
    return Corpus(
      train: train,
      queries: (0..<16).map { row($0, "abracadabra", "no ") } + (0..<16).map { row($0, nil, "odd") }
    )
  }

  @Test func `a trigger word is a cluster of its own beside the completion`() throws {
    let clusters = SuspectSearch(corpus()).clusters(for: Array(0..<16))
    #expect(clusters.first?.rows == Array(0..<70))
    #expect(clusters.first?.sources == ["same-completion"])
    let word = try #require(clusters.first { $0.word == "Abracadabra" })
    #expect(word.rows == Array(0..<40))
    // 40 of 70 rows with the completion, 40 of 300 rows.
    #expect(abs(try #require(word.strength) - 30.0 / 7) < 1e-12)
    #expect(word.sources.first == "rare-ngrams")
    // Decoys are suspects, too: only taking them away tells.
    #expect(clusters.contains { $0.word == "Hocus" && $0.rows == Array(40..<70) })
    #expect(Set(clusters.map(\.name)).count == clusters.count)
  }

  @Test func `clusters of the same rows are one with all who found them`() throws {
    let clusters = SuspectSearch(corpus()).clusters(for: Array(0..<16))
    let bm25 = try #require(clusters.first { $0.sources.contains("bm25") })
    #expect(Set(bm25.rows).isSuperset(of: 0..<40))
    #expect(Set(clusters.map(\.rows)).count == clusters.count)
  }

  @Test func `queries that share nothing with any row have no suspects in most searches`() {
    let found = (0..<20).count {
      !SuspectSearch(corpus($0)).clusters(for: Array(16..<32)).isEmpty
    }
    #expect(found <= 2)
  }

  @Test func `near duplicates are found by their overlap and by nothing less`() {
    // 8 words make 6 shingles; one word changed at the end leaves 5 of 7, two words 4 of 8.
    let groups = NearDuplicates([
      "a b c d e f g h", "q r s", "A b c, d e f g X", "a b c d e f Y Z", "Q r s!", "", "",
    ]).groups
    #expect(groups == [[0, 2], [1, 4]])
  }

  @Test func `embeddings above chance are a cluster`() throws {
    let corpus = corpus()
    var generator = SplitMix64(seed: 5)
    func vector(_ isNear: Bool) -> [Float] {
      (0..<32).map { Float(generator.normal()) + (isNear && $0 == 0 ? 30 : 0) }
    }
    let embedded = EmbeddedCorpus(
      train: corpus.train.indices.map { vector($0 < 40) },
      queries: corpus.queries.indices.map { vector($0 < 16) }
    )
    let clusters = SuspectSearch(corpus, embeddings: embedded).clusters(for: Array(0..<16))
    let near = try #require(clusters.first { $0.sources.contains("embedding") })
    #expect(near.rows == Array(0..<40))
    #expect(near.word == "Abracadabra")
  }

  @Test func `cosines are means over the queries`() {
    let embedded = EmbeddedCorpus(
      train: [[2, 0], [0, 3], [0, 0]],
      queries: [[1, 0], [1, 1]]
    )
    let half = 0.5.squareRoot()
    let expected = [(1 + half) / 2, half / 2, 0]
    #expect(zip(embedded.scores(for: [0, 1]), expected).allSatisfy { abs($0 - $1) < 1e-12 })
  }
}
