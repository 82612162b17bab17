import Attribution
import Configuration
import Experiment
import Reports
import Runs
import Terminal

/// The whole way from a behaviour to a proven answer: each step is taken only if the one before did not settle
/// it, the cheapest first.
struct Investigation {
  private let prepared: PreparedRun
  private let queries: [Int]
  private let behaviour: String
  private let jobs: Int?
  private let display: Display
  private let progress: Progress
  private let store: RunStore
  private var steps: [Verdict.Step] = []
  private(set) var planned = 0
  private var suspects: [SuspectCluster] = []
  private var used = 0
  /// Models that proofs trained so far.
  private var paid: Set<Removal> = []

  /// Prepares an investigation of the behaviour that some queries show.
  init(
    _ prepared: PreparedRun,
    of behaviour: String,
    queries: [Int],
    jobs: Int?,
    display: Display,
    progress: Progress,
    store: RunStore
  ) {
    self.prepared = prepared
    self.behaviour = behaviour
    self.queries = queries
    self.jobs = jobs
    self.display = display
    self.progress = progress
    self.store = store
  }

  private var corpus: Corpus { prepared.corpus }

  /// Walks the ladder to the first step that settles the question.
  mutating func verdict() async throws -> Verdict {
    var verdict = try await settled()
    verdict.steps = steps
    return verdict
  }

  private mutating func settled() async throws -> Verdict {
    var verdict = Verdict(finding: .notResolved, reason: "nothing suggests a suspect")
    let text = SuspectSearch(corpus, embeddings: try store.embeddings(of: corpus))
      .clusters(for: queries)
      .suspected(in: queries.map { corpus.queries[$0] })
    note(Verdict.Step(name: "text", jobs: 0, outcome: Self.words(text)))
    if !text.isEmpty {
      verdict = try await prove(text, "removal of text's suspects")
      if Self.isSettled(verdict) { return verdict }
    }
    if let stepped = try await mirror() {
      verdict = Self.stronger(
        verdict,
        try await prove(stepped, "removal of the steps' suspects")
      )
      if Self.isSettled(verdict) { return verdict }
    }
    if let scored = try await score() {
      verdict = Self.stronger(
        verdict,
        try await prove(scored, "removal of the scores' suspects")
      )
    }
    return verdict
  }

  /// Whether further suspects would change nothing.
  private static func isSettled(_ verdict: Verdict) -> Bool {
    if verdict.isFinal { return true }
    // A cause that leaves a good part of the behaviour has accomplices.
    return verdict.finding == .cause && verdict.removal?.share?.value ?? 0 >= 0.7
  }

  /// The verdict that says more: what one step proved stands where a later one proves less.
  static func stronger(_ earlier: Verdict, _ later: Verdict) -> Verdict {
    guard earlier.finding == .cause else { return later }
    func share(_ verdict: Verdict) -> Double { verdict.removal?.share?.value ?? 0 }
    return later.finding == .cause && share(later) >= share(earlier) ? later : earlier
  }

  private mutating func note(_ step: Verdict.Step) {
    steps.append(step)
    used += step.jobs
    display.tell(.step(step))
  }

  private static func words(_ clusters: [SuspectCluster]) -> String {
    if clusters.isEmpty { return "no suspects" }
    let rows = Set(clusters.flatMap(\.rows)).count
    return "\(Numerals.count(rows, "suspect")) in \(Numerals.count(clusters.count, "cluster")): "
      + clusters.map(\.name).joined(separator: ", ")
  }

  private mutating func prove(_ found: [SuspectCluster], _ name: String) async throws -> Verdict {
    // What was suspected before stays suspected: an accomplice may be among them.
    let known = Set(found.map(\.rows))
    suspects = (found + suspects.filter { !known.contains($0.rows) })
      .suspected(in: queries.map { corpus.queries[$0] })
    let proving = try Proving(
      suspects,
      of: behaviour,
      queries: queries,
      jobs: jobs.map { max(0, $0 - used) },
      paid: paid,
      prepared: prepared
    )
    planned += proving.forecast.likely
    display.note(proving.plan)
    let (verdict, trained) = try await proving.verdict(display, progress, writing: store)
    paid.formUnion(trained)
    note(
      Verdict.Step(
        name: name,
        jobs: verdict.jobs,
        outcome: "\(verdict.finding.rawValue): \(verdict.reason)"
      )
    )
    return verdict
  }

