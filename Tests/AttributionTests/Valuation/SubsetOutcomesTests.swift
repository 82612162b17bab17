import Attribution
import Experiment
import Statistics
import Testing

/// Outcomes of an additive game on random halves; a constant second query.
func additiveOutcomes(
  effects: [Double],
  subsets count: Int,
  noise: Double = 0,
  seed: UInt64
) throws -> SubsetOutcomes {
  var generator = SplitMix64(seed: seed)
  let subsets = (0..<count).map { _ in generator.sample(effects.count / 2, of: effects.count) }
  let outcomes = subsets.map { subset in
    subset.reduce(1.5) { $0 + effects[$1] } + noise * generator.normal()
  }
  return try SubsetOutcomes(
    train: effects.indices.map { "t\($0)" },
    queries: ["q", "constant"],
    subsets: subsets,
    outcomes: [outcomes, outcomes.map { _ in 0.1 }]
  )
}

struct SubsetOutcomesTests {
  private func refusal(
    subsets: [[Int]] = [[0], [1], [0, 1]],
    outcomes: [[Double]] = [[1, 2, 3]]
  ) -> AttributionError? {
    do {
      _ = try SubsetOutcomes(
        train: ["a", "b"],
        queries: ["q"],
        subsets: subsets,
        outcomes: outcomes
      )
      return nil
    } catch {
      return error
    }
  }

  @Test func `fewer than three subsets, wrong shapes and diverged trainings are errors`() {
    #expect(refusal() == nil)
    #expect(refusal(subsets: [[0], [1]], outcomes: [[1, 2]])?.code == .tooFewModels)
    #expect(refusal(subsets: [], outcomes: [[]])?.code == .tooFewModels)
    #expect(refusal(outcomes: [])?.code == .mismatch)
    #expect(refusal(outcomes: [[1, 2]])?.code == .mismatch)
    #expect(refusal(subsets: [[0], [], [1]])?.code == .mismatch)
    #expect(refusal(subsets: [[0], [2], [1]])?.code == .mismatch)
    #expect(refusal(subsets: [[0], [1, 1], [1]])?.code == .mismatch)
    #expect(
      refusal(outcomes: [[1, .infinity, 3]])?.description
        == "cannot use a model trained on 1 examples: its outcome for query 'q' is inf"
    )
  }

  @Test func `inclusion differences are a difference of two means`() throws {
    let outcomes = try SubsetOutcomes(
      train: ["a", "b", "c"],
      queries: ["q"],
      subsets: [[0, 1], [1, 2], [1], [0, 1]],
      outcomes: [[5, 1, 2, 8]]
    )
    let scores = outcomes.inclusionDifferences()
    #expect(distance(scores.values, [6.5 - 1.5, 0, 1 - 5]) < 1e-14)
    #expect(scores.measurable == [true, false, true])
  }

  @Test func `halves are disjoint, and need six subsets`() throws {
    let whole = try additiveOutcomes(effects: [1, 2, 3, 4], subsets: 7, seed: 1)
    let halves = try whole.halves()
    #expect(halves.choosing.subsets == [0, 2, 4, 6].map { whole.subsets[$0] })
    #expect(halves.reporting.outcomes[0] == [1, 3, 5].map { whole.outcomes[0][$0] })
    let few = try additiveOutcomes(effects: [1, 2, 3, 4], subsets: 5, seed: 1)
    #expect(throws: AttributionError.self) { try few.halves() }
  }

  @Test func `subsets of less than one example are refused`() throws {
    let size = try SubsetDesign.size(ratio: 0.001, of: 100)
    let error = #expect(throws: AttributionError.self) {
      try SubsetDesign.random(examples: 100, models: 10, size: size, start: .base, seed: 1)
    }
    #expect(error?.code == .invalidDesign)
  }

  @Test func `a datamodel recovers few effects among many examples`() throws {
    var effects = [Double](repeating: 0, count: 80)
    for (place, effect) in [(3, 2.0), (17, -1), (40, 1.5), (79, -3)] { effects[place] = effect }
    let outcomes = try additiveOutcomes(effects: effects, subsets: 60, noise: 0.05, seed: 4)
    let scores = try outcomes.datamodels()
    #expect(distance(scores.row(query: 0), effects) < 0.15)
    #expect(scores.row(query: 1).allSatisfy { $0 == 0 })
    // Twenty examples more than subsets: ordinary least squares could not tell them apart.
    let differences = outcomes.inclusionDifferences()
    #expect(distance(differences.row(query: 0), effects) > 0.5)
    #expect(
      try LinearDatamodelling(
        of: scores,
        on: additiveOutcomes(effects: effects, subsets: 50, seed: 9)
      ).mean ?? 0 > 0.98
    )
  }

  @Test func `pure noise gets next to no datamodel, three subsets no NaN`() throws {
    let nothing = [Double](repeating: 0, count: 20)
    let noise = try additiveOutcomes(effects: nothing, subsets: 50, noise: 1, seed: 2)
    let scores = try noise.datamodels()
    #expect(scores.values.allSatisfy { abs($0) < 0.5 })
    let three = try additiveOutcomes(effects: [1, 2, 3, 4, 5], subsets: 3, seed: 2).datamodels()
    #expect(three.values.allSatisfy { $0.isFinite })
  }
}
