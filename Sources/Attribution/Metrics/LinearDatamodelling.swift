public import Experiment
import Statistics

/// Linear datamodelling score: how well additive scores predict retrained outcomes.
///
/// For one query, the Spearman correlation over subsets between the sum of a subset's scores and the
/// outcome of the model trained on it. Ties share their mean rank.
///
/// - Parameters:
///   - scores: One score an example, in corpus order.
///   - subsets: Example positions of each retraining.
///   - outcomes: Measured outcome of each subset, better is higher: pass minus the query's loss.
/// - Returns: A value in -1...1, or `nil` if all sums or all outcomes are equal.
/// - SeeAlso: Park et al., "TRAK: Attributing Model Behavior at Scale", ICML 2023.
public func linearDatamodellingScore(
  of scores: [Double],
  subsets: [[Int]],
  outcomes: [Double]
) -> Double? {
  spearman(subsets.map { subset in subset.reduce(0) { $0 + scores[$1] } }, outcomes)
}

/// The linear datamodelling score averaged over queries.
public struct LinearDatamodelling: Sendable, Hashable {
  /// Mean over the queries that could be judged; `nil` when there is none.
  public let mean: Double?
  /// Queries left out because their outcomes or predictions are all equal.
  public let skipped: Int

  /// Judges scores against retrained models.
  ///
  /// - Parameters:
  ///   - scores: Scores to judge.
  ///   - subsets: Example positions of each retraining.
  ///   - outcomes: For each query, the outcome of each subset, better is higher.
  public init(of scores: Scores, subsets: [[Int]], outcomes: [[Double]]) {
    precondition(outcomes.count == scores.queries.count)
    let values = outcomes.indices.compactMap {
      linearDatamodellingScore(
        of: Array(scores.row(query: $0)),
        subsets: subsets,
        outcomes: outcomes[$0]
      )
    }
    mean = values.isEmpty ? nil : Statistics.mean(of: values)
    skipped = outcomes.count - values.count
  }
}
