package import Experiment

extension Corpus {
  /// Ids of the queries with a tag.
  ///
  /// - Parameter tag: The tag.
  /// - Returns: At least one id.
  /// - Throws: `AttributionError` of code `notFound`, whose hint names the tags there are.
  package func queries(tagged tag: String) throws(AttributionError) -> [String] {
    let ids = queries.filter { $0.tags.contains(same: tag) }.map(\.id)
    guard ids.isEmpty else { return ids }
    let known = queries.flatMap(\.tags).distinct
    throw AttributionError(
      .notFound,
      "cannot find queries tagged '\(tag)'",
      cause: "no query has this tag",
      hint: known.isEmpty
        ? "no query of this run has tags" : "there are: \(known.joined(separator: ", "))"
    )
  }
}
