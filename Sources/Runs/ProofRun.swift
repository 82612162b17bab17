package import Attribution
package import Experiment

/// A proof under way: its models are a run of their own in the store, beside the run whose scores it tests.
///
/// Its jobs are known by their content, as all are, so it asks for nothing that the store has.
package struct ProofRun: Sendable {
  /// How often models that failed are tried again.
  private static let retries = 2

  /// Name of the proof's run in the store.
  package let name: String
  let proof: Proof
  let behaviour: String
  let queries: [Int]
  let corpus: Corpus
  /// The settings of the run whose θ0 is trained again.
  let original: RunSettings
  /// Whether its suspects are an earlier proof's cause, corrected.
  var isCorrected = false
  /// Its settings; the number of models follows from what the proof asks for.
  package let settings: RunSettings

  /// Prepares a proof.
  ///
  /// - Parameters:
  ///   - proof: What is suspected, and what counts as proof.
  ///   - behaviour: What the queries show, such as their tag, for the run's name.
  ///   - queries: Positions of the queries that show the behaviour, ascending.
  ///   - corpus: The examples.
  ///   - settings: The run whose θ0 is to be trained again; its θ0 and trainer count, its subsets do not.
  /// - Throws: `RunError` with code `settings` where nothing says how θ0 is trained.
  package init(
    _ proof: Proof,
    of behaviour: String,
    queries: [Int],
    corpus: Corpus,
    settings: RunSettings
  ) throws(RunError) {
    guard settings.prompts == nil else {
      throw RunError(
        .settings,
        "cannot verify by removal: the models of '\(settings.name)' are prompts in front of θ0, and nothing "
          + "says how θ0 was trained"
      )
    }
    self.proof = proof
    self.behaviour = behaviour
    original = settings
    self.queries = queries
    self.corpus = corpus
    var digest = Digest()
    for query in queries { digest.update("\(query)") }
    for cluster in proof.clusters {
      digest.update("cluster")
      for row in cluster.rows { digest.update("\(row)") }
    }
    name = "proof of \(behaviour) \(digest.description.prefix(8))"
    var removal = settings
    removal.name = name
    removal.perturbation = .removal
    removal.subset = .size(corpus.train.count)
    removal.start = .base
    removal.weighted = false
    removal.hyperparameters = settings.targetHyperparameters
    removal.repeats = RunSettings.Repeats(train: 0, queries: 0)
    removal.candidates = nil
    self.settings = removal
  }

  /// The settings and the design of the run with so many models.
  func run(_ removals: [Removal]) -> (settings: RunSettings, design: SubsetDesign) {
    var settings = settings
    settings.models = removals.count
    let design = SubsetDesign(
      examples: corpus.train.count,
      start: .base,
      seed: settings.seed,
      subsets: removals.map { removal in
        let away = Set(removal.rows)
        return Subset(
          // Far apart, and the same in every proof on a run's data.
          seed: settings.seed &+ UInt64(removal.pair + 1) &* 0xD1B5_4A32_D192_ED03,
          members: corpus.train.indices.filter { !away.contains($0) }
        )
      }
    )
    return (settings, design)
  }

  /// Trains and reads what the proof asks for, round after round, to its verdict.
  ///
  /// - Parameters:
  ///   - store: Path of the store.
  ///   - told: Called with the rows and models of each round before it begins.
  ///   - round: Carries out the run of one round, as far as it is not done yet.
  /// - Returns: The verdict, and the models that were trained for it or shared.
  /// - Throws: What `round` throws; `RunError` of the store.
  package func verdict(
    store: String,
    told: ([Removal]) -> Void,
    round: (RunSettings, SubsetDesign) async throws -> Void
  ) async throws -> (verdict: Verdict, trained: Set<Removal>) {
    var removals: [Removal] = []
    var readings: [Removal: [Double?]] = [:]
    var failed: [Removal: String] = [:]
    var target: [Double?] = []
    var read: LossMatrix?
    while true {
      switch proof.step(readings, target: target, failed: failed) {
      case .done(var verdict):
        verdict.others = others(verdict, removals, read)
        guard let next = try await corrected(verdict, removals, store: store, round: round) else {
          return (verdict, Set(removals))
        }
        var (second, trained) = try await next.proof.verdict(
          store: store,
          told: told,
          round: round
        )
        trained.formUnion(removals)
        // What was proven stands where only accomplices are in doubt.
        if second.finding != .cause, next.check.innocent.isEmpty {
          verdict.jobs += second.jobs
          return (verdict, trained)
        }
        second.add(verdict, corrected: next.check)
        return (second, trained)
      case .train(let wanted):
        removals += wanted
        told(wanted)
        let (settings, design) = run(removals)
        try await round(settings, design)
        var record = try RunRecord(path: store, run: name)
        // Hosts lose a job now and then, and a model that failed is tried again by the same run.
        for _ in 0..<Self.retries where !record.models.allSatisfy(\.isAnswered) {
          try await round(settings, design)
          record = try RunRecord(path: store, run: name)
        }
        let losses = try record.losses(rows: .planned)
        read = losses
        let own = try record.targetReadings()
        target = queries.map { own[losses.column(query: $0)]?.loss(.sum)?.value }
        for (place, removal) in removals.enumerated() where place < record.models.count {
          let model = record.models[place]
          if model.isAnswered {
            readings[removal] = queries.map {
              losses[model: place, column: losses.column(query: $0)]?.value
            }
          } else {
            failed[removal] = model.error ?? "it was not read to the end"
          }
        }
      }
    }
  }

  /// What the models with and without the culprits show of other queries, by tag.
  private func others(
    _ verdict: Verdict,
    _ removals: [Removal],
    _ losses: LossMatrix?
  ) -> [Verdict.Other] {
    guard let losses, !verdict.culprits.isEmpty else { return [] }
    let asked = Set(queries)
    let rest = corpus.queries.indices.filter { !asked.contains($0) }
    return rest.flatMap { corpus.queries[$0].tags }.distinct.compactMap { tag in
      let members = rest.filter { corpus.queries[$0].tags.contains(same: tag) }
      func shown(without rows: [Int]) -> Verdict.Shown? {
        Verdict.Shown(
          removals.indices.filter { removals[$0].rows == rows }.map { model in
            members.compactMap { losses[model: model, column: losses.column(query: $0)]?.value }
          }.filter { $0.count == members.count }
        )
      }
      guard let retrained = shown(without: []), let without = shown(without: verdict.culprits)
      else {
        return nil
      }
      return Verdict.Other(
        tag: tag,
        queries: members.count,
        retrained: retrained,
        without: without
      )
    }
  }
}
