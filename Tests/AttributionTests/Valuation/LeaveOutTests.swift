import Attribution
import Experiment
import Testing

struct LeaveOutTests {
  @Test func `leaving one out is the last marginal of the golden game`() async throws {
    let valuation = try await TableGame.golden().game().leaveOneOut()
    #expect(valuation.scores.values == [3, 5, 2])
    #expect(valuation.trainings == 4)
    #expect(valuation.scores.estimator == "leave-one-out")
  }

  @Test func `groups are left out as one, and players in no group always stay`() async throws {
    let table = TableGame(players: 6) { coalition, _ in
      coalition.reduce(0) { $0 + Double(1 << $1) }
    }
    let game = try table.game().grouped([[4, 0], [3]], names: ["a", "b"])
    let valuation = try await game.leaveOneOut()
    #expect(valuation.scores.train == ["a", "b"])
    #expect(valuation.scores.values == [17, 8])
    #expect(valuation.trainings == 3)
    #expect(table.coalitions == [[0, 1, 2, 3, 4, 5], [1, 2, 3, 5], [0, 1, 2, 4, 5]])
    let shapley = try await game.semivalues(sampling: PermutationSampling(permutations: 3))
    #expect(shapley.valuations[0].scores.values == [17, 8])
  }

  @Test func `groups that overlap, are empty or name unknown rows are errors`() throws {
    let game = try TableGame.golden().game()
    for groups in [[[0], []], [[0, 1], [1]], [[0], [3]], [[0], [-1]]] {
      #expect(throws: AttributionError.self) { try game.grouped(groups, names: ["a", "b"]) }
    }
  }
}
