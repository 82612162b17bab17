internal import Attribution
internal import Experiment
internal import Glibc

extension ProofRun {
  /// The proof of a cause without the rows that do not belong to it, and with those that do.
  ///
  /// Only of causes that losses suspect: a word ties rows together by itself. Models are those that the proof has
  /// trained; the rows with the output and those of the cause are read under them.
  ///
  /// - Parameters:
  ///   - verdict: The verdict of this proof.
  ///   - removals: The models that it trained.
  ///   - store: Path of the store.
  ///   - round: Carries out a run.
  /// - Returns: The proof to make, and why; `nil` where nothing is to be corrected.
  /// - Throws: What `round` throws; `RunError` of the store.
  func corrected(
    _ verdict: Verdict,
    _ removals: [Removal],
    store: String,
    round: (RunSettings, SubsetDesign) async throws -> Void
  ) async throws -> (proof: ProofRun, check: RowCheck)? {
    let causes = verdict.clusters.filter { $0.finding == .cause }.map(\.cluster)
    guard !isCorrected, verdict.finding == .cause, verdict.target?.rate ?? 0 >= 0.2,
      let with = verdict.retrained?.rate, let without = verdict.without?.rate,
      causes.contains(where: { $0.word == nil })
    else { return nil }
    let models = removals.filter { $0.rows.isEmpty || $0.rows == verdict.culprits }
    var (settings, design) = run(models)
    settings.name = "rows of \(name)"
    settings.candidates = Candidates(
      picked: Set(verdict.culprits).union(proof.sameOutput),
      of: corpus.train.count,
      audit: 0,
      seed: 0
    )
    try await round(settings, design)
    let record = try RunRecord(path: store, run: settings.name)
    let losses = try record.losses(rows: .planned)
    func rates(_ isWhole: Bool) -> [Double?] {
      corpus.train.indices.map { row in
        let values = models.indices.filter { models[$0].rows.isEmpty == isWhole }.compactMap {
          losses[model: $0, column: row].map { min(1, exp(-$0.value)) }
        }
        return values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
      }
    }
    let check = RowCheck(
      culprits: verdict.culprits,
      with: rates(true),
      without: rates(false),
      queries: (with, without)
    )
    let clusters = check.corrected(causes)
    guard !check.innocent.isEmpty || !check.accomplices.isEmpty, !clusters.isEmpty else {
      return nil
    }
    var proving = proof.settings
    proving.paid.formUnion(removals)
    proving.jobs = proving.jobs.map { max(0, $0 - verdict.jobs) }
    var next = try ProofRun(
      Proof(
        of: clusters,
        rows: corpus.train.count,
        sameOutput: proof.sameOutput,
        settings: proving
      ),
      of: behaviour,
      queries: queries,
      corpus: corpus,
      settings: original
    )
    next.isCorrected = true
    return (next, check)
  }
}
