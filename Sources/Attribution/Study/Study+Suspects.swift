public import Experiment

extension Study {
  /// What the losses suspect of a behaviour: rows that score above chance, or those that stand out behind steps
  /// on its queries.
  ///
  /// Where other queries of the run ask for something else, rows that score higher for those are a cluster of
  /// their own: they share the output rather than the cause.
  ///
  /// - Parameter queries: Positions of the behaviour's queries, asked as one group.
  /// - Returns: At most two clusters, none where nothing is above chance.
  /// - Throws: `AttributionError`, or what the source of the losses throws.
  public func suspects(for queries: [Int]) throws -> [SuspectCluster] {
    if isMirrored {
      let rankings = try mirrorRankings()
      // A behaviour of other queries, too, where none is of these alone.
      let fitting = rankings.filter { Set($0.behaviour.queries).isSuperset(of: queries) }
      let closest = fitting.min { $0.behaviour.queries.count < $1.behaviour.queries.count }
      return closest?.suspects.map { [$0] } ?? []
    }
    let ids = queries.map { corpus.queries[$0].id }
    guard
      let line = try chances(queries: ids, grouped: true).first?.chance.line?.lineByFDR
    else { return [] }
    let own = try scores(queries: ids, grouped: true)
    let above = own.values.indices.filter { own.measurable[$0] && own.values[$0] >= line }
    let asked = Set(queries)
    let rest = corpus.queries.indices.filter { !asked.contains($0) }.map { corpus.queries[$0].id }
    guard !rest.isEmpty else { return [cluster("scores", above)].filter { !$0.rows.isEmpty } }
    let other = try scores(queries: rest, grouped: true)
    return [
      cluster("scores", above.filter { own.values[$0] >= other.values[$0] }),
      cluster(
        "scores, higher for other queries",
        above.filter { own.values[$0] < other.values[$0] }
      ),
    ].filter { !$0.rows.isEmpty }
  }

  private func cluster(_ name: String, _ rows: [Int]) -> SuspectCluster {
    SuspectCluster(name: name, rows: rows, sources: ["scores"])
  }
}
