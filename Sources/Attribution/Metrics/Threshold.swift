public import Experiment
import Statistics

/// Small scores set to 0 before a subset's scores are summed, query by query.
///
/// - SeeAlso: Park et al., "TRAK: Attributing Model Behavior at Scale", ICML 2023, soft thresholding.
public struct Threshold: Sendable, Hashable {
  /// What happens to the scores that stay.
  public enum Kind: String, Sendable, Hashable, CaseIterable {
    /// They keep their size.
    case hard
    /// They shrink towards 0 by the threshold.
    case soft
  }

  /// What happens to the scores that stay.
  public let kind: Kind
  /// φ: the threshold is the absolute value of the ⌈φN⌉-th largest score; above 0 and at most 1.
  public let share: Double

  /// Shares that are tried.
  public static let grid = [1, 0.5, 0.2, 0.1, 0.05, 0.02]

  package init(_ kind: Kind, share: Double) {
    precondition(share > 0 && share <= 1)
    self.kind = kind
    self.share = share
  }

  /// The share of the grid with the best linear datamodelling score; the larger of equally good ones.
  ///
  /// Report on other subsets than those given here (`SubsetOutcomes.halves()`), or the result is
  /// flattered.
  ///
  /// - Parameters:
  ///   - kind: What happens to the scores that stay.
  ///   - scores: Scores to be thresholded.
  ///   - truth: Outcomes to choose by.
  /// - Returns: Share 1 when no query can be judged.
  public static func chosen(
    _ kind: Kind,
    for scores: Scores,
    on truth: SubsetOutcomes
  ) -> Threshold {
    var best = Threshold(kind, share: grid[0])
    var highest = -Double.infinity
    for share in grid {
      let threshold = Threshold(kind, share: share)
      let mean = LinearDatamodelling(of: threshold.applied(to: scores), on: truth).mean
      if let mean, mean > highest { (best, highest) = (threshold, mean) }
    }
    return best
  }

  /// The scores after thresholding, query by query.
  public func applied(to scores: Scores) -> Scores {
    let count = Int((share * Double(scores.train.count)).rounded(.up))
    let values = scores.queries.indices.flatMap { query -> [Double] in
      let row = scores.row(query: query)
      let sizes = row.map(abs).sorted(by: >)
      guard count >= 1, count <= sizes.count else { return Array(row) }
      let level = sizes[count - 1]
      return row.map { value in
        switch kind {
        case .hard: abs(value) < level ? 0 : value
        case .soft: value < 0 ? min(0, value + level) : max(0, value - level)
        }
      }
    }
    return Scores(
      estimator: "\(scores.estimator), \(kind) threshold \(share)",
      train: scores.train,
      queries: scores.queries,
      values: values,
      measurable: scores.measurable
    )
  }
}
