import Attribution
import Experiment
import Testing

struct InteractionTests {
  @Test func `interactions of a known game are right`() async throws {
    let game = try TableGame.golden().game()
    let taylor = try await game.interactions(.shapleyTaylor)
    let banzhaf = try await game.interactions(.banzhaf)
    for (place, expected) in [(1, 4.0 / 3), (2, 1.0 / 3), (5, 4.0 / 3)] {
      #expect(abs(taylor.pairs[0][place] - expected) < 1e-12)
    }
    #expect(taylor.singles == [[1, 2, 0]])
    for (place, expected) in [(1, 1.5), (2, 0.5), (5, 1.5)] {
      #expect(abs(banzhaf.pairs[0][place] - expected) < 1e-12)
    }
    // Each pair is there twice; with the singles all terms make up the whole.
    let sum = taylor.pairs[0].reduce(0, +) / 2 + taylor.singles[0].reduce(0, +)
    #expect(abs(sum - 6) < 1e-12)
  }

  @Test func `players who only add up do not interact`() async throws {
    let game = try TableGame(players: 4, queries: 2) { coalition, query in
      coalition.reduce(0.5) { $0 + Double($1 * $1 + query) }
    }.game()
    for index in Interactions.Index.allCases {
      let found = try await game.interactions(index)
      #expect(found.pairs.joined().allSatisfy { abs($0) < 1e-12 })
    }
  }

  @Test func `the weighted regression on all coalitions gives Shapley values`() async throws {
    let known = try await TableGame.golden().game().kernelShapley()
    for (value, expected) in zip(known.scores.values, [11.0 / 6, 10.0 / 3, 5.0 / 6]) {
      #expect(abs(value - expected) < 1e-12)
    }
    #expect(known.trainings == 8)
    let table = TableGame(players: 5) { coalition, _ in
      Double(coalition.reduce(7) { ($0 * 31 + $1 * 17 + 3) % 101 })
    }
    let expected = table.exact { size in
      // size! (n − 1 − size)! / n! for five players.
      [24.0, 6, 4, 6, 24][size] / 120
    }
    for (value, exact) in zip(try await table.game().kernelShapley().scores.values, expected) {
      #expect(abs(value - exact) < 1e-9)
    }
  }

  @Test func `too many players, or one, are refused`() async throws {
    for players in [1, 17] {
      let game = try TableGame(players: players) { coalition, _ in Double(coalition.count) }.game()
      await #expect(throws: AttributionError.self) { try await game.kernelShapley() }
    }
  }
}
