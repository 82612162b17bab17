/// What the members of subsets are positions of.
public enum Unit: String, Sendable, Hashable {
  /// Training rows.
  case row
  /// Queries.
  case query

  /// All of a corpus, in its order.
  public func all(in corpus: Corpus) -> [Example] {
    switch self {
    case .row: corpus.train
    case .query: corpus.queries
    }
  }
}
