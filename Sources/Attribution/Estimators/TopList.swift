/// One training example's place in a list: its position in the corpus and its score.
public struct ScoredExample: Sendable, Hashable {
  /// Position of the training example in the corpus.
  public let example: Int
  /// Its score; positive helps the query.
  public let score: Double

  package init(example: Int, score: Double) {
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

/// One top list a query, fed with a column's scores for all queries at once.
struct TopLists: Sendable {
  private(set) var lists: [TopList]
  /// What a score has to exceed to enter each list, so that most are turned away by one comparison.
  private var floors: [Double]

  init(count: Int, limit: Int) {
    lists = [TopList](repeating: TopList(limit: limit), count: count)
    floors = [Double](repeating: limit > 0 ? -.infinity : .infinity, count: count)
  }

  /// Offers the next example with its score for each query.
  mutating func offer(_ scores: [Double], example: Int) {
    for query in floors.indices {
      let score = scores[query]
      guard score > floors[query] else { continue }
      lists[query].offer(score, example: example)
      if lists[query].entries.count == lists[query].limit, let worst = lists[query].entries.last {
        floors[query] = worst.score
      }
    }
  }
}
