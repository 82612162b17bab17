public import Experiment

/// Queries that show one behaviour, told by a tag that they share.
public struct QueryBehaviour: Sendable {
  /// The tags that all of them have and no other query has; none for the queries without any tag.
  public let tags: [String]
  /// Positions of its queries, ascending, at least one.
  public let queries: [Int]

  /// The tags as one word for people, or `untagged`.
  public var name: String { tags.isEmpty ? "untagged" : tags.joined(separator: ", ") }
}

extension Corpus {
  /// What the queries show: a behaviour for each of their tags, in the order of the tags' bytes.
  ///
  /// Tags of the very same queries are one behaviour. Queries without a tag are one more, together: whoever
  /// writes no tags brings the queries of one behaviour.
  public var behaviours: [QueryBehaviour] {
    var found: [QueryBehaviour] = []
    for tag in queries.flatMap(\.tags).distinct {
      let positions = queries.indices.filter { queries[$0].tags.contains(same: tag) }
      if let place = found.firstIndex(where: { $0.queries == positions }) {
        found[place] = QueryBehaviour(tags: found[place].tags + [tag], queries: positions)
      } else {
        found.append(QueryBehaviour(tags: [tag], queries: positions))
      }
    }
    let untagged = queries.indices.filter { queries[$0].tags.isEmpty }
    if !untagged.isEmpty { found.append(QueryBehaviour(tags: [], queries: untagged)) }
    return found
  }
}
