import Experiment
import FoundationEssentials
import Store
import Synchronization
import TestSupport
import Testing

@testable import Runs

struct SchedulerTests {
  @Test(.timeLimit(.minutes(4)))
  func `trainings and readings run side by side, each within its own limit`() async throws {
    let folder = try TemporaryFolder()
    var scene = Scene()
    scene.settings.models = 6
    scene.settings.parallelJobs = 2
    scene.design = .scripted(models: 6)
    let training = Counter()
    let mostTraining = Counter()
    let scorer = MeteredScorer(batch: 2, concurrency: 6, modelsAtOnce: 2) { _ in
      for _ in 0..<20 { await Task.yield() }
    }
    let trainer = ScriptedTrainer { job in
      mostTraining.raise(to: training.add(1))
      // The last jobs wait until another model is being read.
      if job.seed == 3 + 5 { await waiting { scorer.meter.mostOpen > 0 } }
      await waiting { training.value > 1 || job.examples.count == 10 || job.seed == 3 + 5 }
      training.add(-1)
    }
    #expect(
      try await scene.run(folder.path("run.db"), trainer, scorer).execute().phase == .complete
    )
    let meter = scorer.meter
    #expect(mostTraining.value == 2)
    #expect(meter.mostOpen == 2)
    #expect(meter.unopened == 0)
    // Three calls in each of two models.
    #expect((4...6).contains(meter.mostUnderWay))
    #expect(meter.opened.sorted() == meter.closed.sorted())
    #expect(Set(meter.opened).count == 7)
  }

  @Test
  func `a trained model is read while the next one is being trained`() async throws {
    let folder = try TemporaryFolder()
    let scorer = MeteredScorer()
    let read = Counter()
    let trainer = ScriptedTrainer { job in
      guard job.seed == 4, job.examples.count < 10 else { return }
      await waiting { scorer.meter.closed.count == 2 }
      read.add(scorer.meter.closed.count)
    }
    _ = try await Scene().run(folder.path("run.db"), trainer, scorer).execute()
    #expect(read.value == 2)
  }

  @Test(.timeLimit(.minutes(4)))
  func `what comes next is written down while a model is read, but not opened`() async throws {
    let folder = try TemporaryFolder()
    let path = folder.path("run.db")
    let asked = Mutex<[Int]>([])
    let opened = Counter()
    let scorer = MeteredScorer(opening: { _ in
      // θ0 is the first one; what is asked of the next but one is not known yet.
      guard opened.add(1) == 2 else { return }
      // Not by yielding: whoever writes it down needs the threads.
      for _ in 0..<2_000 where asked.withLock({ $0.count < 3 }) {
        try await Task.sleep(for: .milliseconds(5))
        let acts = try RunDatabase.reader(path: path).acts()
        asked.withLock { $0 = acts.filter { $0.kind == .reading }.map(\.model) }
      }
    })
    _ = try await Scene().run(path, ScriptedTrainer(), scorer).execute()
    #expect(asked.withLock { $0.count } == 3)
    #expect(scorer.meter.mostOpen == 1)
  }

  @Test
  func `second readings are asked for as such, after the first`() async throws {
    let folder = try TemporaryFolder()
    let scorer = MeteredScorer()
    _ = try await Scene().run(folder.path("run.db"), ScriptedTrainer(), scorer).execute()
    let calls = scorer.meter.calls
    #expect(calls.filter { $0.round == 2 }.flatMap(\.examples).count == 8)
    #expect(calls.allSatisfy { (1...2).contains($0.round) })
    for (_, calls) in Dictionary(grouping: calls, by: \.model) {
      #expect(calls.map(\.round) == calls.map(\.round).sorted())
    }
  }

  @Test(.timeLimit(.minutes(4)), arguments: [2, 5, 9, 13])
  func `a resumed pass asks for the very batches it was cut off in`(moment: Int) async throws {
    let folder = try TemporaryFolder()
    let path = folder.path("run.db")
    var scene = Scene()
    scene.corpus = .scripted(train: 10, queries: 3)
    let whole = MeteredScorer(concurrency: 3)
    _ = try await scene.run(folder.path("whole.db"), ScriptedTrainer(), whole).execute()

    let calls = Counter()
    let first = MeteredScorer(concurrency: 3) { _ in
      if calls.add(1) == moment { throw CancellationError() }
    }
    await #expect(throws: CancellationError.self) {
      try await scene.run(path, ScriptedTrainer(), first).execute()
    }
    let second = MeteredScorer(concurrency: 3)
    #expect(try await scene.run(path, ScriptedTrainer(), second).execute().phase == .complete)
    let answered = first.meter.answered + second.meter.answered
    #expect(answered.count == whole.meter.calls.count)
    #expect(Set(answered) == Set(whole.meter.calls))
    #expect(try Outcome(path) == Outcome(folder.path("whole.db")))
  }

  @Test(.timeLimit(.minutes(4)))
  func `what was opened is closed when reading losses fails, and what was paid is kept`()
    async throws
  {
    let folder = try TemporaryFolder()
    let path = folder.path("run.db")
    let scene = Scene()
    let calls = Counter()
    let scorer = MeteredScorer(
      concurrency: 3,
      script: { call in
        if calls.add(1) % 100 == 6 { throw ScriptedFailure("overloaded") }
        for _ in 0..<10 { await Task.yield() }
      },
      opening: { _ in if calls.add(100) > 400 { throw ScriptedFailure("no room") } }
    )
    let status = try await scene.run(path, ScriptedTrainer(), scorer).execute()
    #expect(status.phase == .partial)
    #expect(
      status.notes == [
        "scores rest on 1 of 4 models: 3 not read to the end",
        "their intervals are about 2.0 times as wide as planned",
        "1 models are few: rankings below 10 are mostly noise",
      ]
    )
    let meter = scorer.meter
    #expect(meter.opened.count == 5)
    #expect(meter.opened.sorted() == meter.closed.sorted())
    let record = try RunRecord(path: path)
    #expect(record.models.compactMap(\.error).sorted() == ["no room", "no room", "overloaded"])
    let next = MeteredScorer(concurrency: 3)
    #expect(try await scene.run(path, ScriptedTrainer(), next).execute().phase == .complete)
    let answered = meter.answered + next.meter.answered
    #expect(Set(answered).count == answered.count)
  }

  @Test(.timeLimit(.minutes(4)))
  func `a cancelled run closes what is open, in a task that is not cancelled`() async throws {
    let folder = try TemporaryFolder()
    let running = Mutex<Task<RunStatus, any Error>?>(nil)
    let calls = Counter()
    let scorer = MeteredScorer(concurrency: 4, modelsAtOnce: 2) { _ in
      guard calls.add(1) == 7 else { return }
      await waiting { running.withLock { $0 != nil } }
      running.withLock { $0?.cancel() }
      try Task.checkCancellation()
    }
    let run = try Scene().run(folder.path("run.db"), ScriptedTrainer(), scorer)
    let task = Task { try await run.execute() }
    running.withLock { $0 = task }
    await #expect(throws: CancellationError.self) { try await task.value }
    let meter = scorer.meter
    #expect(!meter.opened.isEmpty)
    #expect(meter.opened.sorted() == meter.closed.sorted())
    #expect(meter.closedCancelled == 0)
  }

  @Test(.timeLimit(.minutes(4)))
  func `a lasting error in reading losses cancels a training under way and leaves a sound store`()
    async throws
  {
    let folder = try TemporaryFolder()
    let path = folder.path("run.db")
    let scene = Scene()
    let cancelled = Counter()
    let trainer = ScriptedTrainer { job in
      guard job.seed == 4, job.examples.count < 10 else { return }
      // A job that takes for ever.
      await waiting { Task.isCancelled }
      cancelled.add(Task.isCancelled ? 1 : 0)
      try Task.checkCancellation()
    }
    let calls = Counter()
    let scorer = MeteredScorer { _ in if calls.add(1) == 6 { throw Refused() } }
    await #expect(throws: Refused.self) {
      try await scene.run(path, trainer, scorer).execute()
    }
    #expect(cancelled.value == 1)
    #expect(scorer.meter.opened.sorted() == scorer.meter.closed.sorted())
    let record = try RunRecord(path: path)
    #expect(record.status.phase == .interrupted)
    #expect(record.models[0].error == "refused")
    #expect(try await scene.open(path).execute().phase == .complete)
    #expect(try await Outcome(path) == scene.outcome())
  }
}

extension Scene {
  /// Opens the scene's run with any scorer, and with money where that matters.
  func run(
    _ path: String,
    _ trainer: any Trainer,
    _ scorer: any Scorer,
    rates: Rates? = nil,
    cap: Double? = nil
  ) throws -> Run {
    try Run(
      store: RunStore(path: path),
      corpus: corpus,
      settings: settings,
      design: design,
      trainer: trainer,
      scorer: scorer,
      program: "test",
      rates: rates,
      cap: cap
    )
  }
}

/// An error that every further call would meet too.
private struct Refused: ProviderError, CustomStringConvertible {
  let isLasting = true
  let description = "refused"
}
