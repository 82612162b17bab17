import Experiment

/// Exact Shapley values of the K-nearest-neighbour classifier's accuracy, without any training.
///
/// - SeeAlso: Jia et al., "Efficient Task-Specific Data Valuation for Nearest Neighbor Algorithms",
///   VLDB 2019, Theorem 1.
public struct NeighbourShapley: Sendable {
  /// Labelled rows of numbers.
  public struct Points: Sendable {
    let ids: [String]
    let features: [[Double]]
    let labels: [Int]

    /// Creates points.
    ///
    /// - Parameters:
    ///   - ids: One id a point.
    ///   - features: One row of finite numbers a point, all of the same length.
    ///   - labels: One label a point.
    public init(ids: [String], features: [[Double]], labels: [Int]) {
      precondition(ids.count == features.count && ids.count == labels.count)
      self.ids = ids
      self.features = features
      self.labels = labels
    }
  }

  /// Number of neighbours that vote.
  public let neighbours: Int

  /// The method for `neighbours` votes, at least one.
  public init(neighbours: Int = 5) {
    precondition(neighbours >= 1)
    self.neighbours = neighbours
  }

  /// Values of all training points for each query.
  ///
  /// A query's values sum to the share of its K nearest neighbours that have its label. Points at the
  /// same distance keep the order of the training set.
  ///
  /// - Parameters:
  ///   - train: The points to value.
  ///   - queries: The points whose labels are voted on.
  /// - Returns: Scores, which cost no training.
  /// - Throws: `mismatch` when rows differ in length or hold a NaN or infinity; `invalidDesign` without
  ///   training points.
  /// - Complexity: O(N·(d + log N)) a query.
  public func scores(of train: Points, for queries: Points) throws(AttributionError) -> Valuation {
    guard let width = train.features.first?.count else {
      throw AttributionError(
        .invalidDesign,
        "cannot value training examples",
        cause: "the training set is empty"
      )
    }
    for points in [train, queries] {
      for (id, row) in zip(points.ids, points.features) {
        guard row.count == width, row.allSatisfy(\.isFinite) else {
          throw AttributionError(
            .mismatch,
            "cannot measure distances to '\(id)'",
            cause: row.count == width
              ? "one of its features is not a finite number"
              : "it has \(row.count) features where the first row has \(width)"
          )
        }
      }
    }
    let values = zip(queries.features, queries.labels).flatMap { features, label in
      let distances = train.features.map { row in
        var sum = 0.0
        for axis in 0..<width {
          sum += (row[axis] - features[axis]) * (row[axis] - features[axis])
        }
        return sum
      }
      let order = distances.indices.sorted {
        (distances[$0], $0) < (distances[$1], $1)
      }
      let nearest = Self.values(
        matches: order.map { train.labels[$0] == label },
        neighbours: neighbours
      )
      var row = [Double](repeating: 0, count: order.count)
      for (place, value) in zip(order, nearest) { row[place] = value }
      return row
    }
    return Valuation(
      scores: Scores(
        estimator: "knn-shapley",
        train: train.ids,
        queries: queries.ids,
        values: values,
        measurable: train.ids.map { _ in true }
      ),
      trainings: 0
    )
  }

  /// The recursion from the farthest point to the nearest.
  ///
  /// - Parameters:
  ///   - matches: Whether each point has the query's label, nearest first.
  ///   - neighbours: Number of neighbours that vote.
  /// - Returns: One value a point, nearest first.
  public static func values(matches: [Bool], neighbours: Int) -> [Double] {
    var values = [Double](repeating: 0, count: matches.count)
    let votes = Double(neighbours)
    for place in matches.indices.reversed() {
      let rank = Double(place + 1)
      let match = matches[place] ? 1.0 : 0
      if place + 1 == matches.count {
        values[place] = match * min(votes, rank) / (votes * rank)
      } else {
        let next = matches[place + 1] ? 1.0 : 0
        values[place] = values[place + 1] + (match - next) / votes * min(votes, rank) / rank
      }
    }
    return values
  }
}
