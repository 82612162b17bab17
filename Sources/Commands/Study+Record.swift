import Attribution
import Campaign
import Experiment

extension Study {
  /// The study of a recorded run: all models that have priced every example.
  init(_ record: RunRecord) {
    let rows = record.rows()
    let positions = Dictionary(uniqueKeysWithValues: zip(rows, rows.indices))
    self.init(
      corpus: record.corpus,
      design: record.design(),
      repeats: { view in
        try record.repeats().compactMap { pair in
          positions[pair.model].map {
            RepeatedPrice(model: $0, column: pair.column, second: pair.second.loss(view))
          }
        }
      },
      probes: record.settings.isProbing
        ? Probing.Source(queries: rows) { view in
          try record.targetPrices().prefix(record.corpus.train.count).map { $0?.loss(view).value }
        } : nil,
      candidates: record.settings.candidates,
      losses: { try record.losses($0) }
    )
  }
}

extension RunRecord {
  /// The most influential examples, with how many models the run had planned.
  ///
  /// - Parameters:
  ///   - ids: Queries by id; all when empty.
  ///   - grouped: Whether they are asked as one.
  ///   - top: Length of each list.
  ///   - method: How to score.
  /// - Returns: One value a query or group.
  /// - Throws: `AttributionError` or `CampaignError`.
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
    let ids = corpus.queries.filter { $0.tags.contains(tag) }.map(\.id)
    guard ids.isEmpty else { return ids }
    let known = Set(corpus.queries.flatMap(\.tags)).sorted()
    throw Failure(
      .usage,
      "cannot find queries tagged '\(tag)': no query has this tag",
      hint: known.isEmpty
        ? "no query of this run has tags" : "there are: \(known.joined(separator: ", "))"
    )
  }
}
