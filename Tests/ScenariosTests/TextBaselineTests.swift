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
}
