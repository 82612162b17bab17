/// One training example's place in a list: its position in the corpus and its score.
public struct ScoredExample: Sendable, Hashable {
  /// Position of the training example in the corpus.
  public let example: Int
  /// Its score; positive helps the query.
  public let score: Double

  /// Creates an entry.
  public init(example: Int, score: Double) {
    self.example = example
    self.score = score
  }
}

/// Keeps the highest scores of a stream; equal scores keep corpus order.
struct TopList: Sendable {
  let limit: Int
  /// Best first.
  private(set) var entries: [ScoredExample] = []

  init(limit: Int) { self.limit = limit }

  /// Offers the next example; positions must ascend.
  mutating func offer(_ score: Double, example: Int) {
    if entries.count == limit {
      guard let worst = entries.last, score > worst.score else { return }
      entries.removeLast()
    }
    var low = 0
    var high = entries.count
    while low < high {
      let middle = (low + high) / 2
      if entries[middle].score >= score { low = middle + 1 } else { high = middle }
    }
    entries.insert(ScoredExample(example: example, score: score), at: low)
  }
}
