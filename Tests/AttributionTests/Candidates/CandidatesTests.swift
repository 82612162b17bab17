import Experiment
import Testing

@testable import Attribution

private func row(_ id: String, _ prompt: String, _ completion: String) -> Example {
  Example(id: id, prompt: .text(prompt), completion: completion)
}

/// Six rows with losses under four models; rows 1, 3 and 4 are candidates, row 4 by the audit.
private func study() throws -> (Study, Candidates) {
  let train = (0..<6).map {
    Example(
      id: "t\($0)",
      prompt: .text("row \($0)"),
      completion: "x",
      tags: $0 == 0 || $0 == 3 ? ["wanted"] : []
    )
  }
  let query = Example(id: "q0", prompt: .text("ask"), completion: "x", tags: ["wanted"])
  var matrix = LossMatrix(
    models: (0..<4).map { "model-\($0)" },
    train: train.map(\.id),
    queries: ["q0"]
  )
  // Slopes against the query's losses: row 1 falls, row 3 rises steeply, row 4 more so.
  for (column, slope) in [(1, -1.0), (3, 2), (4, 3), (6, 1)] {
    for model in 0..<4 {
      matrix[model: model, column: column] = .measured(20 + slope * Double(model * model))
    }
  }
  let draws = (0..<64).map { Candidates(picked: [1, 3], of: 6, audit: 0.25, seed: $0) }
  let candidates = try #require(draws.first { $0.audit == [4] })
  let study = Study(
    corpus: Corpus(train: train, queries: [query]),
    design: try .random(examples: 6, models: 4, size: 3, start: .base, seed: 1),
    candidates: candidates
  ) { [matrix] _ in matrix }
  return (study, candidates)
}

struct CandidatesTests {
  @Test func `text search picks by words and by completion`() {
    let train = [
      row("a", "the red cat", "yes"), row("b", "the red cat sleeps", "no"), row("c", "a dog", "so"),
      row("d", "a bird", "so"), row("e", "nothing alike", "never"),
    ]
    let corpus = Corpus(train: train, queries: [row("q", "which red cat", "so")])
    // By words a before the longer b; by completion c before d, in corpus order as no word is shared.
    #expect(Candidates.nearest(1, in: corpus) == [0, 2])
    #expect(Candidates.nearest(9, in: corpus) == [0, 1, 2, 3])
  }

  @Test func `the audit is a random share of the rows that were not picked`() {
    let candidates = Candidates(picked: [7, 2], of: 50, audit: 0.1, seed: 3)
    #expect(candidates.picked == [2, 7])
    #expect(candidates.rest == 48)
    #expect(candidates.audit.count == 5)
    #expect(Set(candidates.audit).isDisjoint(with: [2, 7]))
    #expect(candidates.audit == candidates.audit.sorted())
    #expect(candidates.all == Set(candidates.picked + candidates.audit).sorted())
    #expect(Candidates(picked: [7, 2], of: 50, audit: 0.1, seed: 3) == candidates)
    var drawn: [Int: Int] = [:]
    for seed in 0..<400 {
      let audit = Candidates(picked: [0], of: 21, audit: 0.25, seed: UInt64(seed)).audit
      for row in audit { drawn[row, default: 0] += 1 }
    }
    // Each of 20 rows 100 times in the mean, with a standard deviation below 9.
    #expect(drawn.count == 20 && drawn.values.allSatisfy { (64...136).contains($0) })
    #expect(Candidates(picked: [0, 1], of: 2, audit: 1, seed: 0).audit == [])
    #expect("\(candidates)" != "\(Candidates(picked: [7, 3], of: 50, audit: 0.1, seed: 3))")
  }

  @Test func `recall follows from the audited rows above the picked rows' k-th`() throws {
    let candidates = Candidates(picked: [0, 1, 2, 3], of: 44, audit: 0.5, seed: 1)
    var scores = [Double](repeating: 0, count: 44)
    for (row, score) in zip(0..<4, [9.0, 7, 5, 3]) { scores[row] = score }
    for row in candidates.audit.prefix(2) { scores[row] = 6 }
    scores[candidates.audit[2]] = 5
    let measurable = [Bool](repeating: true, count: 44)
    let estimate = try #require(candidates.audited(scores, measurable: measurable, top: 3))
    #expect(estimate.audited == 20 && estimate.above == 2 && estimate.rest == 40)
    // A tenth of 40 rows beside the three.
    #expect(estimate.recall == 3.0 / 7)
    #expect(estimate.recallInterval.contains(estimate.recall))
    #expect(estimate.recallInterval.upperBound == 3 / (3 + estimate.share.lowerBound * 40))
    #expect(candidates.audited(scores, measurable: measurable, top: 5) == nil)
    let first = try #require(candidates.audited(scores, measurable: measurable, top: 1))
    #expect(first.above == 0 && first.recall == 1 && first.recallInterval.upperBound == 1)
    var some = measurable
    for row in candidates.audit { some[row] = false }
    #expect(candidates.audited(scores, measurable: some, top: 3) == nil)
  }

  @Test func `rows that were left out are in no list, rank last and are no gap`() throws {
    let (study, _) = try study()
    let method = Method(estimator: .named(.covariance))
    let findings = try study.findings(top: 2, method: method)[0]
    #expect(findings.examples.map(\.id) == ["t4", "t3"])
    #expect(findings.reliability.missing == 0)
    #expect(findings.reliability.notMeasurable == 0)
    #expect(findings.reliability.candidates == 3)
    #expect(findings.audit?.above == 1 && findings.audit?.rest == 4)
    let evaluation = try study.evaluate(tag: "wanted", method: method)
    #expect(evaluation.candidates == 3)
    // Row 3 is second; row 0 is one of the three that share places four to six, at random.
    let last: Double = (2 / 4 + 2 / 5 + 2 / 6) / 3
    let expected: Double = (1 / 2 + last) / 2
    #expect(abs(evaluation.retrieval.ap - expected) < 1e-12)
  }
}
