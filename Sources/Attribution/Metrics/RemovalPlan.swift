public import Experiment
import Statistics

/// Which training examples to remove to see whether the most influential ones matter.
///
/// Examples are ranked by the sum of their scores over a group of queries, and the best are removed;
/// controls of the same size say what removing *something* does. A sum over queries is meant for
/// scores on a common scale: with correlations it over-weighs easy queries.
public struct RemovalPlan: Sendable, Hashable {
  /// How a set was picked.
  public enum Kind: String, Sendable, Hashable, CaseIterable {
    /// The highest scores.
    case top
    /// The lowest scores.
    case bottom
    /// A random draw.
    case random
    /// The labels that most queries have, at random among equals: what knowing labels alone does.
    case sameLabel = "same-label"
  }

  /// One set to remove before training again.
  public struct Removal: Sendable, Hashable {
    /// How it was picked.
    public let kind: Kind
    /// Positions of the examples, ascending.
    public let members: [Int]
  }

  /// The sets, by size and then kind; random kinds come `repeats` times.
  public let removals: [Removal]

  /// Plans the removals for a group of queries.
  ///
  /// - Parameters:
  ///   - scores: Scores of all training examples.
  ///   - queries: Positions of the queries, such as the solved ones; at least one.
  ///   - sizes: Numbers of examples to remove, ascending, each at least 1 and below N.
  ///   - labels: Labels of the training examples and of all queries; `nil` for no same-label control.
  ///   - repeats: Random draws of each size.
  ///   - seed: Seed of the draws.
  /// - Throws: `invalidDesign` without queries or sizes, or for a size out of range.
  public init(
    of scores: Scores,
    queries: [Int],
    sizes: [Int],
    labels: (train: [Int], queries: [Int])? = nil,
    repeats: Int = 1,
    seed: UInt64 = 0
  ) throws(AttributionError) {
    let count = scores.train.count
    precondition(labels.map { $0.train.count == count } ?? true)
    guard !queries.isEmpty, !sizes.isEmpty else {
      throw AttributionError(
        .invalidDesign,
        "cannot plan removals by '\(scores.estimator)'",
        cause: queries.isEmpty ? "there is no query that all models solve" : "no size was given"
      )
    }
    if let size = sizes.first(where: { $0 < 1 || $0 >= count }) {
      throw AttributionError(
        .invalidDesign,
        "cannot remove \(size) examples",
        cause: "the training set has \(count), and at least one must go and one stay"
      )
    }
    var sums = [Double](repeating: 0, count: count)
    for query in queries {
      for (example, value) in scores.row(query: query).enumerated() { sums[example] += value }
    }
    let best = sums.indices.sorted { (-sums[$0], $0) < (-sums[$1], $1) }
    let shared = labels.map { labels in
      labels.train.map { label in queries.count { labels.queries[$0] == label } }
    }
    var removals: [Removal] = []
    for size in sizes {
      removals.append(Removal(kind: .top, members: best.prefix(size).sorted()))
      removals.append(Removal(kind: .bottom, members: best.suffix(size).sorted()))
      for draw in 0..<repeats {
        // Nested: a larger random set holds the smaller one of the same draw.
        var generator = SplitMix64(seed: seed, stream: UInt64(draw))
        let order = generator.shuffled(Array(0..<count))
        removals.append(Removal(kind: .random, members: order.prefix(size).sorted()))
        guard let shared else { continue }
        let byLabel = order.indices.sorted {
          (-shared[order[$0]], $0) < (-shared[order[$1]], $1)
        }
        removals.append(
          Removal(kind: .sameLabel, members: byLabel.prefix(size).map { order[$0] }.sorted())
        )
      }
    }
    self.removals = removals
  }
}
