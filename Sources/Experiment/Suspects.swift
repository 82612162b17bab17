/// Rows that are suspected together of one behaviour.
public struct SuspectCluster: Sendable, Hashable {
  /// What tells it from the others.
  public let name: String
  /// Positions of its rows in the corpus, ascending and distinct.
  public let rows: [Int]
  /// What suggested its rows, each by name.
  public let sources: [String]
  /// A word that its rows share and others hardly have; `nil` without one.
  public let word: String?

  /// A cluster out of its parts.
  public init(name: String, rows: [Int], sources: [String], word: String? = nil) {
    self.name = name
    self.rows = rows
    self.sources = sources
    self.word = word
  }
}
