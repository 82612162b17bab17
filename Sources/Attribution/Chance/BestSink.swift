/// The best rows above 0 under each order.
struct BestSink: BlockSink {
  private(set) var lists: [TopList]
  /// What a score has to exceed to enter each list; +∞ where a chunk has no order.
  private var floors: [Float]

  init(_ weights: OrderedWeights, limit: Int) {
    lists = [TopList](repeating: TopList(limit: limit), count: weights.orders)
    floors = [Float](repeating: .infinity, count: weights.chunks.count * weights.width)
    for order in lists.indices { floors[order] = 0 }
  }

  mutating func take(_ block: borrowing ScoreBlock, _ worker: any BlockWorker) {
    let first = block.orders.lowerBound
    let places = worker.exceeding(Array(floors[first..<first + block.width]), in: block.scores)
    for place in places.map({ Int($0) }) {
      let (row, order) = place.quotientAndRemainder(dividingBy: block.width)
      offer(Double(block.scores[place]), block.rows.lowerBound + row, first + order)
    }
  }

  func following() -> Self {
    var next = self
    for order in lists.indices { next.lists[order] = TopList(limit: lists[order].limit) }
    return next
  }

  mutating func merge(_ later: Self) {
    for order in lists.indices {
      for entry in later.lists[order].entries { offer(entry.score, entry.example, order) }
    }
  }

  private mutating func offer(_ score: Double, _ row: Int, _ order: Int) {
    guard score > Double(floors[order]) else { return }
    lists[order].offer(score, example: row)
    let entries = lists[order].entries
    if entries.count == lists[order].limit, let worst = entries.last {
      floors[order] = Float(worst.score)
    }
  }
}
