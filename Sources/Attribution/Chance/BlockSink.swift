/// Scores of some rows under the orders of one chunk.
struct ScoreBlock {
  /// `scores[row × width + order]`, the parts of a profile blended.
  var scores: [Float]
  /// The rows.
  var rows: Range<Int>
  /// The orders; scores beyond them are of no order.
  var orders: Range<Int>
  /// Scores of a row.
  let width: Int
}

/// What is kept of blocks of scores, which come row by row in parts that are merged in order.
protocol BlockSink: Sendable {
  /// Takes a block.
  mutating func take(_ block: borrowing ScoreBlock, _ worker: any BlockWorker)

  /// What later rows go to, which may pass over what could not be kept beside this.
  func following() -> Self

  /// Adds what a part kept of later rows.
  mutating func merge(_ later: Self)
}
