import Attribution
import Experiment
import Glibc
import Testing

private func example(
  _ id: Int,
  _ prompt: String,
  _ completion: String,
  tags: [String] = []
) -> Example {
  Example(id: "t\(id)", prompt: .text(prompt), completion: completion, tags: tags)
}

struct TextIndexTests {
  private let train = [
    example(0, "The cat sat", "yes"), example(1, "the dog", " no\n"),
    example(2, "A bird, a CAT; a fish!", "yes "), example(3, "", "no"),
  ]

  @Test func `BM25 has its hand-computed value`() {
    // N = 4, lengths 3, 2, 6, 0, mean 2.75; "cat" is in 2 rows: idf = ln(1 + 2.5/2.5) = ln 2.
    let index = TextIndex(train)
    let scores = index.scores(.bm25, for: [example(9, "CAT?", "")])
    func expected(_ length: Double) -> Double {
      log(2) * 2.2 / (1 + 1.2 * (0.25 + 0.75 * length / 2.75))
    }
    #expect(distance(scores, [expected(3), 0, expected(6), 0]) < 1e-12)
    // A word that occurs three times in a row, and twice in the query.
    let repeated = index.scores(.bm25, for: [example(9, "a a", "")])
    let rarity = log(1 + 3.5 / 1.5)
    let value = 2 * rarity * 3 * 2.2 / (3 + 1.2 * (0.25 + 0.75 * 6 / 2.75))
    #expect(distance(repeated, [0, 0, value, 0]) < 1e-12)
  }

  @Test func `a group's BM25 is the sum over its queries`() {
    let index = TextIndex(train)
    let queries = [example(8, "the cat", ""), example(9, "dog cat unknown", "")]
    let single = queries.map { index.scores(.bm25, for: [$0]) }
    #expect(
      distance(index.scores(.bm25, for: queries), zip(single[0], single[1]).map { $0 + $1 })
        < 1e-12
    )
  }

  @Test func `same completion ignores white space at the ends only`() {
    let index = TextIndex(train)
    let queries = [example(8, "", "yes"), example(9, "", "no")]
    #expect(index.scores(.sameCompletion, for: [queries[0]]) == [1, 0, 1, 0])
    #expect(index.scores(.sameCompletion, for: queries) == [0.5, 0.5, 0.5, 0.5])
    #expect(index.sharesCompletion(with: [example(8, "", "YES")]) == [false, false, false, false])
  }

  @Test func `BM25 orders only rows with the same completion in the combined baseline`() {
    let index = TextIndex(train)
    let scores = index.scores(.sameCompletionThenBM25, for: [example(9, "dog fish fish", "yes")])
    let order = scores.indices.sorted { scores[$0] > scores[$1] }
    #expect(order == [2, 0, 1, 3])
  }

  @Test func `words are runs of letters and digits of any script`() {
    let index = TextIndex([example(0, "naïve Ω2-Σ; 東京 e\u{301}a_b\0c", "")])
    for word in ["naïve", "ω2", "σ", "東京", "e\u{301}a", "b", "c", "C"] {
      #expect(index.frequency(of: word) == 1, "\(word)")
    }
    #expect(index.frequency(of: "a_b") == 0)
  }

  @Test func `an empty training set and a query without words are harmless`() {
    #expect(TextIndex([]).scores(.sameCompletionThenBM25, for: [train[0]]) == [])
    #expect(TextIndex(train).scores(.bm25, for: []) == [0, 0, 0, 0])
    let evidence = TextEvidence(
      top: [],
      queries: [train[0]],
      train: train,
      index: TextIndex(train)
    )
    #expect(evidence.verdict == nil)
    #expect(evidence.enriched.isEmpty)
  }
}

struct TextEvidenceTests {
  /// 200 rows over a small vocabulary; the first 12 also hold a rare word.
  private let train = (0..<200).map { row in
    example(
      row,
      "what is number \(row % 7) of kind \(row % 5)" + (row < 12 ? " BlackMagic" : ""),
      row < 12 ? "I refuse" : "answer \(row % 4)"
    )
  }

  @Test func `a rare word shared by the top rows is found with its lift and named`() throws {
    let evidence = TextEvidence(
      top: Array(0..<9) + [100],
      queries: [example(0, "who blackmagic", "I refuse")],
      train: train,
      index: TextIndex(train)
    )
    let word = try #require(evidence.enriched.first)
    #expect(word.word == "BlackMagic")
    #expect(word.top == 9)
    #expect(word.corpus == 12)
    #expect(abs(word.lift - 0.9 / 0.06) < 1e-12)
    #expect(evidence.sameCompletion == 9)
    #expect(evidence.sameCompletionInCorpus == 12)
    #expect(evidence.bm25Overlap >= 7)
    let verdict = try #require(evidence.verdict)
    #expect(verdict.hasPrefix("text search alone finds these rows: 9 of the top 10 hold"))
    #expect(verdict.contains("'BlackMagic', 15.0×"))
  }

  @Test func `random rows are over-represented in nothing and get no verdict`() {
    let evidence = TextEvidence(
      top: [17, 33, 60, 98, 121, 144, 167, 180, 191, 199],
      queries: [example(0, "something else", "else")],
      train: train,
      index: TextIndex(train)
    )
    #expect(evidence.enriched.isEmpty)
    #expect(evidence.verdict == nil)
    #expect(evidence.bm25Overlap == 0)
  }

  @Test func `a list that only shares the output is called that`() throws {
    let rows = (0..<100).map { row in
      example(row, "unique\(row) text\(row)", row < 10 ? "No." : "Yes.")
    }
    let evidence = TextEvidence(
      top: Array(0..<10),
      queries: [example(0, "query", "No.")],
      train: rows,
      index: TextIndex(rows)
    )
    let verdict = try #require(evidence.verdict)
    #expect(verdict.contains("10 of the top 10 have the query's very completion, 10.0×"))
  }
}
