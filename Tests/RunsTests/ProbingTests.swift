import Attribution
import Experiment
import FoundationEssentials
import TestSupport
import Testing

@testable import Runs

/// Ten rows probed by three queries, the first of which repeats row 4.
private struct ProbingScene {
  let corpus: Corpus
  let settings: RunSettings

  init() {
    let plain = Corpus.scripted()
    let copy = Example(
      id: "copy",
      prompt: plain.train[4].prompt,
      completion: plain.train[4].completion
    )
    corpus = Corpus(train: plain.train, queries: [copy] + plain.queries.dropFirst())
    settings = RunSettings(
      name: "probing",
      provider: "scripted",
      models: 3,
      seed: 3,
      target: ModelReference("θ0"),
      repeats: RunSettings.Repeats(train: 5, queries: 2),
      perturbation: .prompt(PromptPerturbation(method: .probing))
    )
  }

  func providers(_ scorer: ScriptedScorer) throws -> (PromptTrainer, PromptedScorer) {
    let perturbation = PromptPerturbation(method: .probing)
    let prompted = PromptedScorer(
      scorer,
      train: corpus.train,
      queries: corpus.queries,
      for: perturbation
    )
    return (
      try PromptTrainer(
        perturbation,
        train: corpus.train,
        subset: 0,
        tuner: nil,
        scorer: prompted
      ), prompted
    )
  }

  func open(_ path: String, _ scorer: ScriptedScorer, models: Int = 3) throws -> Run {
    let (trainer, prompted) = try providers(scorer)
    return try Run(
      store: RunStore(path: path),
      corpus: corpus,
      settings: settings,
      design: .probing(examples: 10, queries: models, seed: 3),
      trainer: trainer,
      scorer: prompted,
      program: "test"
    )
  }
}

struct ProbingTests {
  @Test func `probing losses rows alone, as often as planned, and records what it needs`()
    async throws
  {
    let folder = try TemporaryFolder()
    let scene = ProbingScene()
    let calls = Counter()
    let scorer = ScriptedScorer { _, _ in calls.add(1) }
    let (trainer, prompted) = try scene.providers(scorer)
    let plan = Run.plan(
      corpus: scene.corpus,
      settings: scene.settings,
      trainer: trainer,
      scorer: prompted,
      rates: .free
    )
    let path = folder.path("run.db")
    let status = try await scene.open(path, scorer).execute()
    #expect(status.phase == .complete)
    #expect(status.models == .init(planned: 3, succeeded: 3, running: 0, failed: 0))
    #expect(status.losses.expected == 30)
    #expect(status.losses.measured + status.losses.missing + status.losses.censored == 30)
    // θ0 losses ten rows, each query ten, five are read twice; row 4 is not asked behind its copy.
    #expect(plan.jobs == 0)
    #expect(scorer.pairs == 10 + 30 + 5 - 1)
    #expect(plan.requests == calls.value)
    let rows = scene.corpus.train.map { scorer.tokens(in: $0) }
    let overhead = prompted.scorerCapabilities.overhead
    let twice = Coverage(scene.settings, corpus: scene.corpus).repeats.joined()
    #expect(twice.count == 5)
    #expect(
      plan.scoringTokens
        == rows.reduce(0, +) * 4 + twice.reduce(0) { $0 + rows[$1] } + 35 * overhead
    )
    #expect(!plan.warnings.contains { $0.contains("models are few") || $0.contains("subset") })
    #expect(plan.warnings.contains { $0.contains("no example is its own demonstration") })

