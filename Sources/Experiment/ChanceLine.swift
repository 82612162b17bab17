/// How high the best row of a ranking scores where there is nothing to find, and which rows score higher.
///
/// The order of the models is shuffled on the query's side alone, so that losses of rows and query have
/// nothing to do with each other any more, and everything is scored again, many times over. An interval of
/// one row says nothing about the best of a thousand rows; this line does. It tests noise, not cause: rows
/// above it move with the query, for whatever reason.
public struct ChanceLine: Sendable, Hashable {
  /// Share of shuffles whose best row may score above the line.
  public static let level = 0.05
  /// Fewest models of which a line can be told; five have 120 orders.
  public static let minimumModels = 5

  /// The score that the best row reaches in 5 % of shuffles, in the ranking's own unit.
  public let line: Double
  /// The best score of a row in the models' own order.
  public let best: Double
  /// The median over shuffles of the best row's score.
  public let median: Double
  /// Share of all orders whose best row scores at least `best`, above 0 and at most 1.
  ///
  /// The models' own order is one of them. At most 5 % if and only if some row is above the line.
  public let p: Double
  /// Rows that score above the line.
  public let above: Int
  /// Mean over shuffles of the rows above the line: as many of `above` are expected to be false.
  public let expectedFalse: Double
  /// Rows of the longest list of which at most 5 % are expected to be false.
  ///
  /// Lists end at 256 scores for each doubling; one that ends between two of them may be a little longer.
  public let aboveByFDR: Int
  /// The score from which on that list reaches; `nil` for no list.
  public let lineByFDR: Double?
  /// Rows that can be scored.
  public let rows: Int
  /// Shuffles.
  public let permutations: Int
  /// Whether the shuffles are all other orders of the models, each once.
  public let isExhaustive: Bool
  /// Share of what losses differ by between models that all rows have in common, 0...1; `nil` when unknown.
  ///
  /// Of losses as the estimator compares them. Where it is high, rows may be above the line for that alone.
  public let commonShare: Double?

  /// Share of the rows above the line that is expected to be false; `nil` where there is none.
  public var falseShare: Double? { above > 0 ? expectedFalse / Double(above) : nil }

  package init(
    line: Double,
    best: Double,
    median: Double,
    p: Double,
    above: Int,
    expectedFalse: Double,
    aboveByFDR: Int,
    lineByFDR: Double?,
    rows: Int,
    permutations: Int,
    isExhaustive: Bool,
    commonShare: Double?
  ) {
    self.line = line
    self.best = best
    self.median = median
    self.p = p
    self.above = above
    self.expectedFalse = expectedFalse
    self.aboveByFDR = aboveByFDR
    self.lineByFDR = lineByFDR
    self.rows = rows
    self.permutations = permutations
    self.isExhaustive = isExhaustive
    self.commonShare = commonShare
  }
}
