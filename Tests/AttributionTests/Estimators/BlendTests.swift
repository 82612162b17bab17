import Experiment
import Statistics
import Testing

@testable import Attribution

/// Two causes that vary independently over the models, each with two queries and a few rows.
struct BlendTests {
  static func losses(seed: UInt64, models: Int = 40) -> LossMatrix {
    var generator = SplitMix64(seed: seed)
    let causes = (0..<2).map { _ in (0..<models).map { _ in generator.normal() } }
    func column(_ cause: Int?) -> [Double] {
      (0..<models).map { model in
        3 + (cause.map { causes[$0][model] } ?? 0) + 0.5 * generator.normal()
      }
    }
    let train = [0, 0, 0, 1, 1, 1, nil, nil, nil, nil, nil, nil].map(column)
    let queries = [0, 0, 1, 1].map(column)
    return LossMatrix.columns(train + queries, queries: queries.count)
  }

  static func attributor(_ losses: LossMatrix, _ estimator: Estimator) throws -> Attributor {
    try Attributor(losses: losses, design: anyDesign(losses), estimator: estimator)
  }

  @Test(arguments: UInt64(0)..<10)
  func `nearest is the mean of the three best single scores`(seed: UInt64) throws {
    let losses = Self.losses(seed: seed)
    let attributor = try Self.attributor(losses, .correlation)
    let single = try attributor.scores(
      for: (0..<4).map { QueryProfile(name: "\($0)", members: [$0]) }
    )
    let group = QueryProfile(name: "all", members: [0, 1, 2, 3], blend: .nearest)
    let blended = try attributor.scores(for: [group])
    for example in losses.train.indices {
      let best = (0..<4).map { single.row(query: $0)[losses.train.count * $0 + example] }
        .sorted(by: >).prefix(3)
      let expected = best.reduce(0, +) / 3
      #expect(abs(blended.values[example] - expected) < 1e-12)
    }
    let listed = try attributor.top(5, for: [group])[0]
    #expect(listed.map(\.score) == Array(blended.values.sorted(by: >).prefix(5)))
  }

  @Test(arguments: UInt64(0)..<10)
  func `queries behind one cause cohere and queries behind two do not`(seed: UInt64) throws {
    let attributor = try Self.attributor(Self.losses(seed: seed, models: 200), .correlation)
    let one = try #require(attributor.coherence(of: [0, 1]))
    let two = try #require(attributor.coherence(of: [0, 2]))
    // Loadings of 1 with noise of variance 1/4: correlation 0.8; independent causes: 0.
    #expect(abs(one - 0.8) < 0.15)
    #expect(abs(two) < 0.25)
    #expect(attributor.coherence(of: [0]) == nil)
  }

  @Test func `coherence of a pair is its correlation`() throws {
    let losses = Self.losses(seed: 3)
    let attributor = try Self.attributor(losses, .correlation)
    let count = losses.models.count
    let columns = [0, 3].map { query in
      Array(losses.values[(12 + query) * count..<(13 + query) * count])
    }
    let expected = try #require(pearson(columns[0], columns[1]))
    let measured = try #require(attributor.coherence(of: [0, 3]))
    #expect(abs(measured - expected) < 1e-12)
  }

  @Test func `a nearest group's interval holds its score and repeats with the seed`() throws {
    let attributor = try Self.attributor(Self.losses(seed: 5), .logDCFeedback)
    let group = QueryProfile(name: "all", members: [0, 1, 2, 3], blend: .nearest)
    let best = try attributor.top(3, for: [group])[0]
    let lists = [best.map(\.example)]
    let intervals = attributor.intervals(of: lists, for: [group], seed: 1)
    #expect(intervals == attributor.intervals(of: lists, for: [group], seed: 1))
    for (entry, interval) in zip(best, intervals[0]) {
      let interval = try #require(interval)
      #expect(interval.contains(entry.score))
    }
  }
}
