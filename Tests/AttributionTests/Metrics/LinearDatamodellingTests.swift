import Attribution
import Experiment
import Statistics
import Testing

struct LinearDatamodellingTests {
  @Test func `the linear datamodelling score has dattri's golden values`() throws {
    // dattri test/dattri/metrics/test_lds.py.
    let subsets = [[0, 1], [0, 2], [1, 2]]
    func score(_ scores: [Double], _ outcomes: [Double]) throws -> Double {
      let scores = Scores(
        estimator: "dattri",
        train: ["a", "b", "c", "d"],
        queries: ["q"],
        values: scores,
        measurable: [true, true, true, true]
      )
      return try #require(
        LinearDatamodelling(of: scores, subsets: subsets, outcomes: [outcomes]).mean
      )
    }
    let first = try score([0.1, 0.2, 0.3, 0.4], [0.3, 0.4, 0.5])
    let second = try score([0.2, 0.1, 0.3, 0.4], [0.3, 0.4, 0.3])
    #expect(abs(first - 1) < 1e-12)
    #expect(abs(second - 0.8660254) < 1e-7)
  }

  @Test func `true effects of an additive game score 1, reversed ones −1, constants are skipped`()
    throws
  {
    var generator = SplitMix64(seed: 3)
    let effects = (0..<12).map { _ in generator.normal() }
    let subsets = (0..<20).map { _ in generator.sample(6, of: 12) }
    let outcomes = subsets.map { subset in subset.reduce(0) { $0 + effects[$1] } }
    func judge(_ sign: Double) -> LinearDatamodelling {
      LinearDatamodelling(
        of: Scores(
          estimator: "truth",
          train: effects.indices.map { "t\($0)" },
          queries: ["a", "b"],
          values: (effects + effects).map { $0 * sign },
          measurable: effects.map { _ in true }
        ),
        subsets: subsets,
        outcomes: [outcomes, outcomes.map { _ in 2 }]
      )
    }
    #expect(abs((judge(1).mean ?? 0) - 1) < 1e-12)
    #expect(abs((judge(-1).mean ?? 0) + 1) < 1e-12)
    #expect(judge(1).skipped == 1)
  }

  @Test func `the interval holds the mean, and is a point where nothing can vary`() throws {
    var generator = SplitMix64(seed: 5)
    let effects = (0..<30).map { _ in generator.normal() }
    let subsets = (0..<40).map { _ in generator.sample(15, of: 30) }
    func judge(noise: Double) -> LinearDatamodelling {
      let outcomes = (0..<6).map { _ in
        subsets.map { subset in
          subset.reduce(0) { $0 + effects[$1] } + noise * generator.normal()
        }
      }
      return LinearDatamodelling(
        of: Scores(
          estimator: "truth",
          train: effects.indices.map { "t\($0)" },
          queries: outcomes.indices.map { "q\($0)" },
          values: outcomes.flatMap { _ in effects },
          measurable: effects.map { _ in true }
        ),
        subsets: subsets,
        outcomes: outcomes
      )
    }
    let exact = try #require(judge(noise: 0).interval())
    #expect(abs(exact.lowerBound - 1) < 1e-12 && abs(exact.upperBound - 1) < 1e-12)
    let noisy = judge(noise: 4)
    let interval = try #require(noisy.interval(draws: 300, seed: 2))
    #expect(interval.contains(try #require(noisy.mean)))
    // A correlation of forty points: wider than the mean over six queries alone would be.
    #expect((0.1...0.6).contains(interval.upperBound - interval.lowerBound))
    #expect(noisy.interval(draws: 300, seed: 2) == interval)
  }

  @Test func `the ceiling is the root of the reliability of two retrainings' mean`() throws {
    // Spearman of the first pair is 0.5, so 2·0.5/1.5; the second agrees in nothing.
    let one = try #require(LinearDatamodelling.ceiling([[[1, 2, 3]], [[1, 3, 2]]]))
    #expect(abs(one - (2.0 / 3).squareRoot()) < 1e-12)
    #expect(LinearDatamodelling.ceiling([[[1, 2, 3]], [[3, 2, 1]]]) == 0)
    #expect(LinearDatamodelling.ceiling([[[1, 2, 3]], [[1, 1, 1]]]) == nil)
  }
}
