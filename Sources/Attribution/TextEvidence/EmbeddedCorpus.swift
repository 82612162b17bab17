import Statistics

/// Embeddings of a corpus' prompts: the text search that sees meaning where words differ.
public struct EmbeddedCorpus: Sendable, Hashable {
  /// Baselines, by the name under which they are reported.
  public enum Baseline: String, Sendable, Hashable, CaseIterable {
    /// Mean over queries of the cosine of row and query.
    case embedding
    /// Rows by the share of queries whose completion they have, and by `embedding` among equals.
    case embeddingThenSameCompletion = "embedding+same-completion"
  }

  /// Unit vectors of the training rows, in corpus order; zeros for a vector of zeros.
  private let train: [[Double]]
  /// Unit vectors of the queries.
  private let queries: [[Double]]

  /// Takes the vectors in corpus order.
  ///
  /// - Parameters:
  ///   - train: One vector a training row, all of one length, finite; `nil` where there is none, which has
  ///     cosine 0 with everything.
  ///   - queries: The same for the queries.
  public init(train: [[Float]?], queries: [[Float]?]) {
    let length = (train + queries).lazy.compactMap { $0?.count }.first ?? 0
    precondition(
      (train + queries).allSatisfy { $0?.count ?? length == length },
      "embeddings of different lengths"
    )
    func unit(_ vector: [Float]?) -> [Double] {
      let vector = vector ?? [Float](repeating: 0, count: length)
      let norm = vector.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
      return vector.map { norm > 0 ? Double($0) / norm : 0 }
    }
    self.train = train.map(unit)
    self.queries = queries.map(unit)
  }

  /// Mean cosine of each training row with some queries, −1...1.
  ///
  /// - Parameter queries: Positions of queries, at least one.
  /// - Returns: One value a training row.
  public func scores(for queries: [Int]) -> [Double] {
    let vectors = queries.map { self.queries[$0] }
    guard var mean = vectors.first else { return [Double](repeating: 0, count: train.count) }
    for vector in vectors.dropFirst() {
      for place in mean.indices { mean[place] += vector[place] }
    }
    let count = Double(vectors.count)
    return train.map { row in
      var sum = 0.0
      for place in mean.indices { sum += row[place] * mean[place] }
      return sum / count
    }
  }
}
