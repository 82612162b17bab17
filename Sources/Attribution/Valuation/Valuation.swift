public import Experiment

/// Scores that were bought with trainings.
public struct Valuation: Sendable, Hashable {
  /// Positive scores help the query.
  public let scores: Scores
  /// Models that were trained for them.
  public let trainings: Int

  package init(scores: Scores, trainings: Int) {
    self.scores = scores
    self.trainings = trainings
  }
}
