import Attribution
import Experiment
import Glibc
import Statistics
import Testing

/// A plan without truncation or early stop.
private func plan(_ permutations: Int, round: Int = 100, seed: UInt64 = 1) -> PermutationSampling {
  PermutationSampling(
    permutations: permutations,
    round: round,
    tolerance: 0,
    change: 0,
    seed: seed
  )
}

/// A game of eight players with interactions between neighbours, for two queries.
private func mixedGame() -> TableGame {
  TableGame(players: 8, queries: 2) { coalition, query in
    let effects = [0.5, -1, 2, 0, 1, 0.25, -0.5, 3]
    let sum = coalition.reduce(0) { $0 + effects[$1] }
    let pairs = zip(coalition, coalition.dropFirst()).count { $1 == $0 + 1 }
    return query == 0 ? sum + 0.5 * Double(pairs) : tanh(sum)
  }
}

struct SemivalueTests {
  @Test func `Shapley values of the golden game are reached`() async throws {
    let result = try await TableGame.golden().game().semivalues(sampling: plan(10_000, round: 5000))
    let values = result.valuations[0].scores.values
    #expect(distance(values, [11.0 / 6, 10.0 / 3, 5.0 / 6]) < 0.03)
    #expect(result.valuations[0].scores.estimator == "shapley")
    // Eight coalitions exist, however many permutations were drawn.
    #expect(result.valuations[0].trainings == 8)
    #expect(result.permutations == 10_000 && !result.converged)
  }

  @Test(arguments: UInt64(0)..<5)
  func `credits sum to what the whole set adds, for every query`(seed: UInt64) async throws {
    let game = mixedGame()
    let scores = try await game.game().semivalues(sampling: plan(7, seed: seed)).valuations[0]
      .scores
    for query in 0..<2 {
      let sum = scores.row(query: query).reduce(0, +)
      let all = try await game.game().utilities([Array(0..<8), []])
      #expect(abs(sum - (all[0][query] - all[1][query])) < 1e-12)
    }
  }

  @Test func `a null player has value 0 under every rule, equal players nearly equal values`()
    async throws
  {
    // Player 3 adds nothing; 1 and 2 are interchangeable.
    let game = TableGame(players: 4) { coalition, _ in
      let pair = coalition.count { $0 == 1 || $0 == 2 }
      return Double(pair * pair) * (coalition.contains(0) ? 2 : 1)
    }
    let rules: [Semivalue] = [.shapley, try .beta(16, 1), try .beta(1, 16)]
    let result = try await game.game().semivalues(rules, sampling: plan(4000, round: 4000))
    for valuation in result.valuations {
      let values = valuation.scores.values
      #expect(values[3] == 0)
      #expect(abs(values[1] - values[2]) < 0.15)
      #expect(values[1] > 0.5)
    }
  }

  @Test func `Beta-Shapley follows its definition, and (1, 1) is Shapley`() async throws {
    let game = mixedGame()
    func beta(_ a: Double, _ b: Double) -> Double { exp(lgamma(a) + lgamma(b) - lgamma(a + b)) }
    let parameters = [(1.0, 1.0), (16.0, 1.0), (1.0, 4.0)]
    let rules = try parameters.map { try Semivalue.beta($0, $1) }
    let result = try await game.game().semivalues(rules, sampling: plan(6000, round: 2000))
    for ((a, b), valuation) in zip(parameters, result.valuations) {
      for query in 0..<2 {
        // Kwon and Zou, equation 5: the weight of one coalition of j − 1 others, j = size + 1.
        let exact = game.exact(query: query) { size in
          beta(Double(size) + b, Double(8 - size - 1) + a) / beta(a, b)
        }
        #expect(distance(valuation.scores.row(query: query), exact) < 0.12)
      }
    }
    #expect(result.valuations.map(\.scores.estimator)[1] == "beta-shapley(16,1)")
    #expect(rules[0] == .shapley)
    let shapley = try await game.game().semivalues(sampling: plan(500)).valuations[0].scores.values
    let ones = try await game.game().semivalues([rules[0]], sampling: plan(500)).valuations[0]
    #expect(shapley == ones.scores.values)
  }

