public import Experiment
import Statistics

/// Linear datamodelling score: how well additive scores predict retrained outcomes.
///
/// For one query it is the Spearman correlation, -1...1, over subsets between the sum of a subset's
/// scores and the outcome of the model trained on it. Ties share their mean rank.
/// - SeeAlso: Park et al., "TRAK: Attributing Model Behavior at Scale", ICML 2023.
public struct LinearDatamodelling: Sendable, Hashable {
  /// Mean over the queries that could be judged; `nil` when there is none.
  public let mean: Double?
  /// Queries left out because their outcomes or predictions are all equal.
  public let skipped: Int

  private let predictions: [[Double]]
  private let outcomes: [[Double]]
  /// One score for each query that could be judged.
  private let values: [Double]

  /// Judges scores against retrained models.
  ///
  /// - Parameters:
  ///   - scores: Scores to judge.
  ///   - subsets: Example positions of each retraining.
  ///   - outcomes: For each query, the outcome of each subset, better is higher: pass minus the loss.
  public init(of scores: Scores, subsets: [[Int]], outcomes: [[Double]]) {
    precondition(outcomes.count == scores.queries.count)
    self.outcomes = outcomes
    predictions = scores.queries.indices.map { query in
      let row = Array(scores.row(query: query))
      return subsets.map { subset in subset.reduce(0) { $0 + row[$1] } }
    }
    values = zip(predictions, outcomes).compactMap(spearman)
    mean = values.isEmpty ? nil : Statistics.mean(of: values)
    skipped = outcomes.count - values.count
  }

  /// The 95 % interval of `mean`: the wider one of a bootstrap over queries and one over subsets.
  ///
  /// - Parameters:
  ///   - draws: Draws of each bootstrap.
  ///   - seed: Seed of both.
  /// - Returns: `nil` when no query could be judged.
  public func interval(draws: Int = 500, seed: UInt64 = 0) -> ClosedRange<Double>? {
    guard let count = outcomes.first?.count, !values.isEmpty else { return nil }
    var generator = SplitMix64(seed: seed, stream: 0)
    let overQueries = (0..<draws).map { _ in
      Statistics.mean(of: values.map { _ in values[generator.below(values.count)] })
    }
    generator = SplitMix64(seed: seed, stream: 1)
    let overSubsets = (0..<draws).compactMap { _ -> Double? in
      let drawn = (0..<count).map { _ in generator.below(count) }
      let values = zip(predictions, outcomes).compactMap { predicted, observed in
        spearman(drawn.map { predicted[$0] }, drawn.map { observed[$0] })
      }
      return values.isEmpty ? nil : Statistics.mean(of: values)
    }
    return [overQueries, overSubsets].compactMap { percentileInterval(level: 0.95, of: $0) }
      .max { $0.upperBound - $0.lowerBound < $1.upperBound - $1.lowerBound }
  }

  /// What a perfect predictor could reach, given that retraining is noisy: the root of the reliability
  /// of outcomes that are means of two retrainings with different seeds, averaged over queries.
  ///
  /// - Parameters:
  ///   - first: For each query, the outcome of each subset under one seed.
  ///   - second: The same under the other.
  /// - Returns: 0...1; `nil` when no query's outcomes vary under both.
  /// - SeeAlso: Spearman–Brown: two readings that correlate by r have a mean of reliability 2r/(1 + r).
  public static func ceiling(_ first: [[Double]], _ second: [[Double]]) -> Double? {
    let values = zip(first, second).compactMap(spearman).map { correlation in
      let shared = max(0, correlation)
      return (2 * shared / (1 + shared)).squareRoot()
    }
    return values.isEmpty ? nil : Statistics.mean(of: values)
  }
}
