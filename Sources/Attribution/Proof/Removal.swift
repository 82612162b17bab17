/// A model of a proof: trained as θ0 was, on all rows but some.
public struct Removal: Sendable, Hashable {
  /// Positions of the rows that are taken away, ascending; all rows is the model before any training.
  public let rows: [Int]
  /// Number of its pair, from 0: models of one number are trained with one seed.
  public let pair: Int

  /// A removal; rows may come in any order.
  public init(_ rows: some Sequence<Int>, pair: Int) {
    let rows = Array(rows)
    let isSorted = zip(rows, rows.dropFirst()).allSatisfy { $0 < $1 }
    self.rows = isSorted ? rows : Set(rows).sorted()
    self.pair = pair
  }
}
