/// How many scores exceed a threshold.
struct ExceedingSink: BlockSink {
  private(set) var count = 0
  private let floors: [Float]

  init(_ weights: OrderedWeights, threshold: Double) {
    // The highest float that is not above it.
    let nearest = Float(threshold)
    let floor = Double(nearest) > threshold ? nearest.nextDown : nearest
    floors =
      [Float](repeating: floor, count: weights.orders)
      + [Float](
        repeating: .infinity,
        count: weights.chunks.count * weights.width - weights.orders
      )
  }

  mutating func take(_ block: borrowing ScoreBlock, _ worker: any BlockWorker) {
    let first = block.orders.lowerBound
    count += worker.exceeding(Array(floors[first..<first + block.width]), in: block.scores).count
  }

  func following() -> Self {
    var next = self
    next.count = 0
    return next
  }

  mutating func merge(_ later: Self) { count += later.count }
}
