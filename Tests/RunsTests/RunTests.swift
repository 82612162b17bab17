import Experiment
import FoundationEssentials
import Synchronization
import TestSupport
import Testing

@testable import Runs

/// The parts of a small run, to be opened as often as a test likes.
struct Scene {
  var corpus = Corpus.scripted()
  var design = SubsetDesign.scripted()
  var settings = RunSettings(
    name: "scene",
    provider: "scripted",
    models: 4,
    subset: .size(7),
    start: .target,
    seed: 3,
    repeats: RunSettings.Repeats(train: 6, queries: 2)
  )

  func open(
    _ path: String,
    _ trainer: ScriptedTrainer = ScriptedTrainer(),
    _ scorer: ScriptedScorer = ScriptedScorer()
  ) throws -> Run {
    try Run.check(corpus: corpus, settings: settings, design: design, trainer: trainer)
    return try Run(
      store: RunStore(path: path),
      corpus: corpus,
      settings: settings,
      design: design,
      trainer: trainer,
      scorer: scorer,
      program: "test"
    )
  }

  /// What an uninterrupted run of the scene gives.
  func outcome() async throws -> Outcome {
    let folder = try TemporaryFolder()
    let path = folder.path("run.db")
    _ = try await open(path).execute()
    return try Outcome(path)
  }
}

/// All numbers of a run, comparable bit for bit.
struct Outcome: Equatable {
  let losses: [UInt64]
  let censored: Int
  let target: [LossReading?]
  let repeats: [RunRecord.Repeat]
  let references: [ModelReference?]
  let phase: RunStatus.Phase

  init(_ path: String) throws {
    let record = try RunRecord(path: path)
    let matrix = try record.losses()
    losses = matrix.values.map(\.bitPattern)
    censored = matrix.censored
    target = try record.targetReadings()
    repeats = try record.repeats()
    references = [record.target.reference] + record.models.map(\.reference)
    phase = record.status.phase
  }
}

struct RunTests {
  @Test
  func `a run trains and reads losses everything once and records it`() async throws {
    let folder = try TemporaryFolder()
    let path = folder.path("run.db")
    let scene = Scene()
    let (trainer, scorer) = (ScriptedTrainer(), ScriptedScorer())
    let status = try await scene.open(path, trainer, scorer).execute()
    #expect(status.phase == .complete)
    #expect(status.models == .init(planned: 4, succeeded: 4, running: 0, failed: 0))
    #expect(status.losses.expected == 52)
    #expect(status.losses.measured + status.losses.missing + status.losses.censored == 52)

    let record = try RunRecord(path: path)
    #expect(record.status == status)
    #expect(record.corpus == scene.corpus)
    #expect(record.design() == scene.design)
    #expect(record.settings.differences(from: scene.settings).isEmpty)
    #expect(record.settings.models == 4)
    #expect(record.program == "test")
    #expect(record.models.map(\.name) == ["model-0", "model-1", "model-2", "model-3"])
    let matrix = try record.losses()
    for (row, model) in record.models.enumerated() {
      for (column, example) in (scene.corpus.train + scene.corpus.queries).enumerated() {
        let reading = ScriptedScorer.reading(of: example, under: model.reference)
        #expect(matrix[model: row, column: column] == reading.loss)
      }
    }
    #expect(
      try record.targetReadings()
        == (scene.corpus.train + scene.corpus.queries).map {
          ScriptedScorer.reading(of: $0, under: record.target.reference)
        }
    )

