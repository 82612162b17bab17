import Experiment
import Synchronization

/// Shuffles the models on the query's side and scores again.
///
/// All is done in single precision with the same arithmetic for the models' own order as for the shuffled
/// ones, and what is compared differs by more than rounding could make it differ.
struct ChanceTest: Sendable {
  /// Rows whose scores are no products with one vector of weights.
  struct OtherRows: Sendable {
    /// What no score of theirs exceeds.
    let highest: Double
    /// Each row's score under an order, or `nil`.
    let scores: [@Sendable (_ order: Int) -> Double?]
  }

  /// What is scored.
  let rows: FloatRows
  let orders: ModelOrders
  let arithmetic: any BlockArithmetic
  /// Share of what losses differ by that all rows have in common.
  let commonShare: Double?

  private static let block = 128

  /// The line for a query's weights.
  ///
  /// - Parameters:
  ///   - vectors: For each order as many vectors as the profile has parts, at least one.
  ///   - others: Rows beside `rows`.
  /// - Returns: The line.
  func chance(
    _ vectors: [[[Double]]],
    others: OtherRows = OtherRows(highest: 0, scores: [])
  ) -> Chance {
    let weights = OrderedWeights(vectors)
    let scale = Double(
      sign: .plus,
      exponent: rows.exponent + weights.exponent,
      significand: 1
    )
    let highest = max(rows.norm * weights.norm, others.highest / scale)
    let bins = ScoreBins(highest: Float(highest * 1.01))
    var tally = sweep(weights, TallySink(orders: weights.orders, bins: bins))
    for row in others.scores {
      for order in 0..<weights.orders {
        if let score = row(order) { tally.take(Float(score / scale), order: order) }
      }
    }
    // Twice what a sum of `depth` products can be off by, since two of them are compared.
    let slack = 2 * Double(rows.depth + 4) * 0x1p-24 * highest
    return tally.chance(
      slack: slack,
      scale: scale,
      orders: orders,
      commonShare: commonShare
    ) { threshold, exceeding in
      let chosen = OrderedWeights(exceeding.map { vectors[$0] })
      // A choice of vectors may have a scale of its own.
      let factor = Double(
        sign: .plus,
        exponent: weights.exponent - chosen.exponent,
        significand: 1
      )
      let count = sweep(chosen, ExceedingSink(chosen, threshold: threshold * factor)).count
      return others.scores.reduce(count) { count, row in
        count
          + exceeding.count { order in
            row(order).map { Double(Float($0 / scale)) > threshold } ?? false
          }
      }
    }
  }

  /// The best rows above 0 under each order, best first.
  func best(_ limit: Int, _ vectors: [[[Double]]]) -> [[Int]] {
    let weights = OrderedWeights(vectors)
    return sweep(weights, BestSink(weights, limit: limit)).lists.map {
      $0.entries.map(\.example)
    }
  }

  /// One pass over the rows; whatever the number of threads, parts and their order are the same.
  private func sweep<Sink: BlockSink>(_ weights: OrderedWeights, _ sink: Sink) -> Sink {
    let size = max(1, (rows.count + 64 * Self.block - 1) / (64 * Self.block)) * Self.block
    let parts = stride(from: 0, to: rows.count, by: size).map { $0..<min($0 + size, rows.count) }
    guard let first = parts.first else { return sink }
    let sinks = Mutex([Sink?](repeating: nil, count: parts.count))
    arithmetic.perform(1) { _, worker in
      let own = swept(first, weights, sink, worker)
      sinks.withLock { $0[0] = own }
    }
    guard var result = sinks.withLock({ $0[0] }) else { return sink }
    let start = result.following()
    arithmetic.perform(parts.count - 1) { part, worker in
      let own = swept(parts[part + 1], weights, start, worker)
      sinks.withLock { $0[part + 1] = own }
    }
    for sink in sinks.withLock({ $0 }).dropFirst() { if let sink { result.merge(sink) } }
    return result
  }

  /// What a sink keeps of some rows.
  private func swept<Sink: BlockSink>(
    _ part: Range<Int>,
    _ weights: OrderedWeights,
    _ sink: Sink,
    _ worker: any BlockWorker
  ) -> Sink {
    var own = sink
    var block = ScoreBlock(scores: [], rows: part, orders: 0..<0, width: weights.width)
    for first in stride(from: part.lowerBound, to: part.upperBound, by: Self.block) {
      block.rows = first..<min(first + Self.block, part.upperBound)
      let values = Array(
        rows.values[block.rows.lowerBound * rows.depth..<block.rows.upperBound * rows.depth]
      )
      for (chunk, parts) in weights.chunks.enumerated() {
        block.orders = weights.orders(of: chunk)
        fill(&block.scores, parts, values, count: block.rows.count * weights.width, worker)
        own.take(block, worker)
      }
    }
    return own
  }

  /// Scores a block, the parts of the profile blended as `meanOfHighest` blends them.
  private func fill(
    _ scores: inout [Float],
    _ parts: [[Float]],
    _ values: [Float],
    count: Int,
    _ worker: any BlockWorker
  ) {
    if scores.count != count { scores = [Float](repeating: 0, count: count) }
    worker.multiply(rows: values, weights: parts[0], depth: rows.depth, into: &scores)
    guard parts.count > 1 else { return }
    var second = [Float](repeating: -.infinity, count: count)
    var third = second
    var next = second
    for part in parts.dropFirst() {
      worker.multiply(rows: values, weights: part, depth: rows.depth, into: &next)
      for index in next.indices {
        let (score, first, middle) = (next[index], scores[index], second[index])
        third[index] = max(third[index], min(middle, score))
        second[index] = max(middle, min(first, score))
        scores[index] = max(first, score)
      }
    }
    for index in scores.indices {
      scores[index] =
        parts.count == 2
        ? (scores[index] + second[index]) / 2
        : (scores[index] + second[index] + third[index]) / 3
    }
  }
}