    let record = try RunRecord(path: path)
    #expect(record.rows() == [0, 1, 2])
    #expect(record.models.map { $0.reference?.name.contains("\"query\"") } == [true, true, true])
    let readings = try record.targetReadings()
    #expect(readings.prefix(10).allSatisfy { $0 != nil })
    #expect(readings.suffix(3).allSatisfy { $0 == nil })
    #expect(try record.losses()[model: 0, column: 4] == nil)
    let behind = scene.corpus.queries[1]
    let row = scene.corpus.train[7]
    guard case .text(let text) = row.prompt else { return }
    let shown = Example(
      id: row.id,
      prompt: .text(behind.prompt.text + behind.completion + "\n\n" + text),
      completion: row.completion
    )
    #expect(
      try record.losses()[model: 1, column: 7]
        == ScriptedScorer.reading(of: shown, under: ModelReference("θ0")).loss
    )
  }

  @Test(arguments: 1...12)
  func `a probing run that is cancelled or killed at any call resumes to the same losses`(
    moment: Int
  ) async throws {
    let folder = try TemporaryFolder()
    let (path, copy) = (folder.path("run.db"), folder.path("copy.db"))
    let scene = ProbingScene()
    _ = try await scene.open(folder.path("whole.db"), ScriptedScorer()).execute()
    let whole = try Outcome(folder.path("whole.db"))

    let calls = Counter()
    let cut = ScriptedScorer { _, _ in
      guard calls.add(1) == moment else { return }
      for suffix in ["", "-wal"] {
        try FileManager.default.copyItem(atPath: path + suffix, toPath: copy + suffix)
      }
      throw CancellationError()
    }
    do {
      let run = try scene.open(path, cut)
      await #expect(throws: CancellationError.self) { try await run.execute() }
    }
    #expect(try await scene.open(path, cut).execute().phase == .complete)
    #expect(try Outcome(path) == whole)
    #expect(cut.pairs == 44)
    #expect(try await scene.open(copy, ScriptedScorer()).execute().phase == .complete)
    #expect(try Outcome(copy) == whole)
  }

  @Test func `probing needs a model a query`() throws {
    let folder = try TemporaryFolder()
    let scene = ProbingScene()
    let error = #expect(throws: RunError.self) {
      try scene.open(folder.path("run.db"), ScriptedScorer(), models: 2)
    }
    #expect(error?.code == .settings)
  }

  @Test(arguments: [true, false])
  func `only candidates are read, as planned, and other candidates are another run`(
    isProbing: Bool
  ) async throws {
    let folder = try TemporaryFolder()
    let path = folder.path("run.db")
    let plain = Scene()
    var settings = plain.settings
    settings.candidates = Candidates(picked: [1, 8], of: 10, audit: 0.25, seed: 2)
    if isProbing {
      settings.prompts = PromptPerturbation(method: .probing)
      settings.models = 3
    }
    let design =
      isProbing ? SubsetDesign.probing(examples: 10, queries: 3, seed: 3) : plain.design
    let calls = Counter()
    let (trainer, scorer) = (ScriptedTrainer(), ScriptedScorer { _, _ in calls.add(1) })
    func open(_ settings: RunSettings) throws -> Run {
      try Run(
        store: RunStore(path: path),
        corpus: plain.corpus,
        settings: settings,
        design: design,
        trainer: trainer,
        scorer: scorer,
        program: "test"
      )
    }
    let plan = Run.plan(
      corpus: plain.corpus,
      settings: settings,
      trainer: trainer,
      scorer: scorer
    )
    #expect(plan.candidates == 4)
    do {
      let status = try await open(settings).execute()
      #expect(status.phase == .complete)
      // Four rows, three queries unless they probe.
      #expect(status.losses.expected == (isProbing ? 3 * 4 : 4 * 7))
    }
    #expect(plan.requests == calls.value)
    #expect(scorer.pairs == (isProbing ? 4 * 4 + 6 : 5 * 7 + 8))
    let wanted = Set(settings.candidates?.all ?? [])
    let record = try RunRecord(path: path)
    let losses = try record.losses()
    for row in 0..<10 where !wanted.contains(row) {
      #expect((0..<settings.models).allSatisfy { losses[model: $0, column: row] == nil })
    }
    #expect(record.rows().count == settings.models)
    #expect(try record.targetReadings().prefix(10).count { $0 != nil } == 4)
    #expect(record.settings.differences(from: settings).isEmpty)
    #expect(try open(settings).resumed)
    var other = settings
    other.candidates = Candidates(picked: [1, 9], of: 10, audit: 0.25, seed: 2)
    let error = #expect(throws: RunError.self) { try open(other) }
    #expect(error?.message.contains("candidates: 4 of 10 rows (") == true)
    other.candidates = Candidates(picked: [1], of: 9, audit: 0.25, seed: 2)
    #expect(throws: RunError.self) { try open(other) }
    other.candidates = nil
    let all = #expect(throws: RunError.self) { try open(other) }
    #expect(all?.message.contains("all rows asked for") == true)
  }

  @Test func `a model behind a query is known by that query`() throws {
    let scene = ProbingScene()
    func keys(_ corpus: Corpus) -> [String] {
      JobKeys(
        corpus: corpus,
        settings: scene.settings,
        design: .probing(examples: 10, queries: 3, seed: 3),
        trainer: "scripted"
      ).models(from: 0)
    }
    let all = keys(scene.corpus)
    #expect(Set(all).count == 3)
    let other = Corpus(
      train: scene.corpus.train,
      queries: [
        scene.corpus.queries[1], scene.corpus.queries[0], scene.corpus.queries[0],
      ]
    )
    #expect(keys(other).prefix(2) == [all[1], all[0]])
    // The same query a second time makes a model of its own.
    #expect(!all.contains(keys(other)[2]))
  }
}