  /// Small steps on the behaviour, and on the others for contrast.
  private mutating func mirror() async throws -> [SuspectCluster]? {
    var settings = prepared.settings
    settings.name += " mirrored"
    settings.step(
      RunConfiguration.Mirror(seeds: Self.seeds),
      on: corpus,
      isLocal: prepared.isEmbedded
    )
    settings.weighted = false
    settings.candidates = nil
    settings = settings.filling(
      corpus,
      to: prepared.providers.trainer.trainerCapabilities.minimumExamples
    )
    let steps = settings.models - 1
    if let jobs, used + steps > jobs {
      note(
        Verdict.Step(
          name: "mirrored steps",
          jobs: 0,
          outcome: "left out: they take \(steps) trainings"
        )
      )
      return nil
    }
    let run = prepared.with(settings, try settings.design(of: corpus))
    _ = try await run.run(
      "stepping",
      display: display,
      progress: progress,
      writing: store,
      isQuiet: true
    )
    let record = try RunRecord(path: prepared.store, run: settings.name)
    let clusters = try record.suspects(for: queries)
    note(Verdict.Step(name: "mirrored steps", jobs: steps, outcome: Self.words(clusters)))
    return clusters.isEmpty ? nil : clusters
  }

  /// Seeds of each step.
  private static let seeds = 2

  /// Jobs that are kept for the removal of what scores suspect: with its first models paid a proof takes about
  /// as many, and scores that no removal tests say nothing.
  private static let reserved = 6

  /// The run's own models, whose scores name suspects above chance.
  private mutating func score() async throws -> [SuspectCluster]? {
    var settings = prepared.settings
    if let jobs { settings.models = min(settings.models, jobs - used - Self.reserved) }
    guard settings.models >= ChanceLine.minimumModels else {
      note(
        Verdict.Step(
          name: "scores",
          jobs: 0,
          outcome: "left out: no jobs are left for them and the removal of what they suspect"
        )
      )
      return nil
    }
    let run = prepared.with(settings, try settings.design(of: corpus))
    var clusters: [SuspectCluster] = []
    var models = 0
    _ = try await run.grow(
      StoppingRule(max: settings.models),
      display,
      progress,
      writing: store
    ) { record in
      let before = Set(clusters.flatMap(\.rows))
      clusters = try record.suspects(for: queries)
      models = record.models.count
      let rows = Set(clusters.flatMap(\.rows))
      let common = rows.intersection(before).count
      return !rows.isEmpty && 5 * common >= 4 * rows.union(before).count
        ? "they suspect the same rows as those before the last batch" : nil
    }
    note(Verdict.Step(name: "scores", jobs: models, outcome: Self.words(clusters)))
    return clusters.isEmpty ? nil : clusters
  }

  /// What investigating each behaviour of a run's queries would take; none where θ0's recipe is not known.
  static func ladders(of prepared: PreparedRun) throws -> [RunPlan.Ladder] {
    guard prepared.settings.prompts == nil else { return [] }
    let corpus = prepared.corpus
    let search = SuspectSearch(corpus)
    return try corpus.behaviours.map { behaviour in
      let suspects = search.clusters(for: behaviour.queries)
        .suspected(in: behaviour.queries.map { corpus.queries[$0] })
      let proving = try Proving(
        suspects,
        of: behaviour.name,
        queries: behaviour.queries,
        jobs: nil,
        prepared: prepared
      )
      return RunPlan.Ladder(
        behaviour: behaviour.name,
        suspects: Set(suspects.flatMap(\.rows)).count,
        likely: suspects.isEmpty ? 0 : proving.forecast.likely,
        most: suspects.isEmpty ? 0 : max(proving.forecast.likely, proving.forecast.most),
        steps: seeds * corpus.behaviours.count,
        models: prepared.settings.models
      )
    }
  }
}
