public import Experiment

extension Study {
  /// What the losses suspect of a behaviour: rows that score above chance and rows without which models show it
  /// less, or those that stand out behind steps on its queries.
  ///
  /// Where other queries of the run ask for something else, rows that score higher for those are a cluster of
  /// their own: they share the output rather than the cause.
  ///
  /// - Parameter queries: Positions of the behaviour's queries, asked as one group.
  /// - Returns: At most three clusters, none where nothing is above chance.
  /// - Throws: `AttributionError`, or what the source of the losses throws.
  public func suspects(for queries: [Int]) throws -> [SuspectCluster] {
    if isMirrored {
      let rankings = try mirrorRankings()
      // A behaviour of other queries, too, where none is of these alone.
      let fitting = rankings.filter { Set($0.behaviour.queries).isSuperset(of: queries) }
      let closest = fitting.min { $0.behaviour.queries.count < $1.behaviour.queries.count }
      return closest?.suspects.map { [$0] } ?? []
    }
    let scored = try scored(queries)
    let tests = try groupTested(queries)
    // A part of what the scores name says nothing new, unless it is nearly all that the behaviour needs.
    guard !tests.named.isEmpty,
      tests.explained >= 0.8 || !Set(scored.flatMap(\.rows)).isSuperset(of: tests.named)
    else { return scored }
    let named = Set(tests.named)
    return [SuspectCluster(name: "group tests", rows: named, sources: [GroupTests.name])]
      + scored.map { cluster($0.name, $0.rows.filter { !named.contains($0) }) }
      .filter { !$0.rows.isEmpty }
  }

  /// Rows whose losses move with the behaviour's above chance, in one cluster or two.
  private func scored(_ queries: [Int]) throws -> [SuspectCluster] {
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

  /// Rows that models need to have been trained on to show the behaviour, whatever their own losses do.
  private func groupTested(_ queries: [Int]) throws -> (named: [Int], explained: Double) {
    let prepared = try prepare(Method(), for: queries, grouped: true)
    guard let attributor = prepared.attributor as? Attributor,
      let losses = attributor.queryProfile(
        QueryProfile(name: "behaviour", members: queries),
        rows: attributor.fit.rows
      )
    else { return ([], 0) }
    return GroupTests(attributor.signals.models.map { design.subsets[$0] }, of: design.examples)
      .rows(behind: losses.map { -$0 }, arithmetic: arithmetic)
  }

  private func cluster(_ name: String, _ rows: [Int]) -> SuspectCluster {
    SuspectCluster(name: name, rows: rows, sources: ["scores"])
  }
}
