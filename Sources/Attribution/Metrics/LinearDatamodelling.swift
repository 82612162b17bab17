public import Experiment
import Statistics

/// Linear datamodelling score: how well additive scores predict retrained outcomes.
///
/// For one query it is the Spearman correlation, -1...1, over subsets between the sum of a subset's
/// scores and the outcome of the model trained on it. Ties share their mean rank. A query whose
/// outcomes or predictions are all equal is skipped and counted.
/// - SeeAlso: Park et al., "TRAK: Attributing Model Behavior at Scale", ICML 2023.
public struct LinearDatamodelling: Sendable, Hashable {
  /// The score of each query, and their mean.
  public let perQuery: MeanOverQueries
  /// Mean over the queries that could be judged; `nil` when there is none.
  public var mean: Double? { perQuery.mean }
  /// Queries left out because their outcomes or predictions are all equal.
  public var skipped: Int { perQuery.skipped }

  /// Orders of the predictions and of the outcomes of each query.
  let predictions: [ResampledRanks]
  let outcomes: [ResampledRanks]
  /// Number of subsets.
  let subsets: Int

  /// Judges scores against retrained models.
  ///
  /// - Parameters:
  ///   - scores: Scores to judge.
  ///   - subsets: Example positions of each retraining.
  ///   - outcomes: For each query, the outcome of each subset, better is higher: pass minus the loss.
  public init(of scores: Scores, subsets: [[Int]], outcomes: [[Double]]) {
    precondition(outcomes.count == scores.queries.count)
    let predictions = scores.sums(over: subsets)
    perQuery = MeanOverQueries(zip(predictions, outcomes).map(spearman))
    self.predictions = predictions.map(ResampledRanks.init)
    self.outcomes = outcomes.map(ResampledRanks.init)
    self.subsets = subsets.count
  }

  /// Judges scores against measurements of the same training set and queries.
  public init(of scores: Scores, on truth: SubsetOutcomes) {
    precondition(scores.train.count == truth.train.count)
    self.init(of: scores, subsets: truth.subsets, outcomes: truth.outcomes)
  }

  /// The 95 % interval of `mean`: the wider one of a bootstrap over queries and one over subsets.
  ///
  /// - Parameters:
  ///   - draws: Draws of each bootstrap.
  ///   - seed: Seed of both.
  /// - Returns: `nil` when no query could be judged.
  public func interval(draws: Int = 500, seed: UInt64 = 0) -> ClosedRange<Double>? {
    DatamodellingComparison(of: [self], draws: draws, seed: seed).intervals[0]
  }

  /// What a perfect predictor could reach, given that retraining is noisy: the root of the split-half
  /// reliability of outcomes that are means over seeds, averaged over queries.
  ///
  /// - Parameter readings: `readings[seed][query][subset]`, at least two seeds.
  /// - Returns: 0...1; `nil` for one seed, or when no query's outcomes vary.
  public static func ceiling(_ readings: [[[Double]]]) -> Double? {
    guard let first = readings.first else { return nil }
    return MeanOverQueries(
      first.indices.map { query in
        splitHalfReliability(of: readings.map { $0[query] })?.squareRoot()
      }
    ).mean
  }
}

extension Scores {
  /// What additive scores predict for sets of examples: for each query, the sum over each set.
  ///
  /// - Parameter sets: Positions of each set's examples.
  /// - Returns: `[query][set]`.
  public func sums(over sets: [[Int]]) -> [[Double]] {
    queries.indices.map { query in
      let first = query * train.count
      return sets.map { set in
        var sum = 0.0
        for example in set { sum += values[first + example] }
        return sum
      }
    }
  }
}
