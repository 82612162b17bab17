import Experiment
import TestSupport
import Testing

@testable import Attribution
@testable import Runs

/// The first three models of a run on known worlds.
@Suite struct `a pilot` {
  private func settings(_ start: Start = .base) -> RunSettings {
    RunSettings(
      name: "known",
      provider: "known",
      models: 10,
      subset: .ratio(0.3),
      start: start,
      repeats: RunSettings.Repeats(train: 0, queries: 0),
      parallelJobs: 4
    )
  }

  private func run(
    _ settings: RunSettings,
    _ design: SubsetDesign,
    _ host: KnownHost,
    _ store: RunStore
  ) async throws {
    _ = try await Run(
      store: store,
      corpus: host.world.corpus,
      settings: settings,
      design: design,
      trainer: host,
      scorer: host,
      program: "test"
    ).execute()
  }

  @Test func `measures noise and strength, and the run uses two of its models`() async throws {
    let folder = try TemporaryFolder()
    let store = try RunStore(path: folder.path("run.db"))
    let host = KnownHost(KnownWorld(.lexical, rows: 200, seed: 3), job: 0.05, pair: 0.05)
    let settings = settings()
    let design = try SubsetDesign.random(examples: 200, models: 10, size: 60, start: .base, seed: 0)
    let pilot = try PilotRun(settings, design)
    try await run(pilot.settings, pilot.design, host, store)
    // θ0, two models of the run, and a twin of the first.
    #expect(host.jobs.count == 4)
    #expect(host.jobs[1...].count { $0.examples.map(\.id) == host.jobs[1].examples.map(\.id) } == 2)
    let found = try pilot.pilot(store: store.path)
    let noise = try #require(found.noise)
    #expect(noise > 0.001 && noise < 0.5)
    let behaviour = try #require(found.behaviours.first { $0.name == "behaviour" })
    let strength = try #require(behaviour.strength)
    // Nine of thirty guilty rows at a need of six leave most of the probability to be learned.
    #expect(strength > 0.01 && strength < 0.35)
    #expect(found.advice.subsetRatio == 0.6)
    #expect(found.subsetRatio == 0.3 && found.advice.start == .base)
    #expect(found.advice.estimator == "log-dc")
    try await run(settings, design, host, store)
    #expect(host.jobs.count == 4 + 8)
  }

  @Test func `advises more models and another start where seeds decide`() throws {
    let corpus = KnownWorld(.lexical, rows: 100, seed: 0).corpus
    let rows = corpus.train.indices.map { Double($0 % 7) }
    // The twin differs from the first model as much as the second one does.
    let models = [rows.map { $0 + 1 }, rows.map { $0 + 2 }, rows.map { $0 }]
    let queries = corpus.queries.map { _ in 1.0 }
    let losses = LossMatrix(
      models: ["0", "1", "2"],
      train: corpus.train.map(\.id),
      queries: corpus.queries.map(\.id),
      view: .sum,
      values: corpus.train.indices.flatMap { row in models.map { $0[row] } }
        + queries.flatMap { [$0, $0, $0] },
      censored: []
    )
    let pilot = Pilot(
      corpus,
      losses: losses,
      target: queries,
      subsetRatio: 0.3,
      start: .target
    )
    #expect(pilot.noise == 1 && pilot.advice.start == .base && pilot.advice.models == nil)
    #expect(pilot.behaviours.allSatisfy { $0.strength == nil })
  }

  /// The smallest correlation above chance in closed form.
  ///
  /// With t the quantile of 0.05/N at K − 2 degrees of freedom it is t/√(t² + K − 2): SciPy 1.17.1 gives
  /// .8041 for K = 17 and .7888 for K = 18, N = 1,000.
  @Test func `asks for models enough to tell a correlation from the best of many`() {
    #expect(Pilot.models(rows: 1000, correlation: 0.8) == 18)
    #expect(Pilot.models(rows: 1000, correlation: 0) == nil)
  }

  @Test func `is for fine-tunes on random rows`() throws {
    var settings = settings()
    settings.perturbation = .mirror(MirrorPerturbation())
    let design = try SubsetDesign.random(examples: 20, models: 3, size: 6, start: .base, seed: 0)
    #expect(throws: RunError.self) { try PilotRun(settings, design) }
  }
}
