import Experiment
import Testing

@testable import Attribution

/// é in one scalar and in two: one text for Swift, two for files, hosts and models.
private let composed = "caf\u{e9}"
private let decomposed = "cafe\u{301}"

struct BytesTests {
  private func row(_ id: String, _ prompt: String, _ completion: String, _ tags: [String] = [])
    -> Example
  {
    Example(id: id, prompt: .text(prompt), completion: completion, tags: tags)
  }

  @Test func `text search tells words apart by their bytes, in any case`() {
    let index = TextIndex([row("a", "Ein \(composed)", "x"), row("b", "Ein \(decomposed)", "x")])
    let scores = index.scores(.bm25, for: [row("q", decomposed.uppercased(), "")])
    #expect(scores[0] == 0 && scores[1] > 0)
    #expect(index.frequency(of: composed) == 1)
  }

  @Test func `a completion is the same only byte for byte`() throws {
    let train = [row("a", "p", composed, ["t"]), row("b", "p", " \(decomposed) ", ["u"])]
    let query = row("q", "p", composed, ["t"])
    #expect(TextIndex(train).sharesCompletion(with: [query]) == [true, false])
    let task = try RetrievalTask(Corpus(train: train, queries: [query]), tag: "t", against: nil)
    let judged = task.measure([[1, 2]], mirrored: [], counts: [1], asked: [[query]])
    // One of two rows has the output, and it is second.
    #expect(judged.sameOutputAP == 0.5)
  }

  @Test func `enriched and shared words are those of the row's bytes`() {
    let top = (0..<8).map { row("t\($0)", "see \(decomposed) now", "x") }
    let rest = (0..<80).map { row("r\($0)", "see \(composed) now", "x") }
    let words = enrichedWords(top: top, index: TextIndex(top + rest))
    #expect(words.map(\.word).areSame(as: [decomposed]))
    #expect(words.map(\.corpus) == [8])
  }

  @Test func `tags and ids of queries are found by their bytes`() throws {
    let corpus = Corpus(
      train: [row("a", "p", "x", [composed]), row("b", "p", "x", [decomposed])],
      queries: [row(composed, "p", "x", [composed]), row(decomposed, "p", "x", [decomposed])]
    )
    let task = try RetrievalTask(corpus, tag: decomposed, against: composed)
    #expect(task.positives == [1] && task.decoys == [0])
    #expect(task.queries == [1] && task.decoyQueries == [0])
    let losses = LossMatrix(
      models: ["m"],
      train: corpus.train.map(\.id),
      queries: corpus.queries.map(\.id)
    )
    let design = try SubsetDesign.random(examples: 2, models: 1, size: 1, start: .base, seed: 1)
    let study = Study(corpus: corpus, design: design) { _ in losses }
    #expect(try study.positions([decomposed]) == [1])
    #expect(throws: AttributionError.self) { try study.positions(["cafe\u{300}"]) }
  }

  @Test func `losses of rows with other bytes are of other rows`() throws {
    let corpus = Corpus(train: [row(composed, "p", "x")], queries: [row("q", "p", "x")])
    let losses = LossMatrix(models: ["m"], train: [decomposed], queries: ["q"])
    let design = try SubsetDesign.random(examples: 1, models: 1, size: 1, start: .base, seed: 1)
    let error = #expect(throws: AttributionError.self) {
      try Study(corpus: corpus, design: design) { _ in losses }.scores()
    }
    #expect(error?.code == .mismatch)
  }

  @Test func `labels and segments are different where their bytes are`() throws {
    let labels = try LabelSet([composed, decomposed], of: [])
    #expect(labels.label(of: row("a", "p", decomposed)) == 1)
    let rows = (0..<5).flatMap { [row("a\($0)", "p", composed), row("b\($0)", "p", decomposed)] }
    #expect(LabelSet(recognisedIn: rows)?.labels.count == 2)
    let texts = (0..<6).flatMap { _ in [composed, decomposed] }
    #expect(SegmentVocabulary(of: texts, size: 9).segments.count == 2)
  }
}