    let target = try #require(trainer.jobs.first)
    #expect(target.examples == scene.corpus.train)
    #expect(target.start == nil)
    #expect(trainer.jobs.count == 5)
    for (job, subset) in zip(trainer.jobs.dropFirst(), scene.design.subsets) {
      #expect(job.examples == subset.members.map { scene.corpus.train[$0] })
      #expect(job.start == record.target.reference)
      #expect(job.seed == subset.seed)
    }
    #expect(Set(trainer.jobs.map(\.key)).count == 5)
    let repeats = try record.repeats()
    #expect(repeats.count == 8)
    #expect(Set(repeats.map(\.model)) == [0, 1, 2, 3])
    #expect(repeats.allSatisfy { $0.first.loss == $0.second.loss })
    #expect(scorer.pairs == 73)
  }

  @Test
  func `starting from the base and a given target trains neither`() async throws {
    let folder = try TemporaryFolder()
    var scene = Scene()
    scene.settings.target = ModelReference("ft:given")
    scene.settings.base = ModelReference("plain")
    scene.settings.start = .base
    scene.settings.weighted = true
    scene.settings.keepsCheckpoints = true
    scene.settings.hyperparameters = Hyperparameters(epochs: 3)
    scene.design = .scripted(start: .base, weighted: true)
    let trainer = ScriptedTrainer()
    let status = try await scene.open(folder.path("run.db"), trainer).execute()
    #expect(status.phase == .complete)
    #expect(trainer.jobs.map(\.start) == Array(repeating: ModelReference("plain"), count: 4))
    #expect(trainer.jobs.map(\.weights) == scene.design.subsets.map(\.weights))
    let record = try RunRecord(path: folder.path("run.db"))
    #expect(record.target.reference == ModelReference("ft:given"))
    #expect(record.models.allSatisfy { $0.hyperparameters == Hyperparameters(epochs: 3) })
    #expect(record.models.allSatisfy { $0.checkpoints == [$0.reference] })
    #expect(record.models.allSatisfy { $0.tokens == 7 || $0.tokens == 8 })
  }

  @Test
  func `a finished run asks for nothing when opened again`() async throws {
    let folder = try TemporaryFolder()
    let path = folder.path("run.db")
    _ = try await Scene().open(path).execute()
    let (trainer, scorer) = (ScriptedTrainer(), ScriptedScorer())
    let run = try Scene().open(path, trainer, scorer)
    #expect(run.resumed)
    #expect(try await run.execute().phase == .complete)
    #expect(trainer.jobs.isEmpty)
    #expect(scorer.read.isEmpty)
  }

  @Test(.timeLimit(.minutes(4)))
  func `models side by side give the numbers of one after another`() async throws {
    let folder = try TemporaryFolder()
    let path = folder.path("run.db")
    var scene = Scene()
    scene.settings.parallelJobs = 3
    let (running, most) = (Counter(), Counter())
    let trainer = ScriptedTrainer { job in
      most.raise(to: running.add(1))
      // All but the target's job wait until three are under way together.
      while job.examples.count < 10, most.value < 3 { await Task.yield() }
      running.add(-1)
    }
    _ = try await scene.open(path, trainer).execute()
    #expect(try await Outcome(path) == Scene().outcome())
    #expect(most.value == 3)
  }

  @Test
  func `a failed model is recorded, left out, and tried again by the next run`() async throws {
    let folder = try TemporaryFolder()
    let path = folder.path("run.db")
    let scene = Scene()
    let seed = scene.design.subsets[1].seed
    let events = Mutex<[RunEvent.Occurrence]>([])
    let failing = ScriptedTrainer { job in
      if job.seed == seed, job.examples.count < 10 { throw ScriptedFailure("moderated") }
    }
    let status = try await scene.open(path, failing).execute { event in
      events.withLock { $0.append(event.occurrence) }
    }
    #expect(status.phase == .partial)
    #expect(status.models == .init(planned: 4, succeeded: 3, running: 0, failed: 1))
    #expect(
      events.withLock { $0.contains(.failed(model: "model-1", reason: "moderated")) }
    )
    let record = try RunRecord(path: path)
    #expect(record.models[1].status == .failed)
    #expect(record.models[1].error == "moderated")
    #expect(try record.losses().models == ["model-0", "model-2", "model-3"])
    #expect(record.design().subsets == [0, 2, 3].map { scene.design.subsets[$0] })
    #expect(try record.losses(rows: .planned).models.count == 4)
    #expect(record.design(.planned) == scene.design)

    let trainer = ScriptedTrainer()
    #expect(try await scene.open(path, trainer).execute().phase == .complete)
    #expect(trainer.jobs.map(\.key) == [record.models[1].job])
    #expect(try await Outcome(path) == scene.outcome())
    #expect(try RunRecord(path: path).models[1].error == nil)
  }

  @Test func `a host that trains otherwise than asked is told of`() async throws {
    let folder = try TemporaryFolder()
    var scene = Scene()
    scene.settings.hyperparameters = Hyperparameters(epochs: 1, batchSize: 8)
    let stubborn = ScriptedTrainer(hyperparameters: Hyperparameters(epochs: 3, batchSize: 8))
    let status = try await scene.open(folder.path("run.db"), stubborn).execute()
    #expect(status.phase == .complete)
    #expect(
      status.notes == [
        "the host trained 4 of the models otherwise than asked: with epochs 3, batch size 8 "
          + "instead of epochs 1, batch size 8"
      ]
    )
    // As older programs recorded what a host did not tell.
    let silent = ScriptedTrainer(hyperparameters: Hyperparameters(epochs: -1, batchSize: 0))
    let told = try await scene.open(folder.path("silent.db"), silent).execute()
    #expect(told.notes.isEmpty)
    let obedient = try await scene.open(folder.path("other.db")).execute()
    #expect(obedient.notes.isEmpty)
  }

  @Test
  func `a model whose reading losses fails half way is left out until it is complete`() async throws
  {
    let folder = try TemporaryFolder()
    let path = folder.path("run.db")
    let scene = Scene()
    let calls = Counter()
    let failing = ScriptedScorer { _, _ in
      if calls.add(1) == 6 { throw ScriptedFailure("overloaded") }
    }
    let status = try await scene.open(path, ScriptedTrainer(), failing).execute()
    #expect(status.phase == .partial)
    #expect(status.models.failed == 0)
    let record = try RunRecord(path: path)
    #expect(record.models[0].error == "overloaded")
    #expect(try record.losses().models == ["model-1", "model-2", "model-3"])
    #expect(try record.losses(rows: .planned)[model: 0, column: 1] != nil)

    let scorer = ScriptedScorer()
    #expect(try await scene.open(path, ScriptedTrainer(), scorer).execute().phase == .complete)
    #expect(scorer.pairs == 11)
    #expect(try await Outcome(path) == scene.outcome())
  }

  @Test
  func `a failure of the target ends the run with the provider's own error`() async throws {
    let folder = try TemporaryFolder()
    let path = folder.path("run.db")
    let trainer = ScriptedTrainer { _ in throw ScriptedFailure("refused") }
    do {
      let run = try Scene().open(path, trainer)
      await #expect(throws: ScriptedFailure("refused")) { try await run.execute() }
    }
    #expect(trainer.jobs.count == 1)
    let record = try RunRecord(path: path)
    #expect(record.target.status == .failed)
    #expect(record.target.error == "refused")
    #expect(record.status.phase == .interrupted)
  }

  @Test
  func `a provider's error that is lasting ends the run at the first model`() async throws {
    let folder = try TemporaryFolder()
    let path = folder.path("run.db")
    let scene = Scene()
    let trainer = ScriptedTrainer { job in
      if job.examples.count < 10 { throw FullDisk() }
    }
    let run = try scene.open(path, trainer)
    await #expect(throws: FullDisk.self) { try await run.execute() }
    #expect(try RunRecord(path: path).status.models.failed > 0)
    #expect(try RunRecord(path: path).status.phase == .running)
    #expect(trainer.jobs.count < 5)
  }

  @Test
  func `progress counts every loss and ends where it said it would`() async throws {
    let folder = try TemporaryFolder()
    let events = Mutex<[RunEvent]>([])
    _ = try await Scene().open(folder.path("run.db")).execute { event in
      events.withLock { $0.append(event) }
    }
    let seen = events.withLock { $0 }
    let last = try #require(seen.last?.progress)
    #expect(last.pairs == last.expectedPairs)
    #expect(last.expectedPairs == 73)
    #expect([last.models, last.trained, last.read, last.failed] == [4, 4, 4, 0])
    #expect(last.training.isEmpty)
    #expect(seen.contains { $0.progress.training == ["model-2": TrainingProgress(0.5)] })
    #expect(seen.map(\.progress.pairs) == seen.map(\.progress.pairs).sorted())
  }
}

/// A number that several tasks change.
final class Counter: Sendable {
  private let number = Mutex(0)
  var value: Int { number.withLock { $0 } }

  @discardableResult
  func add(_ amount: Int) -> Int {
    number.withLock { number in
      number += amount
      return number
    }
  }

  func raise(to value: Int) { number.withLock { $0 = max($0, value) } }
}

/// An error that every further job would meet too.
private struct FullDisk: ProviderError {
  let isLasting = true
}
