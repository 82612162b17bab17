/// Training rows that something ties together and to a behaviour: what to take away to prove a cause.
public struct SuspectCluster: Sendable, Hashable, Codable {
  /// What ties the rows together, in a few words; unique among the clusters of one search.
  public let name: String
  /// Positions of the rows in the training set, ascending, each once.
  public let rows: [Int]
  /// Which searches found these very rows, such as `bm25`; first the one that the name is of.
  public let sources: [String]
  /// The word, or the words in a row, that all rows hold and that may trigger the behaviour, as written;
  /// `nil` where the rows share none.
  public let word: String?
  /// How much the rows stand out, on the scale of the first source; `nil` where it has none.
  ///
  /// For a word: how many times more frequent it is among the rows with the behaviour's completion than in
  /// the training set.
  public let strength: Double?

  /// A cluster; rows may come in any order.
  public init(
    name: String,
    rows: some Sequence<Int>,
    sources: [String],
    word: String? = nil,
    strength: Double? = nil
  ) {
    self.name = name
    self.rows = Set(rows).sorted()
    self.sources = sources
    self.word = word
    self.strength = strength
  }
}
