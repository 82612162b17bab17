internal import Attribution
package import Experiment

/// Small steps of θ0 against each cluster of suspects, before any of them is removed: a run of its own in the
/// store.
package struct TriageRun: Sendable {
  /// Its settings.
  package let settings: RunSettings
  /// Its design.
  package let design: SubsetDesign
  private let queries: [Int]

  /// Prepares the steps.
  ///
  /// - Parameters:
  ///   - clusters: The suspects, disjoint.
  ///   - behaviour: What the queries show, such as their tag, for the run's name.
  ///   - queries: Positions of the queries that show the behaviour, ascending.
  ///   - rows: Rows of the training set.
  ///   - settings: The run whose θ0 it is.
  ///   - step: How a step is trained.
  ///   - seeds: Steps against each cluster.
  package init(
    _ clusters: [SuspectCluster],
    of behaviour: String,
    queries: [Int],
    rows: Int,
    settings: RunSettings,
    step: Hyperparameters,
    seeds: Int
  ) {
    self.queries = queries
    design = .against(clusters.map(\.rows), of: rows, seeds: seeds, seed: settings.seed)
    var digest = Digest()
    for cluster in clusters {
      digest.update("cluster")
      for row in cluster.rows { digest.update("\(row)") }
    }
    var triage = settings
    triage.name = "triage of \(behaviour) \(digest.description.prefix(8))"
    triage.perturbation = .removal
    triage.models = design.models
    triage.start = .target
    triage.weighted = false
    triage.hyperparameters = step
    triage.repeats = RunSettings.Repeats(train: 0, queries: 0)
    triage.candidates = nil
    self.settings = triage
  }

  /// What the steps did, once they are read.
  ///
  /// - Parameter store: Path of the store.
  /// - Returns: One value a cluster whose steps were read, the largest rise first.
  /// - Throws: `RunError` of the store.
  package func triage(store: String) throws(RunError) -> [Verdict.Triage] {
    let record = try RunRecord(path: store, run: settings.name)
    return Verdict.Triage.all(
      losses: try record.losses(rows: .planned),
      design: record.design(.planned),
      queries: queries
    )
  }
}
