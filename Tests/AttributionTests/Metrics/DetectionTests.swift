import Attribution
import Experiment
import Statistics
import Testing

/// Scores of six examples for some queries.
private func scores(_ rows: [[Double]]) -> Scores {
  Scores(
    estimator: "any",
    train: (0..<6).map { "t\($0)" },
    queries: rows.indices.map { "q\($0)" },
    values: rows.flatMap(\.self),
    measurable: [true, true, true, true, true, true]
  )
}

struct PlantedRetrievalTests {
  @Test func `hard negatives tell a method apart that the rest does not`() throws {
    // The method scores the output: planted 0 and 1 as high as the hard negatives 2 and 3.
    let result = PlantedRetrieval(
      of: scores([[2, 1, 2, 1, 0, 0]]),
      planted: [[0, 1]],
      hardNegatives: [[2, 3]],
      counts: [2, 4]
    )
    #expect(result.areaUnderROC.mean == 0.75)
    #expect(result.areaAgainstHardNegatives.mean == 0.5)
    #expect(result.precision[2]?.mean == 0.5 && result.precision[4]?.mean == 0.5)
    #expect(result.prevalence == 2.0 / 6)
    // Planted ranks {1, 2} and {3, 4} with ties at random: see the test of rankings.
    let expected = try #require(
      Ranking([2, 1, 2, 1, 0, 0]).averagePrecision([true, true, false, false, false, false])
    )
    #expect(result.averagePrecision.mean == expected)
  }

  @Test func `queries without planted examples are skipped and counted`() {
    let result = PlantedRetrieval(
      of: scores([[6, 5, 4, 3, 2, 1], [0, 0, 0, 0, 0, 0], [1, 2, 3, 4, 5, 6]]),
      planted: [[0], [], [0, 5]],
      hardNegatives: [[], [1], [5, 4]]
    )
    #expect(result.averagePrecision.skipped == 1 && result.precision[10]?.skipped == 1)
    #expect(result.areaUnderROC.values[0] == 1 && result.areaUnderROC.values[1] == nil)
    #expect(result.areaUnderROC.values[2] == 0.5)
    // Row 5 is planted and no negative; row 4 stands above row 0 and below row 5.
    #expect(result.areaAgainstHardNegatives.values == [nil, nil, 0.5])
    #expect(result.prevalence == 0.25)
    let none = PlantedRetrieval(
      of: scores([[0, 0, 0, 0, 0, 0]]),
      planted: [[]],
      hardNegatives: [[]]
    )
    #expect(none.averagePrecision.mean == nil && none.prevalence == 0)
  }
}

struct MislabelDetectionTests {
  @Test func `the curve counts what inspection finds, ties by expectation`() {
    let result = MislabelDetection(
      suspicion: [9, 8, 7, 7, 1, 0, 0, 0, 0, 0],
      mislabelled: [true, false, true, false, false, true, false, false, false, false],
      shares: [0.1, 0.3, 0.4, 1]
    )
    #expect(result.curve.map(\.inspected) == [0.1, 0.3, 0.4, 1])
    #expect(distance(result.curve.map(\.found), [1.0 / 3, 1.5 / 3, 2.0 / 3, 1]) < 1e-12)
    // Pairs won of 21: 7, 5.5 and 2 of 7.
    #expect(abs((result.areaUnderROC ?? 0) - 14.5 / 21) < 1e-12)
  }

  @Test func `without wrong labels, or with wrong ones only, there is no area`() {
    let clean = MislabelDetection(suspicion: [1, 2], mislabelled: [false, false])
    #expect(clean.areaUnderROC == nil && clean.curve == [])
    let wrong = MislabelDetection(suspicion: [1, 2], mislabelled: [true, true], shares: [0.5])
    #expect(wrong.areaUnderROC == nil && wrong.curve.map(\.found) == [0.5])
    #expect(MislabelDetection(suspicion: [], mislabelled: []).curve == [])
  }

  @Test func `self-scores are the diagonal`() {
    let square = Scores(
      estimator: "any",
      train: ["a", "b"],
      queries: ["a", "b"],
      values: [1, 2, 3, 4],
      measurable: [true, true]
    )
    #expect(square.selfScores == [1, 4])
  }
}

struct BrittlenessTests {
  @Test func `the smallest size counts, later changes back do not, the rest is censored`() {
    let result = Brittleness(
      sizes: [0, 20, 40],
      flipped: [[false, true, false], [false, false, true], [false, false, false]]
    )
    #expect(result.smallest == [20, 40, nil])
    #expect(result.censored == 1)
    #expect(distance(result.flippedShare, [0, 1.0 / 3, 2.0 / 3]) < 1e-12)
    #expect(result.median == 40)
    let stable = Brittleness(sizes: [1], flipped: [[false], [false], [true]])
    #expect(stable.median == nil)
    #expect(Brittleness(sizes: [1], flipped: []).median == nil)
  }

