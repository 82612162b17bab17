import Experiment
import FoundationEssentials
import Synchronization
import TestSupport
import Testing

@testable import Runs

/// The scene makes 30 calls: 5 trainings, 5 × 4 losses of 4 and at most 8 repeats.
private let moments = 1...28

struct InterruptionTests {
  @Test(arguments: moments)
  func `a run that is cancelled at any call resumes to the same losses and repeats nothing`(
    moment: Int
  ) async throws {
    let folder = try TemporaryFolder()
    let path = folder.path("run.db")
    let calls = Counter()
    let (trainer, scorer) = (
      ScriptedTrainer { _ in try Self.cancel(calls, at: moment) },
      ScriptedScorer { _, _ in try Self.cancel(calls, at: moment) }
    )
    let scene = Scene()
    do {
      let run = try scene.open(path, trainer, scorer)
      await #expect(throws: CancellationError.self) { try await run.execute() }
    }
    #expect(try RunRecord(path: path).status.phase == .interrupted)
    #expect(try await scene.open(path, trainer, scorer).execute().phase == .complete)
    #expect(try await Outcome(path) == scene.outcome())
    #expect(scorer.pairs == 73)
    let trained = Dictionary(grouping: trainer.jobs, by: \.key).mapValues(\.count)
    #expect(trained.count == 5)
    // Only the job whose answer never came is asked for again, under the same key.
    #expect(trained.values.reduce(0, +) <= 6)
  }

  @Test(arguments: moments)
  func `a process that dies in any call leaves a store that resumes to the same losses`(
    moment: Int
  ) async throws {
    let folder = try TemporaryFolder()
    let path = folder.path("run.db")
    let copy = folder.path("copy.db")
    let calls = Counter()
    let scene = Scene()
    // What the kernel would keep of a killed process: the files as they are in the midst of a call.
    let freeze = { @Sendable in
      guard calls.add(1) == moment else { return }
      for suffix in ["", "-wal"] {
        try FileManager.default.copyItem(atPath: path + suffix, toPath: copy + suffix)
      }
    }
    let asked = ScriptedTrainer { _ in try freeze() }
    let read = ScriptedScorer { _, _ in try freeze() }
    _ = try await scene.open(path, asked, read).execute()

    let before = try RunRecord(path: copy)
    let losses = before.status.losses
    let recorded =
      losses.measured + losses.missing + losses.censored + (try before.repeats().count)
      + (try before.targetReadings().count { $0 != nil })
    let trained = before.status.models.succeeded + (before.target.reference == nil ? 0 : 1)
    let (trainer, scorer) = (ScriptedTrainer(), ScriptedScorer())
    #expect(try await scene.open(copy, trainer, scorer).execute().phase == .complete)
    #expect(try Outcome(copy) == Outcome(path))
    // Of 73 losses and 5 models in all, those recorded by then are not asked for again.
    #expect(scorer.pairs == 73 - recorded)
    #expect(trainer.jobs.count == 5 - trained)
  }

  @Test(arguments: [3, 9, 17, 25])
  func `a store whose last commit was torn resumes to the same losses`(moment: Int) async throws {
    let folder = try TemporaryFolder()
    let path = folder.path("run.db")
    let copy = folder.path("copy.db")
    let calls = Counter()
    let scene = Scene()
    let scorer = ScriptedScorer { _, _ in
      guard calls.add(1) == min(moment, 20) else { return }
      try FileManager.default.copyItem(atPath: path, toPath: copy)
      let log = try Data(contentsOf: URL(filePath: path + "-wal"))
      try log.prefix(log.count - 1_000 - moment).write(to: URL(filePath: copy + "-wal"))
    }
    _ = try await scene.open(path, ScriptedTrainer(), scorer).execute()
    #expect(try await scene.open(copy).execute().phase == .complete)
    #expect(try Outcome(copy) == Outcome(path))
  }

  @Test
  func `a cancelled task stops within one call and keeps its answer`() async throws {
    let folder = try TemporaryFolder()
    let path = folder.path("run.db")
    let scene = Scene()
    let calls = Counter()
    let running = Mutex<Task<RunStatus, any Error>?>(nil)
    let scorer = ScriptedScorer { _, _ in
      guard calls.add(1) == 2 else { return }
      // Answers although it was cancelled meanwhile.
      while running.withLock({ $0 == nil }) { await Task.yield() }
      running.withLock { $0?.cancel() }
    }
    let run = try scene.open(path, ScriptedTrainer(), scorer)
    let task = Task { try await run.execute() }
    running.withLock { $0 = task }
    await #expect(throws: CancellationError.self) { try await task.value }
    #expect(calls.value == 2)
    #expect(try RunRecord(path: path).targetReadings().count { $0 != nil } == 8)
  }

  private static func cancel(_ calls: Counter, at moment: Int) throws {
    if calls.add(1) == moment { throw CancellationError() }
  }
}
