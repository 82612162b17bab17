public import Experiment
import Statistics

/// How well suspicion finds wrongly labelled training examples.
///
/// Suspicion is high for an example that a model has to learn by heart: its self-score, the variance of
/// its loss over models, or its mean held-out loss.
public struct MislabelDetection: Sendable, Hashable {
  /// A point of the curve of what inspection finds.
  public struct Point: Sendable, Hashable {
    /// Share of the training set inspected, most suspicious first.
    public let inspected: Double
    /// Expected share of the wrong labels found; by chance the share inspected.
    public let found: Double
  }

  /// Area under the ROC curve, 0.5 by chance; `nil` when no label is wrong, or none is right.
  public let areaUnderROC: Double?
  /// What inspection finds; empty when no label is wrong.
  public let curve: [Point]

  /// Judges suspicion.
  ///
  /// - Parameters:
  ///   - suspicion: One number an example, higher is more suspicious.
  ///   - mislabelled: Whether each example's label is wrong.
  ///   - shares: Shares of the training set to inspect, above 0 and at most 1.
  public init(
    suspicion: [Double],
    mislabelled: [Bool],
    shares: [Double] = [0.05, 0.1, 0.2, 0.3, 0.5]
  ) {
    precondition(suspicion.count == mislabelled.count)
    let wrong = mislabelled.indices.filter { mislabelled[$0] }
    areaUnderROC = Attribution.areaUnderROC(
      suspicion,
      positives: wrong,
      negatives: mislabelled.indices.filter { !mislabelled[$0] }
    )
    let ranking = Ranking(suspicion)
    curve =
      wrong.isEmpty
      ? []
      : shares.map { share in
        let count = max(1, Int((share * Double(suspicion.count)).rounded()))
        let hits = ranking.precision(at: count, mislabelled) * Double(count)
        return Point(
          inspected: Double(count) / Double(suspicion.count),
          found: hits / Double(wrong.count)
        )
      }
  }
}

extension Scores {
  /// Each training example's score for itself, where the queries are the training examples.
  public var selfScores: [Double] {
    precondition(queries == train)
    return train.indices.map { values[$0 * train.count + $0] }
  }
}
