import Attribution
import Experiment
import FoundationEssentials
import TestSupport
import Testing

@testable import Runs

private let signed = TrainerCapabilities(
  continuesTuned: true,
  weighted: true,
  signed: true,
  minimumExamples: 1,
  parallelJobs: 4
)

/// Ten rows and five queries of two behaviours, with steps from the base.
private func mirrored(
  _ mirror: MirrorPerturbation = MirrorPerturbation(seeds: 2),
  start: Start = .base,
  name: String = "mirror"
) -> Scene {
  let plain = Corpus.scripted(queries: 5)
  var scene = Scene()
  scene.corpus = Corpus(
    train: plain.train,
    queries: plain.queries.enumerated().map {
      Example(id: $1.id, prompt: $1.prompt, completion: $1.completion, tags: [$0 < 3 ? "a" : "b"])
    }
  )
  scene.settings.name = name
  scene.settings.start = start
  scene.settings.models = 1 + 2 * mirror.seeds
  scene.settings.hyperparameters.epochs = 2
  scene.settings.base = ModelReference("stem")
  scene.settings.perturbation = .mirror(mirror)
  scene.design = .mirror(
    mirror,
    behaviours: scene.corpus.behaviours,
    examples: 10,
    start: start,
    seed: 3
  )
  return scene
}

extension Scene {
  fileprivate func plan(_ trainer: ScriptedTrainer, _ scorer: ScriptedScorer) -> RunPlan {
    Run.plan(
      corpus: corpus,
      settings: settings,
      design: design,
      trainer: trainer,
      scorer: scorer,
      rates: .free
    )
  }
}

