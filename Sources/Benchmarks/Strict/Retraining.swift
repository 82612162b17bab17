import Attribution
import Experiment
import Statistics

/// How well models answer that were retrained on halves of the data: what scores should predict.
///
/// An outcome is minus the query's summed NLL, averaged over two retrainings that differ in their seed.
struct Retraining: Sendable {
  private let subsets: [[Int]]
  /// For each query, the outcome of each half.
  private let outcomes: [[Double]]
  /// Outcomes by seed, query and half.
  private let readings: [[[Double]]]

  /// Reads a run.
  ///
  /// - Parameters:
  ///   - halves: The subsets.
  ///   - losses: Of models retrained on all of them with one seed, then of all with another.
  init(halves: SubsetDesign, losses: LossMatrix) {
    subsets = halves.draws.map(\.members)
    let count = subsets.count
    readings = [0, count].map { first in
      losses.queries.indices.map { query in
        let column = losses.column(query: query)
        return (0..<count).map { -(losses[model: first + $0, column: column]?.value ?? .nan) }
      }
    }
    outcomes = zip(readings[0], readings[1]).map { one, other in
      zip(one, other).map { ($0 + $1) / 2 }
    }
  }

  /// How well scores predict the outcomes of some queries.
  ///
  /// - Parameters:
  ///   - scores: Scores of these queries.
  ///   - queries: Their positions.
  /// - Returns: The mean over queries; `nil` where nothing varies.
  func judge(_ scores: Scores, of queries: [Int]) -> Prediction? {
    let result = LinearDatamodelling(
      of: scores,
      subsets: subsets,
      outcomes: queries.map { outcomes[$0] }
    )
    guard let mean = result.mean, let interval = result.interval() else { return nil }
    return Prediction(mean: mean, halfWidth: (interval.upperBound - interval.lowerBound) / 2)
  }

  /// What a perfect predictor could reach on some queries.
  func ceiling(of queries: [Int]) -> Double? {
    LinearDatamodelling.ceiling(readings.map { reading in queries.map { reading[$0] } })
  }
}

/// A linear datamodelling score with half the width of its 95 % interval.
struct Prediction: Sendable {
  let mean: Double
  let halfWidth: Double

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
