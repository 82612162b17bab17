public import Experiment
import Statistics

/// Linear datamodelling scores of several methods, with intervals and differences from one bootstrap.
///
/// Methods are judged on the same resampled queries and, apart from that, the same resampled subsets;
/// the wider of the two spreads counts. Ranks within a resample of subsets are exact, and cost no
/// sorting.
/// - Complexity: O(draws × queries × subsets × methods).
public struct DatamodellingComparison: Sendable {
  /// A difference of two methods' means.
  public struct Difference: Sendable, Hashable {
    /// First minus second.
    public let mean: Double
    /// Its 95 % interval.
    public let interval: ClosedRange<Double>
  }

  /// The methods' results, in the order given.
  public let methods: [LinearDatamodelling]
  /// The 95 % interval of each method's mean; `nil` when it could judge no query.
  public let intervals: [ClosedRange<Double>?]

  /// Means of each method in each draw; `nil` where nothing could be judged.
  private let overQueries: [[Double?]]
  private let overSubsets: [[Double?]]

  /// Judges several methods' scores against the same measurements.
  ///
  /// - Parameters:
  ///   - scores: One set of scores a method.
  ///   - truth: Outcomes of retrained models.
  ///   - draws: Draws of each bootstrap.
  ///   - seed: Seed of both.
  public init(
    of scores: [Scores],
    on truth: SubsetOutcomes,
    draws: Int = 500,
    seed: UInt64 = 0
  ) {
    self.init(
      of: scores.map { LinearDatamodelling(of: $0, on: truth) },
      draws: draws,
      seed: seed
    )
  }

  /// Compares results that rest on the same queries and outcomes.
  init(of methods: [LinearDatamodelling], draws: Int, seed: UInt64) {
    self.methods = methods
    overQueries = methods.map { $0.perQuery.replicates(draws: draws, seed: seed) }
    overSubsets = Self.resampleSubsets(methods, draws: draws, seed: seed)
    intervals = zip(overQueries, overSubsets).map { queries, subsets in
      wider([queries.compactMap(\.self), subsets.compactMap(\.self)])
    }
  }

  /// By how much one method predicts better than another.
  ///
  /// - Parameters:
  ///   - first: Position of a method.
  ///   - second: Position of the one to subtract.
  /// - Returns: `nil` when one of them could judge no query.
  public func difference(_ first: Int, _ second: Int) -> Difference? {
    func differences(_ draws: [[Double?]]) -> [Double] {
      zip(draws[first], draws[second]).compactMap { one, other in
        guard let one, let other else { return nil }
        return one - other
      }
    }
    guard let one = methods[first].mean, let other = methods[second].mean,
      let interval = wider([differences(overQueries), differences(overSubsets)])
    else { return nil }
    return Difference(mean: one - other, interval: interval)
  }

  /// Mean Spearman correlations of each method on resampled subsets.
  private static func resampleSubsets(
    _ methods: [LinearDatamodelling],
    draws: Int,
    seed: UInt64
  ) -> [[Double?]] {
    guard let first = methods.first else { return [] }
    precondition(methods.allSatisfy { $0.outcomes == first.outcomes })
    var generator = SplitMix64(seed: seed, stream: 1)
    var replicates = methods.map { _ in [Double?]() }
    for _ in 0..<draws {
      var counts = [Double](repeating: 0, count: first.subsets)
      for _ in 0..<first.subsets { counts[generator.below(first.subsets)] += 1 }
      let resample = Resample(counts)
      var sums = methods.map { _ in 0.0 }
      var judged = methods.map { _ in 0 }
      for (query, outcome) in first.outcomes.enumerated() {
        let outcomeSquares = outcome.squares(of: resample)
        guard outcomeSquares > 0 else { continue }
        let ranks = outcome.centredRanks(of: resample)
        for index in methods.indices {
          let prediction = methods[index].predictions[query]
          let squares = prediction.squares(of: resample)
          guard squares > 0 else { continue }
          let scale = outcomeSquares.squareRoot() * squares.squareRoot()
          sums[index] += 12 * prediction.product(with: ranks) / scale
          judged[index] += 1
        }
      }
      for index in methods.indices {
        replicates[index].append(judged[index] == 0 ? nil : sums[index] / Double(judged[index]))
      }
    }
    return replicates
  }
}

/// The widest 95 % interval of several bootstraps; `nil` when one is empty.
private func wider(_ bootstraps: [[Double]]) -> ClosedRange<Double>? {
  let intervals = bootstraps.compactMap { percentileInterval(level: 0.95, of: $0) }
  guard intervals.count == bootstraps.count else { return nil }
  return intervals.max { $0.upperBound - $0.lowerBound < $1.upperBound - $1.lowerBound }
}
