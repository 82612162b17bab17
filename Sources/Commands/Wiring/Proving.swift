import Attribution
import Configuration
import Experiment
import Reports
import Runs
import Terminal

/// A proof with the hosts that train for it.
struct Proving {
  /// What the queries show.
  let behaviour: String
  /// Trainings that are expected.
  let forecast: (likely: Int, most: Int)
  private let proof: Proof
  private let prover: ProofRun
  private let prepared: PreparedRun
  private let queries: [Int]
  private let jobs: Int?
  private var triage: [Verdict.Triage] = []
  /// Small steps behind it, which count as jobs.
  private var steps = 0

  /// Prepares to prove what causes a behaviour.
  ///
  /// - Parameters:
  ///   - suspects: Clusters of rows, most suspected first.
  ///   - behaviour: What the queries show, such as their tag.
  ///   - queries: Positions of the queries.
  ///   - jobs: Trainings at most; `nil` is as many as it takes.
  ///   - paid: Models that an earlier proof on the same data trained.
  ///   - prepared: The run whose θ0 is explained.
  /// - Throws: `RunError` where nothing says how θ0 was trained.
  init(
    _ suspects: [SuspectCluster],
    of behaviour: String,
    queries: [Int],
    jobs: Int?,
    paid: Set<Removal> = [],
    prepared: PreparedRun
  ) throws(RunError) {
    var settings = Proof.Settings()
    settings.jobs = jobs
    settings.paid = paid
    settings.seed = prepared.settings.seed
    settings.leastRows = max(1, prepared.providers.trainer.trainerCapabilities.minimumExamples)
    let corpus = prepared.corpus
    let completions = Set(queries.map { ByteText(corpus.queries[$0].completion) })
    proof = Proof(
      of: suspects,
      rows: corpus.train.count,
      sameOutput: corpus.train.indices.filter {
        completions.contains(ByteText(corpus.train[$0].completion))
      },
      settings: settings
    )
    forecast = proof.forecast()
    prover = try ProofRun(
      proof,
      of: behaviour,
      queries: queries,
      corpus: corpus,
      settings: prepared.settings
    )
    self.behaviour = behaviour
    self.prepared = prepared
    self.queries = queries
    self.jobs = jobs
  }

  /// The same with the clusters in the order in which small steps of θ0 against their rows raise the loss of
  /// the queries.
  ///
  /// - Parameters:
  ///   - display: Where it says what it does.
  ///   - progress: The line of its own.
  ///   - store: The store.
  /// - Returns: The proof in that order.
  /// - Throws: `Failure` where the host takes no weights below 0; what ends the steps.
  func triaged(
    _ display: Display,
    _ progress: Progress,
    writing store: RunStore
  ) async throws -> Proving {
    guard prepared.providers.trainer.trainerCapabilities.signed else {
      throw Failure(
        .usage,
        "cannot step against rows: this host takes no weights below 0",
        hint: "leave out --triage"
      )
    }
    let seeds = 2
    let steps = seeds * proof.clusters.count
    guard jobs.map({ steps <= $0 }) ?? true else {
      throw Failure(
        .usage,
        "cannot step against \(proof.clusters.count) clusters: it takes \(steps) jobs",
        hint: "raise --jobs, or leave out --triage"
      )
    }
    let run = TriageRun(
      proof.clusters,
      of: behaviour,
      queries: queries,
      rows: prepared.corpus.train.count,
      settings: prepared.settings,
      step: Defaults.step(from: .target, isLocal: prepared.isEmbedded),
      seeds: seeds
    )
    display.note("triage: \(Numerals.count(steps, "small step")) of θ0")
    _ = try await prepared.with(run.settings, run.design).run(
      "stepping",
      display: display,
      progress: progress,
      writing: store,
      isQuiet: true
    )
    let found = try run.triage(store: prepared.store)
    // What was not read stays where it was, behind what was.
    let order = found.map(\.rows)
    func place(_ cluster: SuspectCluster) -> Int {
      order.firstIndex(of: cluster.rows) ?? order.count
    }
    let clusters = proof.clusters.enumerated().sorted {
      (place($0.element), $0.offset) < (place($1.element), $1.offset)
    }
    var proving = try Proving(
      clusters.map(\.element),
      of: behaviour,
      queries: queries,
      jobs: jobs.map { $0 - steps },
      prepared: prepared
    )
    proving.triage = found
    proving.steps = steps
    return proving
  }

