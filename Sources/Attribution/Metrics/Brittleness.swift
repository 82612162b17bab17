public import Experiment
import Statistics

/// How few of a query's best examples must go for its answer to change.
///
/// Sizes are tried one by one on a grid: the answer may change and change back, so bisection would be
/// wrong.
/// - SeeAlso: Ilyas et al., "Datamodels: Predicting Predictions from Training Data", ICML 2022.
public struct Brittleness: Sendable, Hashable {
  /// Sizes tried, ascending.
  public let sizes: [Int]
  /// For each query the smallest size that changed the answer; `nil` when none did.
  public let smallest: [Int?]

  /// The sets to remove: for each query its best examples, one set a size.
  ///
  /// - Parameters:
  ///   - scores: Scores of all training examples.
  ///   - sizes: Numbers of examples to remove.
  /// - Returns: `[query][size]`, positions best first.
  /// - Throws: `invalidDesign` for a size that leaves nothing, or below 0.
  public static func removals(
    by scores: Scores,
    sizes: [Int]
  ) throws(AttributionError) -> [[[Int]]] {
    let count = scores.train.count
    if let size = sizes.first(where: { $0 < 0 || $0 >= count }) {
      throw AttributionError(
        .invalidDesign,
        "cannot remove \(size) examples",
        cause: "the training set has \(count), and at least one must stay"
      )
    }
    return scores.queries.indices.map { query in
      let row = Array(scores.row(query: query))
      let best = row.indices.sorted { (-row[$0], $0) < (-row[$1], $1) }
      return sizes.map { Array(best.prefix($0)) }
    }
  }

  /// Reads measurements.
  ///
  /// - Parameters:
  ///   - sizes: Sizes tried, ascending, at least one.
  ///   - flipped: `flipped[query][size]`: whether the model trained without the set answers otherwise.
  public init(sizes: [Int], flipped: [[Bool]]) {
    precondition(!sizes.isEmpty && flipped.allSatisfy { $0.count == sizes.count })
    precondition(zip(sizes, sizes.dropFirst()).allSatisfy { $0 < $1 })
    self.sizes = sizes
    smallest = flipped.map { row in row.firstIndex(of: true).map { sizes[$0] } }
  }

  /// Queries whose answer no size changed.
  public var censored: Int { smallest.count { $0 == nil } }

  /// Share of the queries whose answer changed at a size or a smaller one, for each size.
  public var flippedShare: [Double] {
    sizes.map { size in
      mean(of: smallest.map { smallest in (smallest ?? .max) <= size ? 1 : 0 })
    }
  }

  /// The size at which at least half of the queries have flipped; `nil` when more are censored.
  public var median: Int? {
    zip(sizes, flippedShare).first { $0.1 >= 0.5 }?.0
  }
}
