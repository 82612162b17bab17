public import Experiment
import Statistics

/// How well estimated effects of leaving sets of examples out agree with measured ones, query by query.
///
/// One agreement is one point of a curve over the length of further training.
/// - SeeAlso: Wei et al., "Final-Model-Only Data Attribution with a Unifying View of Gradient-Based
///   Methods", NeurIPS 2025.
public struct Agreement: Sendable, Hashable {
  /// Cosine between the two vectors over left-out sets.
  public let cosine: MeanOverQueries
  /// Spearman's correlation of the two vectors.
  public let spearman: MeanOverQueries
  /// Queries dropped from both: no measured effect reaches 1e−10, or all estimates are 0.
  public let nearZero: Int

  /// Compares scores with measurements.
  ///
  /// - Parameters:
  ///   - scores: Scores of all training examples; a set's estimate is the sum over its members.
  ///   - measured: Measured effects, such as `FurtherTraining.effects`, for the same queries.
  ///   - leftOut: Positions of each measured set's examples.
  public init(of scores: Scores, with measured: Scores, leftOut: [[Int]]) {
    precondition(
      measured.train.count == leftOut.count && measured.queries.count == scores.queries.count
    )
    let pairs = zip(scores.sums(over: leftOut), scores.queries.indices).map {
      (estimated: $0, measured: Array(measured.row(query: $1)))
    }
    // The scale of scores is arbitrary, that of effects is the loss's.
    let kept = pairs.map { pair in
      pair.estimated.contains { $0 != 0 } && pair.measured.contains { abs($0) >= 1e-10 }
    }
    nearZero = kept.count { !$0 }
    cosine = MeanOverQueries(
      zip(pairs, kept).map { $1 ? Self.cosine($0.estimated, $0.measured) : nil }
    )
    spearman = MeanOverQueries(
      zip(pairs, kept).map { $1 ? Statistics.spearman($0.estimated, $0.measured) : nil }
    )
  }

  /// The cosine of two vectors that are not zero; scaled first, so that no square overflows.
  private static func cosine(_ left: [Double], _ right: [Double]) -> Double {
    func unit(_ vector: [Double]) -> [Double] {
      let scale = vector.reduce(0) { max($0, abs($1)) }
      let scaled = vector.map { $0 / scale }
      let length = scaled.reduce(0) { $0 + $1 * $1 }.squareRoot()
      return scaled.map { $0 / length }
    }
    let product = zip(unit(left), unit(right)).reduce(0) { $0 + $1.0 * $1.1 }
    return min(1, max(-1, product))
  }
}