  @Test func `the same permutations are drawn whatever the round`() async throws {
    let one = try await mixedGame().game().semivalues(sampling: plan(30, round: 1))
    let many = try await mixedGame().game().semivalues(sampling: plan(30, round: 30))
    #expect(
      distance(one.valuations[0].scores.values, many.valuations[0].scores.values) < 1e-12
    )
    #expect(one.valuations[0].trainings == many.valuations[0].trainings)
  }

  @Test func `coalitions come ascending, distinct, in batches, and each only once`() async throws {
    let game = mixedGame()
    let result = try await game.game().semivalues(sampling: plan(40, round: 20))
    let coalitions = game.coalitions
    #expect(Set(coalitions).count == coalitions.count)
    #expect(coalitions.count == result.valuations[0].trainings)
    #expect(coalitions.allSatisfy { zip($0, $0.dropFirst()).allSatisfy { $0 < $1 } })
    #expect(game.batches.contains { $0 > 10 })
  }

  @Test func `truncation spares trainings once a prefix is as good as everything`() async throws {
    // Any three players are enough.
    func game() -> TableGame {
      TableGame(players: 40) { coalition, _ in Double(min(coalition.count, 3)) }
    }
    var sampling = plan(50)
    let full = try await game().game().semivalues(sampling: sampling)
    sampling.tolerance = 0.01
    let short = try await game().game().semivalues(sampling: sampling)
    #expect(short.valuations[0].scores == full.valuations[0].scores)
    #expect(short.valuations[0].trainings <= 2 + 3 * 50)
    #expect(full.valuations[0].trainings > 1000)
  }

  @Test func `sampling stops when a round changes little`() async throws {
    var sampling = plan(10_000, round: 50)
    sampling.change = 0.05
    let additive = TableGame(players: 5) { coalition, _ in Double(coalition.reduce(0, +)) }
    let result = try await additive.game().semivalues(sampling: sampling)
    #expect(result.converged && result.permutations == 100)
    let mixed = try await mixedGame().game().semivalues(sampling: sampling)
    #expect(mixed.converged && mixed.permutations > 100 && mixed.permutations < 10_000)
  }

  @Test func `impossible plans and diverged trainings are errors`() async throws {
    let game = try mixedGame().game()
    for sampling in [plan(0), plan(5, round: 0)] {
      await #expect(throws: AttributionError.self) { try await game.semivalues(sampling: sampling) }
    }
    await #expect(throws: AttributionError.self) { try await game.semivalues([]) }
    for (alpha, beta) in [(0.0, 1.0), (1, -1), (.nan, 1), (1, .infinity)] {
      #expect(throws: AttributionError.self) { try Semivalue.beta(alpha, beta) }
    }
    let diverging = try TableGame(players: 3) { $0.count == 2 ? $1 == 0 ? .nan : 0 : 1 }.game()
    let error = await #expect(throws: AttributionError.self) {
      try await diverging.semivalues()
    }
    #expect(error?.code == .notFinite)
    #expect(
      error?.description
        == "cannot use a model trained on 2 examples: its outcome for query 'q0' is nan"
    )
    #expect(throws: AttributionError.self) { try TableGame(players: 0) { _, _ in 0 }.game() }
    #expect(throws: AttributionError.self) {
      try TableGame(players: 1, queries: 0) { _, _ in 0 }.game()
    }
    let short = try DataGame(train: ["a", "b"], queries: ["q"]) { _ in [[0]] }
    let mismatch = await #expect(throws: AttributionError.self) { try await short.leaveOneOut() }
    #expect(mismatch?.code == .mismatch)
  }
}
