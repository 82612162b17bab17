import Attribution
import Experiment
import Glibc
import Statistics
import Testing

struct BanzhafTests {
  @Test func `Banzhaf values of the golden game are reached by sample reuse`() async throws {
    let valuation = try await TableGame.golden().game().banzhaf(coalitions: 60_000, seed: 3)
    #expect(distance(valuation.scores.values, [1.75, 3.25, 0.75]) < 0.06)
    #expect(valuation.trainings == 8)
    #expect(valuation.scores.estimator == "banzhaf")
  }

  @Test func `over all coalitions sample reuse is exact`() throws {
    let table: [[Int]: Double] = [
      [0]: 1, [1]: 2, [2]: 0, [0, 1]: 4, [0, 2]: 1, [1, 2]: 3, [0, 1, 2]: 6,
    ]
    // A fourth player who is always there, as measured subsets are not empty.
    let coalitions = (0..<8).map { mask in (0..<3).filter { mask & (1 << $0) != 0 } }
    let outcomes = try SubsetOutcomes(
      train: ["a", "b", "c", "always"],
      queries: ["q"],
      subsets: coalitions.map { $0 + [3] },
      outcomes: [coalitions.map { table[$0] ?? 0 }]
    )
    let scores = outcomes.inclusionDifferences()
    #expect(distance(scores.values, [1.75, 3.25, 0.75, 0]) < 1e-12)
    #expect(scores.measurable == [true, true, true, false])
  }

  @Test func `a weighted coin gives the weighted Banzhaf value`() async throws {
    let game = TableGame(players: 5) { coalition, _ in
      let weights = [1.0, 2, -1, 0, 0.5]
      return exp(0.5 * coalition.reduce(0) { $0 + weights[$1] })
    }
    let chance = 0.3
    let exact = game.exact { pow(chance, Double($0)) * pow(1 - chance, Double(4 - $0)) }
    let valuation = try await game.game().banzhaf(coalitions: 40_000, inclusion: chance, seed: 1)
    #expect(distance(valuation.scores.values, exact) < 0.05)
    #expect(valuation.scores.estimator == "banzhaf(0.3)")
  }

  @Test func `few coalitions may leave a player unmeasurable, never a NaN`() async throws {
    let game = TableGame(players: 30) { coalition, _ in Double(coalition.count) }
    let scores = try await game.game().banzhaf(coalitions: 3, seed: 2).scores
    #expect(scores.measurable.contains(false) && scores.measurable.contains(true))
    #expect(scores.values.allSatisfy { $0.isFinite })
    #expect(zip(scores.values, scores.measurable).allSatisfy { $1 || $0 == 0 })
  }

  @Test func `impossible plans are errors`() async throws {
    let game = try TableGame.golden().game()
    for (coalitions, inclusion) in [(2, 0.5), (10, 0), (10, 1), (10, .nan)] {
      await #expect(throws: AttributionError.self) {
        try await game.banzhaf(coalitions: coalitions, inclusion: inclusion)
      }
    }
  }
}
