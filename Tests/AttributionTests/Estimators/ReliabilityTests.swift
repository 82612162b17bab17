import Attribution
import Experiment
import Statistics
import Testing

struct ReliabilityTests {
  private func attributor(
    _ losses: LossMatrix,
    _ estimator: Estimator
  ) throws -> Attributor {
    try Attributor(losses: losses, design: anyDesign(losses), estimator: estimator)
  }

  @Test(arguments: Estimator.allCases)
  func `intervals hold the score and repeat with their seed`(estimator: Estimator) throws {
    let losses = LossMatrix.random(models: 30, examples: 40, queries: 2, seed: 1)
    let attributor = try attributor(losses, estimator)
    let profiles = singles(losses) + [QueryProfile(name: "both", members: [0, 1])]
    let lists = try attributor.top(5, for: profiles)
    let shown = lists.map { $0.map(\.example) }
    let intervals = attributor.intervals(of: shown, for: profiles, seed: 3)
    #expect(intervals.map(\.count) == [5, 5, 5])
    for (list, row) in zip(lists, intervals) {
      for (entry, interval) in zip(list, row) {
        let interval = try #require(interval)
        #expect(interval.lowerBound < interval.upperBound)
        #expect(interval.lowerBound.isFinite && interval.upperBound.isFinite)
        // Estimators that improve with K lean low; these two do not.
        if estimator == .correlation || estimator == .covariance {
          #expect(interval.contains(entry.score))
        }
      }
    }
    #expect(attributor.intervals(of: shown, for: profiles, seed: 3) == intervals)
    #expect(attributor.intervals(of: shown, for: profiles, seed: 4) != intervals)
  }

  @Test(arguments: [Estimator.covariance, .halfNorm, .correlation, .ridge, .ridgeLog])
  func `intervals equal those from scoring every resampled matrix anew`(
    estimator: Estimator
  ) throws {
    let columns = randomColumns(models: 12, count: 16, seed: 4)
    let losses = LossMatrix.columns(columns, queries: 1)
    var generator = SplitMix64(seed: 9)
    var samples = [[Double]](repeating: [], count: 15)
    for _ in 0..<40 {
      let rows = (0..<12).map { _ in generator.below(12) }
      let drawn = LossMatrix.columns(columns.map { column in rows.map { column[$0] } }, queries: 1)
      let values = try attributor(drawn, estimator).scores(for: singles(drawn)).values
      for example in 0..<15 { samples[example].append(values[example]) }
    }
    let intervals = try attributor(losses, estimator)
      .intervals(of: [Array(0..<15)], for: singles(losses), draws: 40, level: 0.8, seed: 9)[0]
    for (interval, sample) in zip(intervals, samples) {
      let interval = try #require(interval)
      let expected = try #require(percentileInterval(level: 0.8, of: sample))
      #expect(abs(interval.lowerBound - expected.lowerBound) < 1e-9)
      #expect(abs(interval.upperBound - expected.upperBound) < 1e-9)
    }
  }

  @Test func `the interval of a correlation covers the truth about as often as it says`() throws {
    // 40 pairs with correlation .6; 95 % percentile intervals cover a little less than 95 %.
    var covered = 0
    for seed in UInt64(0)..<200 {
      var generator = SplitMix64(seed: seed)
      let left = (0..<40).map { _ in generator.normal() }
      let right = left.map { 0.6 * $0 + 0.8 * generator.normal() }
      let losses = LossMatrix.columns([left.map { $0 }, right.map { $0 }], queries: 1)
      let interval = try attributor(losses, .correlation)
        .intervals(of: [[0]], for: singles(losses), seed: seed)[0][0]
      if try #require(interval).contains(0.6) { covered += 1 }
    }
    #expect((170...198).contains(covered), "covered \(covered) of 200")
  }

  @Test func `no interval is given for few models or unmeasurable examples`() throws {
    let few = LossMatrix.random(models: 4, examples: 6, queries: 1, seed: 1)
    #expect(
      try attributor(few, .correlation).intervals(of: [[0, 1]], for: singles(few), seed: 0)
        == [[nil, nil]]
    )
    var columns = randomColumns(models: 8, count: 7, seed: 2)
    columns[1] = [Double?](repeating: 1, count: 8)
    let losses = LossMatrix.columns(columns, queries: 1)
    let intervals = try attributor(losses, .ridge)
      .intervals(of: [[0, 1]], for: singles(losses), seed: 0)
    #expect(intervals[0][0] != nil)
    #expect(intervals[0][1] == nil)
  }

  @Test func `the noise floor follows its formula`() throws {
    let losses = LossMatrix.columns([[1, 2, 3], [4, 4, 7], [0, 1, 0]], queries: 1)
    let repeats = [
      RepeatedReading(model: 0, column: 0, second: .measured(1.2)),
      RepeatedReading(model: 2, column: 0, second: .measured(3)),
      RepeatedReading(model: 1, column: 1, second: .measured(4.4)),
      RepeatedReading(model: 1, column: 2, second: nil),
      RepeatedReading(model: 1, column: 2, second: .censored(atLeast: 1)),
    ]
    let floor = try #require(NoiseFloor(repeats: repeats, losses: losses))
    // σ² = mean of (.02 + 0)/2 and .08; variances 1 and 3.
    #expect(abs(floor.deviation - 0.045.squareRoot()) < 1e-12)
    #expect(abs(floor.fraction - 0.045 / 2) < 1e-12)
    #expect(abs(floor.signalToNoise - (2 / 0.045).squareRoot()) < 1e-12)
    #expect(floor.pairs == 3)
    #expect(NoiseFloor(repeats: [], losses: losses) == nil)
    let exact = try #require(NoiseFloor(repeats: [repeats[1]], losses: losses))
    #expect(exact.signalToNoise == .infinity)
    #expect(exact.fraction == 0)
  }
}
