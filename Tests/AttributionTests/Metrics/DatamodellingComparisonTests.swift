import Attribution
import Experiment
import Statistics
import Testing

/// A truth for several queries and scores of different quality.
private func study(queries: Int, subsets: Int, seed: UInt64, ties: Bool = false) throws -> (
  truth: SubsetOutcomes, methods: [Scores]
) {
  var generator = SplitMix64(seed: seed)
  let examples = 30
  let names = (0..<queries).map { "q\($0)" }
  let effects = (0..<queries * examples).map { _ in generator.normal() }
  let subsets = (0..<subsets).map { _ in generator.sample(examples / 2, of: examples) }
  let outcomes = (0..<queries).map { query in
    subsets.map { subset in
      let value = subset.reduce(0) { $0 + effects[query * examples + $1] } + 2 * generator.normal()
      return ties ? value.rounded() : value
    }
  }
  let methods = [0.5, 1, 4].map { noise in
    Scores(
      estimator: "noise \(noise)",
      train: (0..<examples).map { "t\($0)" },
      queries: names,
      values: effects.map {
        let value = $0 + noise * generator.normal()
        return ties ? value.rounded() : value
      },
      measurable: (0..<examples).map { _ in true }
    )
  }
  return (
    try SubsetOutcomes(
      train: methods[0].train,
      queries: names,
      subsets: subsets,
      outcomes: outcomes
    ), methods
  )
}

struct DatamodellingComparisonTests {
  @Test(arguments: [false, true])
  func `ranks in a resample are those of sorting it anew`(ties: Bool) throws {
    let (truth, methods) = try study(queries: 3, subsets: 25, seed: 7, ties: ties)
    let draws = 40
    let comparison = DatamodellingComparison(of: methods, on: truth, draws: draws, seed: 5)
    for (index, scores) in methods.enumerated() {
      // Both bootstraps written out, in the order in which the product draws.
      let sums = scores.sums(over: truth.subsets)
      var generator = SplitMix64(seed: 5, stream: 1)
      let overSubsets = (0..<draws).map { _ in
        let drawn = (0..<25).map { _ in generator.below(25) }
        return mean(
          of: (0..<3).compactMap { query in
            spearman(drawn.map { sums[query][$0] }, drawn.map { truth.outcomes[query][$0] })
          }
        )
      }
      let values = (0..<3).compactMap { spearman(sums[$0], truth.outcomes[$0]) }
      generator = SplitMix64(seed: 5, stream: 0)
      let overQueries = (0..<draws).map { _ in
        mean(of: (0..<3).map { _ in values[generator.below(3)] })
      }
      let intervals = [overQueries, overSubsets].compactMap {
        percentileInterval(level: 0.95, of: $0)
      }
      let widest = try #require(
        intervals.max { $0.upperBound - $0.lowerBound < $1.upperBound - $1.lowerBound }
      )
      let interval = try #require(comparison.intervals[index])
      #expect(abs(interval.lowerBound - widest.lowerBound) < 1e-12)
      #expect(abs(interval.upperBound - widest.upperBound) < 1e-12)
      #expect(comparison.methods[index].interval(draws: draws, seed: 5) == interval)
    }
  }

  @Test func `a paired difference is surer than that of independent results`() throws {
    let (truth, methods) = try study(queries: 8, subsets: 60, seed: 3)
    let comparison = DatamodellingComparison(of: methods, on: truth, draws: 200)
    let difference = try #require(comparison.difference(0, 1))
    let one = try #require(comparison.intervals[0])
    let other = try #require(comparison.intervals[1])
    #expect(difference.mean > 0 && difference.interval.contains(difference.mean))
    func width(_ interval: ClosedRange<Double>) -> Double {
      interval.upperBound - interval.lowerBound
    }
    let independent = (width(one) * width(one) + width(other) * width(other)).squareRoot()
    #expect(width(difference.interval) < 0.8 * independent)
    let reverse = try #require(comparison.difference(1, 0))
    #expect(abs(reverse.interval.lowerBound + difference.interval.upperBound) < 1e-12)
    let same = try #require(comparison.difference(2, 2))
    #expect(same.mean == 0 && same.interval == 0...0)
  }

  @Test func `a method that says nothing has no interval and no difference`() throws {
    let (truth, methods) = try study(queries: 2, subsets: 10, seed: 1)
    let silent = Scores(
      estimator: "silent",
      train: methods[0].train,
      queries: methods[0].queries,
      values: methods[0].values.map { _ in 0 },
      measurable: methods[0].measurable
    )
    let comparison = DatamodellingComparison(of: [methods[0], silent], on: truth, draws: 50)
    #expect(comparison.methods[1].mean == nil && comparison.methods[1].skipped == 2)
    #expect(comparison.intervals[1] == nil && comparison.intervals[0] != nil)
    #expect(comparison.difference(0, 1) == nil)
    #expect(DatamodellingComparison(of: [], on: truth).intervals == [])
  }

  @Test func `the ceiling of many seeds is that of their mean`() throws {
    var generator = SplitMix64(seed: 2)
    let queries = 20
    let truth = (0..<queries).map { _ in (0..<100).map { _ in generator.normal() } }
    func readings(_ seeds: Int) -> [[[Double]]] {
      (0..<seeds).map { _ in truth.map { row in row.map { $0 + generator.normal() } } }
    }
    for seeds in [2, 3, 4, 8] {
      let values = readings(seeds)
      let averages = (0..<queries).map { query in
        (0..<100).map { subset in mean(of: values.map { $0[query][subset] }) }
      }
      let reached = mean(of: zip(truth, averages).compactMap { spearman($0, $1) })
      let ceiling = try #require(LinearDatamodelling.ceiling(values))
      #expect(abs(ceiling - reached) < 0.03, "\(seeds) seeds")
    }
    #expect(LinearDatamodelling.ceiling([truth]) == nil)
    #expect(LinearDatamodelling.ceiling([]) == nil)
  }
}
