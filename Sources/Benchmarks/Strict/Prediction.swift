import Attribution
import Experiment
import Statistics

/// A linear datamodelling score with half the width of its 95 % interval.
struct Prediction: Sendable {
  let mean: Double
  let halfWidth: Double

  private init(mean: Double, halfWidth: Double) {
    self.mean = mean
    self.halfWidth = halfWidth
  }

  /// How well scores of some queries predict what retraining shows; `nil` where nothing varies.
  init?(of scores: Scores, _ queries: [Int], against truth: GroundTruth) {
    let outcomes = truth.outcomes
    let result = LinearDatamodelling(
      of: scores,
      subsets: truth.subsets,
      outcomes: queries.map { outcomes[$0] }
    )
    guard let mean = result.mean, let interval = result.interval() else { return nil }
    self.init(mean: mean, halfWidth: (interval.upperBound - interval.lowerBound) / 2)
  }

  /// The mean of independent ones.
  static func mean(of predictions: [Prediction]) -> Prediction? {
    guard !predictions.isEmpty else { return nil }
    let squares = predictions.reduce(0) { $0 + $1.halfWidth * $1.halfWidth }
    return Prediction(
      mean: Statistics.mean(of: predictions.map(\.mean)),
      halfWidth: squares.squareRoot() / Double(predictions.count)
    )
  }
}
