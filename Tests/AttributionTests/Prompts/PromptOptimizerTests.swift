import Attribution
import Statistics
import Synchronization
import Testing

struct PromptOptimizerTests {
  /// A scorer whose best prompt is known: every position off its target costs each example something.
  private struct Toy: Sendable {
    static let vocabulary = (0..<10).map { "w\($0)" }
    let targets: [String]
    /// Loss of each example behind the best prompt.
    let bases: [Double]
    /// Cost of a wrong segment, shape [example][position].
    let costs: [[Double]]

    init(seed: UInt64, length: Int, examples: Int) {
      var generator = SplitMix64(seed: seed, stream: 99)
      targets = (0..<length).map { _ in Self.vocabulary[generator.below(10)] }
      bases = (0..<examples).map { _ in 2 + generator.normal() }
      costs = bases.map { _ in (0..<length).map { _ in generator.uniform() } }
    }

    var best: String { targets.joined(separator: " ") }

    @Sendable func loss(prompt: String, batch: [Int]) -> Double {
      let wrong = zip(prompt.split(separator: " "), targets).map { $0 != $1 }
      let sum = batch.reduce(0) { sum, example in
        zip(wrong, costs[example]).reduce(sum + bases[example]) { $1.0 ? $0 + $1.1 : $0 }
      }
      return sum / Double(batch.count)
    }
  }

  private static let settings = PromptOptimizer.Settings(
    length: 4,
    samples: 8,
    epochs: 30,
    batchSize: 4,
    learningRate: 0.05,
    callLimit: 4_000
  )

  @Test func `finds the best prompt of 10 000 in 95 of 100 seeds`() async throws {
    var found = 0
    var most = 0
    var sum = 0
    for seed in UInt64(0)..<100 {
      let toy = Toy(seed: seed, length: 4, examples: 16)
      let optimizer = PromptOptimizer(
        settings: Self.settings,
        vocabulary: Toy.vocabulary,
        seed: seed
      )
      let outcome = try await optimizer.optimize(examples: 16, loss: toy.loss)
      if outcome.prompt == toy.best { found += 1 }
      most = max(most, outcome.scoredInputs)
      sum += outcome.scoredInputs
    }
    print("FIGURE", found, most, sum / 100)
    #expect(found >= 95)
    #expect(most <= 4_000)
  }
}
