import Attribution
import Runs
import Experiment

extension RunRecord {
  /// The most influential examples, with how many models the run had planned.
  ///
  /// - Parameters:
  ///   - ids: Queries by id; all when empty.
  ///   - grouped: Whether they are asked as one.
  ///   - top: Length of each list.
  ///   - method: How to score.
  /// - Returns: One value a query or group.
  /// - Throws: `AttributionError` or `RunError`.
  func findings(
    queries ids: [String],
    grouped: Bool,
    top: Int,
    method: Method
  ) throws -> [QueryFindings] {
    var findings = try Study(self).findings(
      queries: ids,
      grouped: grouped,
      top: top,
      method: method
    )
    for index in findings.indices { findings[index].reliability.planned = models.count }
    return findings
  }

  /// Ids of the queries with a tag.
  ///
  /// - Parameter tag: The tag.
  /// - Returns: At least one id.
  /// - Throws: `Failure` when no query has the tag.
  func queries(tagged tag: String) throws(Failure) -> [String] {
    let ids = corpus.queries.filter { $0.tags.contains(same: tag) }.map(\.id)
    guard ids.isEmpty else { return ids }
    let known = corpus.queries.flatMap(\.tags).distinct
    throw Failure(
      .usage,
      "cannot find queries tagged '\(tag)': no query has this tag",
      hint: known.isEmpty
        ? "no query of this run has tags" : "there are: \(known.joined(separator: ", "))"
    )
  }
}
