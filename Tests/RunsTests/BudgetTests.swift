import Experiment
import FoundationEssentials
import Synchronization
import TestSupport
import Testing

@testable import Runs

/// The scene's jobs train on 10 + 7 + 7 + 8 + 8 rows of 10 tokens, and 73 losses of 10 tokens follow.
private let rates = Rates(trainingTokens: 1e6, promptTokens: 1e5, completionTokens: 5e5, job: 2)
/// θ0: 102 dollars of training, 13 × 1.50 dollars of reading losses.
private let target = 102 + 19.5
private let total = 5 * 2 + 400 + 73 * 1.5

struct BudgetTests {
  @Test
  func `what a run spends is what its plan said, and what its record says`() async throws {
    let folder = try TemporaryFolder()
    let path = folder.path("run.db")
    var scene = Scene()
    scene.corpus = .scripted(train: 12)
    scene.design = .scripted(examples: 12)
    scene.settings.subset = .size(9)
    // The scripted trainer counts no tokens here, so the scorer's count is what is paid for.
    let trainer = ScriptedTrainer(tokensPerExample: 0)
    let scorer = MeteredScorer(concurrency: 2)
    let plan = Run.plan(
      corpus: scene.corpus,
      settings: scene.settings,
      trainer: trainer,
      scorer: scorer,
      rates: rates
    )
    let dollars = try #require(plan.dollars)
    let run = try scene.run(path, trainer, scorer, rates: rates, cap: dollars)
    let told = Mutex<[Double?]>([])
    let status = try await run.execute { event in
      told.withLock { $0.append(event.progress.dollars) }
    }
    #expect(status.phase == .complete)
    let sums = told.withLock { $0 }
    let most = try #require(sums.compactMap(\.self).max())
    #expect(sums.first == 0 && abs(most - dollars) < 1e-6)
    #expect(abs(try #require(status.dollars) - dollars) < 1e-6)
    let record = try RunRecord(path: path)
    #expect(record.status == status)
    let spent = try #require(record.spending)
    #expect(spent.trainingTokens == plan.trainingTokens)
    #expect(spent.scoringTokens == plan.scoringTokens)
    #expect(abs(spent.dollars - dollars) < 1e-6)
  }

