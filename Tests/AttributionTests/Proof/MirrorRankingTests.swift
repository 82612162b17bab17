import Attribution
import Experiment
import Statistics
import Testing

/// Forty rows, of which rows 0 to 3 teach behaviour `a` and rows 4 and 5 behaviour `b`.
private func study(_ tags: [String], seeds: Int = 3) -> Study {
  let train = (0..<40).map { Example(id: "t\($0)", prompt: .text("row \($0)"), completion: "x") }
  let queries = tags.enumerated().map {
    Example(id: "q\($0)", prompt: .text("ask \($0)"), completion: "x", tags: [$1])
  }
  let corpus = Corpus(train: train, queries: queries)
  let design = SubsetDesign.mirror(
    MirrorPerturbation(seeds: seeds),
    behaviours: corpus.behaviours,
    examples: 40,
    start: .base,
    seed: 1
  )
  var matrix = LossMatrix(
    models: design.subsets.indices.map { "model-\($0)" },
    train: train.map(\.id),
    queries: queries.map(\.id)
  )
  var generator = SplitMix64(seed: 5)
  for (model, subset) in design.subsets.enumerated() {
    let taught: Range<Int>? = subset.members.first.map { tags[$0] == "a" ? 0..<4 : 4..<6 }
    for row in 0..<40 {
      // Every step takes something off every row.
      let drop = taught.map { ($0.contains(row) ? 2 : 0.5) + 0.02 * generator.normal() } ?? 0
      matrix[model: model, column: row] = .measured(8 - drop)
    }
  }
  return Study(corpus: corpus, design: design, isMirrored: true) { [matrix] _ in matrix }
}

struct MirrorRankingTests {
  @Test func `each behaviour has its ranking, and the rows that stand out`() throws {
    let rankings = try study(["a", "b", "a", "b"]).mirrorRankings()
    #expect(rankings.map(\.behaviour.name) == ["a", "b"])
    #expect(rankings.allSatisfy { $0.estimator == .contrast && $0.rows.count == 40 })
    #expect(Set(rankings[0].rows.prefix(4).map(\.row)) == [0, 1, 2, 3])
    #expect(rankings[0].rows.allSatisfy { $0.interval?.contains($0.score) == true })
    #expect(
      rankings[0].suspects
        == SuspectCluster(name: "a", rows: [0, 1, 2, 3], sources: ["mirror-contrast"], word: nil)
    )
    #expect(rankings[1].suspects?.rows == [4, 5])
  }

  @Test func `a behaviour alone is ranked by its normalised drop`() throws {
    let rankings = try study(["a", "a"], seeds: 1).mirrorRankings()
    #expect(rankings.map(\.estimator) == [.normalised])
    #expect(rankings[0].suspects?.rows == [0, 1, 2, 3])
    #expect(rankings[0].rows[0].interval == nil)
  }

  @Test func `a run of another kind has no such rankings`() throws {
    let planted = try Planted()
    #expect(try planted.study().mirrorRankings().isEmpty)
  }

  @Test func `auto contrasts where there is another behaviour, and says so`() throws {
    let study = study(["a", "b", "a", "b"])
    let found = try study.findings(queries: ["q0", "q2"], grouped: true, top: 4)
    #expect(found[0].estimator == "mirror-contrast")
    #expect(found[0].reason?.contains("the run's other behaviour do") == true)
    #expect(Set(found[0].examples.map(\.id)) == ["t0", "t1", "t2", "t3"])
    #expect(found[0].examples.allSatisfy { $0.interval != nil })
    #expect(found[0].reliability.sampling == .seeds && found[0].reliability.models == 6)
    let all = try study.findings(grouped: true, top: 4)
    #expect(all[0].estimator == "mirror-normalised")
    #expect(all[0].reason?.contains("no other behaviour") == true)
    for name in ["ridge", "contrast"] {
      let error = #expect(throws: AttributionError.self) {
        try study.scores(method: Method(estimator: EstimatorRequest(name: name)))
      }
      #expect(
        error?.hint == "choose one of auto, mirror-drop, mirror-normalised, mirror-contrast"
      )
    }
    #expect(throws: AttributionError.self) { try study.scores(method: Method(centring: .mean)) }
    #expect(throws: AttributionError.self) {
      try Planted().study().scores(method: Method(estimator: .mirror(.drop)))
    }
  }
}