  @Test func `the best examples go first, and one must stay`() throws {
    let sets = try Brittleness.removals(by: scores([[1, 5, 5, -1, 9, 0]]), sizes: [0, 2, 3])
    #expect(sets == [[[], [4, 1], [4, 1, 2]]])
    for size in [6, -1] {
      #expect(throws: AttributionError.self) {
        try Brittleness.removals(by: scores([[1, 5, 5, -1, 9, 0]]), sizes: [size])
      }
    }
  }
}

struct TailPatchTests {
  @Test func `increases are averaged within queries first, and compared with random ones`() throws {
    let result = try TailPatch(increases: [[1, 3], [], [5]], random: [[1], [1], [0, 2]])
    #expect(result.increase.values == [2, nil, 5] && result.increase.mean == 3.5)
    #expect(result.random?.mean == 1)
    #expect(result.gain?.values == [1, nil, 4] && result.gain?.mean == 2.5)
    #expect(try TailPatch(increases: [[1]]).gain == nil)
    #expect(throws: AttributionError.self) { try TailPatch(increases: [[1], [.nan]]) }
  }
}

struct AgreementTests {
  private let measured = Scores(
    estimator: "further-training",
    train: ["a", "b", "c"],
    queries: ["p", "q", "r", "s"],
    values: [1, 2, 2, 1, 0, -1, 1e-11, 0, 0, 1, 2, 3],
    measurable: [true, true, true]
  )

  @Test func `cosine and rank correlation have their closed forms, zero vectors are dropped`()
    throws
  {
    let estimated = scores([
      // Summed over the sets below: (2, 1, 2), (−1, 0, 1), (1, 2, 3), (0, 0, 0).
      [1, 1, 1, 5, 2, 0], [-1, 0, 0, 5, 1, 0], [1, 0, 2, 5, 3, 0], [1, -1, 0, 5, 0, 0],
    ])
    let agreement = Agreement(of: estimated, with: measured, leftOut: [[0, 1], [2], [4]])
    let cosine = agreement.cosine.values
    #expect(abs(try #require(cosine[0]) - 8.0 / 9) < 1e-12)
    #expect(abs(try #require(cosine[1]) + 1) < 1e-12)
    #expect(cosine[2] == nil && cosine[3] == nil && agreement.nearZero == 2)
    // Ranks 2.5, 1, 2.5 and 1, 2.5, 2.5.
    #expect(abs(try #require(agreement.spearman.values[0]) + 0.5) < 1e-12)
    #expect(agreement.cosine.judged == 2 && agreement.cosine.skipped == 2)
  }

  @Test func `scores on any scale agree alike`() {
    let rows = [
      [1.0, 2, 3, 0, 0, 0], [3, 2, 1, 0, 0, 0], [1, 1, 1, 0, 0, 0], [1, 2, 4, 0, 0, 0],
    ]
    let sets = [[0], [1], [2]]
    let plain = Agreement(of: scores(rows), with: measured, leftOut: sets)
    for scale in [1e-200, 1e200] {
      let scaled = Agreement(
        of: scores(rows.map { $0.map { $0 * scale } }),
        with: measured,
        leftOut: sets
      )
      #expect(
        distance(scaled.cosine.values.compactMap(\.self), plain.cosine.values.compactMap(\.self))
          < 1e-12
      )
    }
    // Equal estimates have a cosine and no ranks.
    let equal = Agreement(of: scores(rows.map { _ in rows[2] }), with: measured, leftOut: sets)
    #expect(equal.cosine.skipped == 1 && equal.spearman.judged == 0)
  }
}

struct MeanOverQueriesTests {
  @Test func `skipped queries count in nothing but their number`() throws {
    let result = MeanOverQueries([1, nil, 3])
    #expect(result.mean == 2 && result.standardError == 1)
    #expect(result.judged == 2 && result.skipped == 1)
    let interval = try #require(result.interval(draws: 500, seed: 1))
    #expect(interval == 1...3)
    #expect(MeanOverQueries([5]).standardError == nil)
    #expect(MeanOverQueries([5, nil]).interval(draws: 20) == 5...5)
    #expect(MeanOverQueries([nil, nil]).interval() == nil)
    #expect(MeanOverQueries([]).mean == nil && MeanOverQueries([]).interval() == nil)
  }
}
