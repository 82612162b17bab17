import Attribution
import Experiment
import Statistics
import Testing

struct ThresholdTests {
  private func scores(_ values: [Double], queries: Int = 1) -> Scores {
    Scores(
      estimator: "any",
      train: (0..<values.count / queries).map { "t\($0)" },
      queries: (0..<queries).map { "q\($0)" },
      values: values,
      measurable: (0..<values.count / queries).map { _ in true }
    )
  }

  @Test func `soft shrinks, hard keeps, each query by its own level`() {
    let both = scores([3, -2, 1, 0.5, -30, 20, 10, 5], queries: 2)
    // Half of four: the second largest, 2 and 20.
    #expect(Threshold(.soft, share: 0.5).applied(to: both).values == [1, 0, 0, 0, -10, 0, 0, 0])
    #expect(Threshold(.hard, share: 0.5).applied(to: both).values == [3, -2, 0, 0, -30, 20, 0, 0])
    #expect(Threshold(.hard, share: 1).applied(to: both).values == both.values)
    // One of four is the least that stays.
    #expect(Threshold(.hard, share: 0.02).applied(to: both).values == [3, 0, 0, 0, -30, 0, 0, 0])
    #expect(Threshold(.soft, share: 0.5).applied(to: scores([])).values == [])
  }

  @Test func `the level is chosen where few examples matter, and helps on other subsets`() throws {
    var generator = SplitMix64(seed: 6)
    var effects = [Double](repeating: 0, count: 60)
    for place in 0..<6 { effects[place * 10] = 2 * generator.normal() }
    let truth = try additiveOutcomes(effects: effects, subsets: 200, noise: 0.3, seed: 8).halves()
    let noisy = scores(effects.map { $0 + 0.5 * generator.normal() } + effects, queries: 2)
    for kind in Threshold.Kind.allCases {
      let threshold = Threshold.chosen(kind, for: noisy, on: truth.choosing)
      #expect(threshold.share < 0.5)
      let plain = try #require(LinearDatamodelling(of: noisy, on: truth.reporting).mean)
      let better = LinearDatamodelling(of: threshold.applied(to: noisy), on: truth.reporting)
      #expect(try #require(better.mean) > plain)
    }
  }

  @Test func `where nothing can be judged nothing is cut`() throws {
    let truth = try additiveOutcomes(effects: [1, 2, 3, 4], subsets: 10, seed: 8)
    let silent = scores([0, 0, 0, 0, 0, 0, 0, 0], queries: 2)
    #expect(Threshold.chosen(.soft, for: silent, on: truth) == Threshold(.soft, share: 1))
  }
}