struct MirrorTests {
  @Test func `steps train on queries and are read on rows, as often as planned`() async throws {
    let folder = try TemporaryFolder()
    let path = folder.path("run.db")
    let scene = mirrored(MirrorPerturbation(seeds: 2, copies: 3))
    let calls = Counter()
    let (trainer, scorer) = (ScriptedTrainer(), ScriptedScorer { _, _ in calls.add(1) })
    let plan = scene.plan(trainer, scorer)
    let status = try await scene.open(path, trainer, scorer).execute()
    #expect(status.phase == .complete)
    #expect(status.models == .init(planned: 5, succeeded: 5, running: 0, failed: 0))
    #expect(status.losses.expected == 50)
    // θ0 and four steps; the base as it is costs no job.
    #expect(plan.jobs == 5 && trainer.jobs.count == 5)
    #expect(plan.requests == calls.value)
    #expect(scorer.pairs == 6 * 10 + 6)
    let tokens = scene.corpus.queries.map { scorer.tokens(in: $0) }
    let rows = scene.corpus.train.reduce(0) { $0 + scorer.tokens(in: $1) }
    #expect(plan.trainingTokens == rows + tokens.reduce(0, +) * 3 * 2 * 2)
    #expect(!plan.warnings.contains { $0.contains("models are few") || $0.contains("subset") })
    let steps = trainer.jobs.filter { !$0.isTarget }
    #expect(steps.allSatisfy { $0.start == ModelReference("stem") && $0.weights == nil })
    #expect(Set(steps.map(\.examples.count)) == [9, 6])
    #expect(Set(steps.flatMap(\.examples).map(\.id)) == Set(scene.corpus.queries.map(\.id)))

    let record = try RunRecord(path: path)
    #expect(record.models[0].reference == ModelReference("stem"))
    #expect(record.settings == scene.settings.with(repeatsOver: 5))
    let losses = try record.losses()
    #expect(
      losses[model: 0, column: 4]
        == ScriptedScorer.reading(of: scene.corpus.train[4], under: ModelReference("stem")).loss
    )
    #expect((0..<5).allSatisfy { losses[model: $0, column: 12] == nil })
    let found = try Study(record).findings(queries: ["query-0"], top: 3)
    #expect(found[0].estimator == "mirror-contrast")
    #expect(found[0].reliability.sampling == .seeds)
    #expect(found[0].reason?.contains("other behaviour") == true)
  }

  @Test(arguments: 1...24)
  func `a mirror run that is cancelled or killed at any call resumes to the same losses`(
    moment: Int
  ) async throws {
    let folder = try TemporaryFolder()
    let (path, copy) = (folder.path("run.db"), folder.path("copy.db"))
    let scene = mirrored()
    _ = try await scene.open(folder.path("whole.db")).execute()
    let whole = try Outcome(folder.path("whole.db"))
    let calls = Counter()
    let cut = { @Sendable in
      guard calls.add(1) == moment else { return }
      for suffix in ["", "-wal"] {
        try FileManager.default.copyItem(atPath: path + suffix, toPath: copy + suffix)
      }
      throw CancellationError()
    }
    let (trainer, scorer) = (
      ScriptedTrainer { _ in try cut() }, ScriptedScorer { _, _ in try cut() }
    )
    do {
      let run = try scene.open(path, trainer, scorer)
      await #expect(throws: CancellationError.self) { try await run.execute() }
    }
    #expect(try await scene.open(path, trainer, scorer).execute().phase == .complete)
    #expect(try Outcome(path) == whole)
    #expect(scorer.pairs == 66)
    #expect(trainer.jobs.count <= 6)
    #expect(try await scene.open(copy).execute().phase == .complete)
    #expect(try Outcome(copy) == whole)
  }

  @Test func `the base of a provider that names none is read as it is, and found again`()
    async throws
  {
    let folder = try TemporaryFolder()
    let path = folder.path("run.db")
    var scene = mirrored(MirrorPerturbation(seeds: 1))
    scene.settings.base = nil
    #expect(try await scene.open(path).execute().phase == .complete)
    let (trainer, scorer) = (ScriptedTrainer(), ScriptedScorer())
    #expect(try await scene.open(path, trainer, scorer).execute().phase == .complete)
    #expect(trainer.jobs.isEmpty && scorer.pairs == 0)
    let record = try RunRecord(path: path)
    #expect(record.models[0].reference == nil && record.models[0].status == .succeeded)
    #expect(
      try record.losses()[model: 0, column: 4]
        == ScriptedScorer.reading(of: scene.corpus.train[4], under: nil).loss
    )
  }

  @Test func `more seeds grow a run, and pay for the difference`() async throws {
    let folder = try TemporaryFolder()
    let path = folder.path("run.db")
    _ = try await mirrored(MirrorPerturbation(seeds: 1)).open(path).execute()
    let (trainer, scorer) = (ScriptedTrainer(), ScriptedScorer())
    let run = try mirrored().open(path, trainer, scorer)
    #expect(run.resumed)
    #expect(try await run.execute().phase == .complete)
    #expect(trainer.jobs.count == 2 && scorer.pairs == 20)
    let record = try RunRecord(path: path)
    #expect(record.settings.perturbation.mirror?.seeds == 2)
    let whole = folder.path("whole.db")
    _ = try await mirrored().open(whole).execute()
    #expect(
      try record.losses().values.map(\.bitPattern)
        == RunRecord(path: whole).losses().values.map(\.bitPattern)
    )
    var other = mirrored()
    other.settings.hyperparameters.epochs = 3
    #expect(throws: RunError.self) { try other.open(path) }
  }

  @Test func `stands beside a run of fine-tunes, and takes over its θ0`() async throws {
    let folder = try TemporaryFolder()
    let path = folder.path("run.db")
    var plain = mirrored(name: "plain")
    plain.settings.perturbation = .finetune
    plain.settings.models = 4
    plain.design = .scripted(start: .base)
    _ = try await plain.open(path).execute()
    let trainer = ScriptedTrainer()
    #expect(try await mirrored().open(path, trainer).execute().phase == .complete)
    #expect(trainer.jobs.count == 4 && trainer.jobs.allSatisfy { !$0.isTarget })
    #expect(try RunRecord(path: path, run: "plain").status.phase == .complete)
    #expect(try RunRecord(path: path).models.count == 5)
  }

  @Test func `keys of steps are the same in every version, and say all that a step is`() {
    func keys(_ scene: Scene) -> [String] {
      JobKeys(
        corpus: scene.corpus,
        settings: scene.settings,
        design: scene.design,
        trainer: "scripted"
      ).models(from: 0)
    }
    let plain = keys(mirrored())
    #expect(Set(plain).count == 5)
    #expect(
      plain == [
        "142f78f43289160b79d2a5db6d54768f", "c102b803ecbb7d2f668f4df0e377ac34",
        "b4c65a4ef8b7817def3ae1cd77ea2818", "29eab9b7bab384e52df90ee251e33fb7",
        "2f05d555808509a307d5790e7fd19d33",
      ]
    )
    #expect(Array(keys(mirrored(MirrorPerturbation(seeds: 3))).prefix(5)) == plain)
    let down = keys(mirrored(MirrorPerturbation(seeds: 2, direction: .down)))
    #expect(down[0] == plain[0] && Set(down + plain).count == 9)
    let copied = keys(mirrored(MirrorPerturbation(seeds: 2, copies: 2)))
    #expect(copied[0] == plain[0] && Set(copied + plain).count == 9)
    #expect(Set(keys(mirrored(start: .target)) + plain).count == 10)
  }

  @Test func `steps down weigh every query -1, at hosts that take such weights`() async throws {
    let folder = try TemporaryFolder()
    let scene = mirrored(MirrorPerturbation(seeds: 1, direction: .down))
    let trainer = ScriptedTrainer(capabilities: signed)
    _ = try await scene.open(folder.path("run.db"), trainer).execute()
    let steps = trainer.jobs.filter { !$0.isTarget }
    #expect(Set(steps.map { $0.weights ?? [] }) == [[-1, -1, -1], [-1, -1]])
    let error = #expect(throws: RunError.self) { try scene.open(folder.path("other.db")) }
    #expect(error?.message.contains("weights below 0, which perturbation.direction") == true)
    var unweighted = signed
    unweighted.weighted = false
    let other = #expect(throws: RunError.self) {
      try scene.open(folder.path("other.db"), ScriptedTrainer(capabilities: unweighted))
    }
    #expect(other?.message.contains("steps up need no weights") == true)
  }

  @Test func `a host's smallest file is reached by copies`() throws {
    let folder = try TemporaryFolder()
    var ten = signed
    ten.minimumExamples = 10
    let trainer = ScriptedTrainer(capabilities: ten)
    let error = #expect(throws: RunError.self) {
      try mirrored().open(folder.path("run.db"), trainer)
    }
    #expect(
      error?.message.contains("model-1 has 3 training examples, the provider needs 10") == true
    )
    let filled = mirrored(MirrorPerturbation(seeds: 1, copies: 5))
    _ = try filled.open(folder.path("run.db"), trainer)
    #expect(filled.settings.notes.contains { $0.contains("stands 5 times") })
    #expect(mirrored(start: .target).settings.notes.contains { $0.contains("nowhere to fall") })
  }
}

extension RunSettings {
  /// The same as a store keeps them.
  fileprivate func with(repeatsOver models: Int) -> RunSettings {
    var settings = self
    settings.repeats.models = models
    return settings
  }
}