  @Test
  func `a run stops before the training that would exceed its cap and resumes with a higher one`()
    async throws
  {
    let folder = try TemporaryFolder()
    let path = folder.path("run.db")
    let scene = Scene()
    let (trainer, scorer) = (ScriptedTrainer(tokensPerExample: 10), MeteredScorer())
    let error = await #expect(throws: RunError.self) {
      try await scene.run(path, trainer, scorer, rates: rates, cap: target + 71.5).execute()
    }
    #expect(error?.code == .budget)
    #expect(
      error?.message
        == "cannot go on with run 'scene': $121.50 of its cap of $193.00 is spent, and to train "
        + "model-0 would cost $72.00"
    )
    #expect(trainer.jobs.count == 1)
    #expect(scorer.meter.answered.flatMap(\.examples).count == 13)
    #expect(try RunRecord(path: path).status.dollars == target)

    // The last bits of a sum of costs do not matter; the last job does.
    let status = try await scene.run(path, trainer, scorer, rates: rates, cap: total).execute()
    #expect(status.phase == .complete)
    #expect(trainer.jobs.count == 5)
    #expect(scorer.meter.answered.flatMap(\.examples).count == 73)
    #expect(abs(try #require(status.dollars) - total) < 1e-6)
  }

  @Test(arguments: [1, 3])
  func `a run stops before the call for losses that would exceed its cap`(
    concurrency: Int
  ) async throws {
    let folder = try TemporaryFolder()
    let path = folder.path("run.db")
    let scene = Scene()
    let trainer = ScriptedTrainer(tokensPerExample: 10)
    let scorer = MeteredScorer(concurrency: concurrency) { _ in await Task.yield() }
    let error = await #expect(throws: RunError.self) {
      try await scene.run(path, trainer, scorer, rates: rates, cap: 102 + 13).execute()
    }
    #expect(error?.code == .budget)
    // Two calls of four fit into 13 dollars.
    #expect(scorer.meter.calls.count == 2)
    #expect(error?.message.hasSuffix("to read 4 examples under target would cost $6.00") == true)
    let record = try RunRecord(path: path)
    #expect(record.status.dollars == 114.0)
    #expect(try record.targetReadings().count { $0 != nil } == 8)

    #expect(
      try await scene.run(path, trainer, scorer, rates: rates, cap: total).execute().phase
        == .complete
    )
    #expect(scorer.meter.answered.flatMap(\.examples).count == 73)
    #expect(trainer.jobs.count == 5)
  }

  @Test(.timeLimit(.minutes(4)))
  func `what is under way when the cap is reached is waited for and recorded`() async throws {
    let folder = try TemporaryFolder()
    let path = folder.path("run.db")
    var scene = Scene()
    scene.settings.parallelJobs = 2
    let trainer = ScriptedTrainer(tokensPerExample: 10) { job in
      if job.examples.count < 10 { for _ in 0..<1_000 { await Task.yield() } }
    }
    let scorer = MeteredScorer()
    await #expect(throws: RunError.self) {
      // Enough for θ0 and one job more.
      try await scene.run(path, trainer, scorer, rates: rates, cap: target + 83).execute()
    }
    #expect(trainer.jobs.count == 2)
    #expect(try RunRecord(path: path).status.models.succeeded == 1)
    let status = try await scene.run(path, trainer, scorer, rates: rates, cap: total).execute()
    #expect(status.phase == .complete)
    #expect(trainer.jobs.count == 5)
    #expect(scorer.meter.answered.flatMap(\.examples).count == 73)
  }

  @Test
  func `a budget counts what is reserved and refuses everything after its first refusal`() throws {
    let budget = Budget(run: "r", cap: 10, spent: 1)
    try budget.reserve(4, for: "a")
    try budget.reserve(5, for: "b")
    let refusal = #expect(throws: RunError.self) { try budget.reserve(0.000_5, for: "go on") }
    #expect(
      refusal?.message
        == "cannot go on with run 'r': $1.00 of its cap of $10.00 is spent and $9.00 is being spent, "
        + "and to go on would cost $0.0005"
    )
    budget.settle(4, spent: 0)
    #expect(throws: RunError.self) { try budget.reserve(0, for: "go on") }
    let free = Budget(run: "r", cap: nil, spent: 1)
    try free.reserve(1e300, for: "anything")
    #expect(free.refusal == nil)
  }

  @Test(arguments: [
    (0, "$0.00"), (0.000_000_4, "$0.000001"), (1.5, "$1.50"), (25, "$25.00"), (0.1 + 0.2, "$0.30"),
    (1234.567_89, "$1234.56789"),
  ])
  func `an amount is written with cents and what else it needs`(amount: Double, text: String) {
    #expect(Budget.dollars(amount - amount * 1e-15) == text)
  }

  @Test
  func `a deployment is paid by the hour it is open`() async throws {
    let folder = try TemporaryFolder()
    let path = folder.path("run.db")
    let hourly = Rates(hosting: 3_600_000)
    let clock = ContinuousClock()
    let run = try Scene().run(path, ScriptedTrainer(), MeteredScorer(), rates: hourly)
    let wall = try await clock.measure { _ = try await run.execute() } / .seconds(1)
    let spent = try #require(try RunRecord(path: path).spending)
    #expect(spent.hosting > 0)
    #expect(spent.hosting <= wall * 1000)
    #expect(spent.dollars == spent.hosting)
  }

  @Test
  func `rates and caps that mean nothing are refused, and plans with them give no figure`() throws {
    let folder = try TemporaryFolder()
    for (rates, cap) in [
      (Rates(job: -1), nil), (Rates(promptTokens: .nan), nil), (Rates(hosting: .infinity), nil),
      (Rates(), -1), (Rates(), .nan), (nil, 5),
    ] as [(Rates?, Double?)] {
      let error = #expect(throws: RunError.self) {
        try Scene().run(
          folder.path("run.db"),
          ScriptedTrainer(),
          MeteredScorer(),
          rates: rates,
          cap: cap
        )
      }
      #expect(error?.code == .settings)
      guard cap == nil else { continue }
      let scene = Scene()
      let plan = Run.plan(
        corpus: scene.corpus,
        settings: scene.settings,
        trainer: ScriptedTrainer(),
        scorer: MeteredScorer(),
        rates: rates
      )
      #expect(plan.dollars == nil)
    }
  }

  @Test
  func `the hours of a plan follow from its tightest limit`() {
    let scene = Scene()
    func hours(_ throughput: Run.Throughput) -> Double? {
      Run.plan(
        corpus: scene.corpus,
        settings: scene.settings,
        trainer: ScriptedTrainer(),
        scorer: MeteredScorer(concurrency: 2),
        throughput: throughput
      ).hours
    }
    // 380 training tokens; 24 calls with 730 tokens.
    #expect(hours(.init(trainingTokensPerSecond: 10)) == nil)
    #expect(hours(.init(requestsPerMinute: 10)) == nil)
    let byRequests = hours(
      .init(trainingTokensPerSecond: 10, requestsPerMinute: 12, tokensPerMinute: 1e9)
    )
    #expect(byRequests == (38 + 24 * 5) / 3600.0)
    let byTokens = hours(
      .init(trainingTokensPerSecond: 10, requestsPerMinute: 1e9, tokensPerMinute: 60)
    )
    #expect(byTokens == (38 + 730) / 3600.0)
    let byLatency = hours(.init(trainingTokensPerSecond: 10, secondsPerRequest: 3))
    #expect(byLatency == (38 + 36) / 3600.0)
    // θ0, then four perturbed models one after another.
    let byJobs = hours(.init(secondsPerJob: 60, secondsPerRequest: 3))
    #expect(byJobs == (5 * 60 + 36) / 3600.0)
    #expect(hours(.init(trainingTokensPerSecond: 0, requestsPerMinute: .nan)) == nil)
  }

  @Test
  func `what finding a prompt costs is what was scored, and its reservation the most it may be`()
    async throws
  {
    let folder = try TemporaryFolder()
    let path = folder.path("run.db")
    var scene = Scene()
    scene.settings.target = ModelReference("θ0")
    let trainer = SearchingTrainer(most: 40, scored: ScoredInputs(inputs: 25, tokens: 300))
    let scorer = MeteredScorer()
    // 73 losses; 40 inputs of 10 tokens at most for each of four models, and 25 with 300 tokens in truth.
    let plan = Run.plan(
      corpus: scene.corpus,
      settings: scene.settings,
      trainer: trainer,
      scorer: scorer,
      rates: rates
    )
    #expect(plan.jobs == 0)
    #expect(plan.scoredInputs == 73 + 4 * 40)
    #expect(plan.optimisedInputs == 4 * 40)
    #expect(plan.requests == 24 + 4 * 12)
    let expected = Double(73 + 160) * 1.5
    #expect(abs(try #require(plan.dollars) - expected) < 1e-6)
    #expect(plan.warnings.contains { $0.contains("scores 40 inputs at most") })

    let each = 42.5
    let tight = await #expect(throws: RunError.self) {
      try await scene.run(path, trainer, scorer, rates: rates, cap: 13 * 1.5 + 59).execute()
    }
    #expect(tight?.message.hasSuffix("and to train model-0 would cost $60.00") == true)
    let status = try await scene.run(path, trainer, scorer, rates: rates, cap: 500).execute()
    let paid = 73 * 1.5 + 4 * each
    #expect(abs(try #require(status.dollars) - paid) < 1e-6)
    let spent = try #require(try RunRecord(path: path).spending)
    #expect(spent.scoringTokens == 730 + 4 * 300)
    #expect(spent.trainingTokens == 0)
  }

  @Test
  func `a search that fails has cost what it scored, and is charged once when it succeeds`()
    async throws
  {
    let folder = try TemporaryFolder()
    let path = folder.path("run.db")
    var scene = Scene()
    scene.settings.target = ModelReference("θ0")
    let failing = SearchingTrainer(
      most: 40,
      scored: ScoredInputs(inputs: 25, tokens: 300),
      failure: ScriptedFailure()
    )
    // θ0 is read; each model's search reserves 60 dollars and spends 42.50 before it fails.
    let error = await #expect(throws: RunError.self) {
      try await scene.run(path, failing, MeteredScorer(), rates: rates, cap: 19.5 + 110).execute()
    }
    #expect(error?.message.contains("$104.50 of its cap of $129.50 is spent") == true)
    #expect(try RunRecord(path: path).status.dollars == 19.5)
    let trainer = SearchingTrainer(most: 40, scored: ScoredInputs(inputs: 25, tokens: 300))
    let status = try await scene.run(path, trainer, MeteredScorer(), rates: rates, cap: 500)
      .execute()
    let expected = 73 * 1.5 + 4 * 42.5
    #expect(abs(try #require(status.dollars) - expected) < 1e-6)
  }
}

/// A trainer that makes models by scoring.
private struct SearchingTrainer: Trainer {
  let identity = "searching"
  let most: Int
  let scored: ScoredInputs
  var failure: ScriptedFailure?

  var trainerCapabilities: TrainerCapabilities {
    TrainerCapabilities(
      continuesTuned: true,
      weighted: false,
      minimumExamples: 1,
      parallelJobs: 1,
      scoredInputs: most,
      scoringCalls: 12
    )
  }

  func train(
    _ job: ModelJob,
    progress: @escaping @Sendable (TrainingProgress) -> Void
  ) async throws -> TrainedModel {
    progress(TrainingProgress(0.5, scored: scored, limit: most, loss: 1))
    if let failure { throw failure }
    return TrainedModel(
      model: ModelReference("found-\(job.seed)"),
      checkpoints: [],
      hyperparameters: Hyperparameters(),
      tokens: 0,
      scored: scored
    )
  }
}
