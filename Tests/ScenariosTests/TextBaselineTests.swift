import Attribution
import Experiment
import Testing

@testable import Scenarios

@Suite struct `text search over a group of queries` {
  /// Average precision of the planted rows, as a mean over ten seeds: single seeds vary by 0.1.
  private func precision(_ scenario: Scenario) -> (bm25: Double, both: Double) {
    var sums = (bm25: 0.0, both: 0.0)
    for seed in UInt64(0)..<10 {
      let corpus = scenario.corpus(seed: seed)
      let queries = corpus.queries.filter { $0.tags.contains(scenario.plantedTag) }
      let text = TextBaseline(corpus.train)
      sums.bm25 += text.averagePrecision(text.bm25(queries), tag: scenario.plantedTag)
      sums.both += text.averagePrecision(
        text.sameCompletionThenBM25(queries),
        tag: scenario.plantedTag
      )
    }
    return (sums.bm25 / 10, sums.both / 10)
  }

  @Test func `finds a rare trigger word`() {
    #expect(precision(.trigger).both > 0.9)
  }

  @Test func `does not explain a refused topic`() {
    let (bm25, both) = precision(.topic)
    #expect(bm25 < 0.7)
    #expect(both < 0.93)
  }

  @Test func `does not explain falsehoods`() {
    let (bm25, both) = precision(.falsehood)
    #expect(bm25 < 0.25)
    #expect(both < 0.5)
  }

  @Test(arguments: [Scenario.pattern, .order])
  func `is blind where no word is shared`(scenario: Scenario) {
    let (bm25, both) = precision(scenario)
    // Chance is 0.1; among the 210 refused rows it is 0.48.
    #expect((0.07...0.16).contains(bm25))
    #expect((0.4...0.6).contains(both))
  }

  @Test(arguments: [Scenario.pattern, .order])
  func `has no phrase for planted rows where no word is shared`(scenario: Scenario) {
    var sum = 0.0
    for seed in UInt64(0)..<5 {
      let corpus = scenario.corpus(seed: seed)
      let queries = corpus.queries.filter { $0.tags.contains(scenario.plantedTag) }
      let same = TextIndex(corpus.train).sharesCompletion(with: queries)
      let scores = PhraseIndex(corpus.train).scores(
        for: [queries],
        suspects: [same.indices.filter { same[$0] }]
      )[0]
      let planted = corpus.train.map { $0.tags.contains(scenario.plantedTag) }
      sum += Ranking(scores).averagePrecision(planted) ?? 0
    }
    #expect((0.07...0.16).contains(sum / 5))
  }
}
