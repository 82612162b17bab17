import Experiment
import TestSupport
import Testing

@testable import Runs

/// A scorer that has no loss for some examples.
private struct RefusingScorer: Scorer {
  let refuses: @Sendable (Example) -> Bool

  var scorerCapabilities: ScorerCapabilities {
    ScorerCapabilities(exact: true, batch: 4, method: "scripted")
  }

  func read(
    _ examples: [Example],
    under model: ModelReference?,
    round: Int
  ) async throws -> [LossReading] {
    examples.map {
      refuses($0)
        ? .missing(reason: "box refused \($0.completion.utf8.count) bytes")
        : LossReading(
          loss: .measured(1),
          tokens: 1,
          tokenLogProbabilities: [-1],
          method: "scripted"
        )
    }
  }

  func tokens(in example: Example) -> Int { 1 }
}

struct MissingTests {
  private func run(
    _ path: String,
    _ trainer: ScriptedTrainer = ScriptedTrainer(),
    refusing: @escaping @Sendable (Example) -> Bool
  ) throws -> Run {
    let scene = Scene()
    return try Run(
      store: RunStore(path: path),
      corpus: scene.corpus,
      settings: scene.settings,
      design: scene.design,
      trainer: trainer,
      scorer: RefusingScorer(refuses: refusing),
      program: "test"
    )
  }

  @Test
  func `a run goes on without refused rows and ends with their ids and reasons`() async throws {
    let folder = try TemporaryFolder()
    let path = folder.path("run.db")
    let status = try await run(path) { ["train-2", "query-1"].contains($0.id) }.execute()
    #expect(status.phase == .complete && status.losses.missing == 8)
    #expect(
      status.missing == [
        .init(reason: "box refused 8 bytes", count: 8, examples: ["train-2", "query-1"])
      ]
    )
    #expect(try RunRecord(path: path).status.missing == status.missing)
  }

  @Test
  func `a run none of whose rows has a loss ends before models are trained`() async throws {
    let folder = try TemporaryFolder()
    let trainer = ScriptedTrainer()
    let run = try run(folder.path("run.db"), trainer) { _ in true }
    let error = await #expect(throws: RunError.self) { try await run.execute() }
    #expect(error?.code == .provider)
    #expect(
      error?.message.hasPrefix("cannot read losses of any example under the target: 13 losses")
        == true
    )
    #expect(error?.message.contains("box refused 8 bytes") == true)
    #expect(try RunRecord(path: folder.path("run.db")).models.allSatisfy { $0.status == .planned })
  }

  @Test
  func `once the cause is mended, the same run asks again for what it had no loss of`()
    async throws
  {
    let folder = try TemporaryFolder()
    let path = folder.path("run.db")
    await #expect(throws: RunError.self) { try await run(path) { _ in true }.execute() }
    let status = try await run(path) { _ in false }.execute()
    #expect(status.phase == .complete && status.losses.missing == 0)
    #expect(try RunRecord(path: path).targetReadings().allSatisfy { $0?.loss == .measured(1) })
  }
}