  /// What it will take, before anything is spent.
  var plan: String {
    let rows = Set(proof.clusters.flatMap(\.rows)).count
    var text =
      "verify: \(Numerals.count(rows, "suspect")) in \(Numerals.count(proof.clusters.count, "cluster")); "
      + "\(forecast.likely) trainings if the first is the cause, about "
      + "\(max(forecast.likely, forecast.most)) if each is one"
    if let likely = dollars(forecast.likely), let most = dollars(forecast.most), most > 0 {
      text +=
        "; $\((likely * 100).rounded() / 100) to $\((max(most, likely) * 100).rounded() / 100)"
    }
    return text
  }

  /// What so many trainings cost, readings included; `nil` when it is unknown.
  private func dollars(_ jobs: Int) -> Double? {
    func cost(_ models: Int) -> Double? {
      var settings = prover.settings
      settings.models = models
      return Run.plan(
        corpus: prepared.corpus,
        settings: settings,
        trainer: prepared.providers.trainer,
        scorer: prepared.providers.scorer,
        rates: prepared.rates
      ).dollars
    }
    return cost(jobs).flatMap { all in cost(0).map { none in all - none } }
  }

  /// Trains what the proof asks for, to its verdict; beside it the models that were trained or shared.
  func verdict(
    _ display: Display,
    _ progress: Progress,
    writing store: RunStore,
    isTold: Bool = true
  ) async throws -> (verdict: Verdict, trained: Set<Removal>) {
    var (verdict, trained) = try await prover.verdict(
      store: prepared.store,
      told: { wanted in
        guard isTold else { return }
        for removal in wanted where removal.rows.count < prepared.corpus.train.count {
          display.note(
            "training without \(removal.rows.count) of \(prepared.corpus.train.count) rows, seed "
              + "\(removal.pair + 1)"
          )
        }
      },
      round: { settings, design in
        _ = try await prepared.with(settings, design).run(
          "verifying",
          display: display,
          progress: progress,
          writing: store,
          isQuiet: true
        )
      }
    )
    verdict.add(triage)
    verdict.jobs += steps
    return (verdict, trained)
  }
}

extension Corpus {
  /// Positions of the queries that show a behaviour.
  ///
  /// - Parameters:
  ///   - tag: Their tag.
  ///   - ids: Further queries by their ids.
  /// - Returns: The positions, ascending; all queries where neither says anything and they have one tag
  ///   between them, or none.
  /// - Throws: `AttributionError` for a tag or an id that no query has; `UsageError` where it is open which
  ///   queries are meant.
  func behaviour(tag: String?, ids: [String]) throws -> [Int] {
    var named = ids
    if let tag { named += try queries(tagged: tag) }
    if named.isEmpty {
      let tags = queries.flatMap(\.tags).distinct
      guard tags.count < 2 else {
        throw UsageError(
          .missing,
          "'--tag' or '--query' is needed: the queries show several behaviours",
          hint: "their tags: \(tags.joined(separator: ", "))"
        )
      }
      return Array(queries.indices)
    }
    return try named.map { id in
      guard let place = queries.firstIndex(where: { $0.id.isSame(as: id) }) else {
        throw UsageError(.badValue, "no query has the id '\(id)'", hint: "'daunce top' lists them")
      }
      return place
    }.reduce(into: Set<Int>()) { $0.insert($1) }.sorted()
  }
}

extension RunRecord {
  /// What the run's losses suspect of a behaviour.
  ///
  /// - Parameter queries: Positions of the queries that show it.
  /// - Returns: Rows above chance, or those that a step on the queries teaches; none where the losses do not
  ///   tell, as with too few models.
  /// - Throws: `RunError` of the store.
  func suspects(for queries: [Int]) throws -> [SuspectCluster] {
    do {
      return try study.suspects(for: queries)
    } catch is AttributionError {
      return []
    }
  }
}
