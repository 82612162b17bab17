import Attribution
import Runs
import Experiment
import Foundation
import Statistics

/// 100,000 examples × 50 models × 100 queries, from a store on disk to top-20 lists.
func scoring() async throws {
  let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  let store = folder.appending(path: "run.db").path
  let corpus = Corpus(
    train: (0..<100_000).map {
      Example(id: "train-\($0)", prompt: .text("question \($0)"), completion: " yes")
    },
    queries: (0..<100).map {
      Example(id: "query-\($0)", prompt: .text("asked \($0)"), completion: " yes")
    }
  )
  var settings = RunSettings(
    name: "scoring",
    provider: "none",
    models: 50,
    subset: .size(1000),
    start: .target,
    repeats: RunSettings.Repeats(train: 0, queries: 0)
  )
  settings.target = ModelReference("target")
  let design = try SubsetDesign.random(
    examples: 100_000,
    models: 50,
    size: 1000,
    start: .target,
    seed: 1
  )
  let models = MadeUpModels()
  let run = try Run(
    store: RunStore(path: store),
    corpus: corpus,
    settings: settings,
    design: design,
    trainer: models,
    scorer: models,
    program: "benchmarks"
  )
  _ = try await run.execute { _ in }
  let record = try RunRecord(path: store)
  for estimator in Estimator.allCases {
    let total = try seconds {
      let losses = try record.losses()
      let attributor = try Attributor(
        losses: losses,
        design: record.design(),
        estimator: estimator
      )
      let lists = try attributor.top(
        20,
        for: corpus.queries.indices.map { QueryProfile(name: "\($0)", members: [$0]) }
      )
      precondition(lists.count == 100 && lists.allSatisfy { $0.count == 20 })
    }
    print(
      "scoring 100,000 x 50 x 100 from a store to top-20, \(estimator.rawValue): "
        + "\(total.formatted) s"
    )
  }
  var usage = rusage()
  getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
  print("peak memory, writing the store included: \(usage.ru_maxrss / 1024) MB")
}

/// A provider whose losses are seeded noise around two common factors.
private struct MadeUpModels: Trainer, Scorer {
  var identity: String { "made-up" }
  var trainerCapabilities: TrainerCapabilities {
    TrainerCapabilities(
      continuesTuned: true,
      weighted: true,
      minimumExamples: 1,
      parallelJobs: 2
    )
  }
  var scorerCapabilities: ScorerCapabilities {
    ScorerCapabilities(exact: true, batch: 1000, method: "made-up")
  }

  func train(
    _ job: ModelJob,
    progress: @escaping @Sendable (TrainingProgress) -> Void
  ) async throws -> TrainedModel {
    TrainedModel(
      model: ModelReference("\(job.seed)"),
      checkpoints: [],
      hyperparameters: job.hyperparameters,
      tokens: 0
    )
  }

  func read(
    _ examples: [Example],
    under model: ModelReference?,
    round: Int
  ) async throws -> [LossReading] {
    let seed = UInt64(model?.name ?? "") ?? 0
    return examples.map { example in
      let text = example.prompt.text
      var own = SplitMix64(
        seed: seed,
        stream: text.utf8.reduce(0) { ($0 &* 31) &+ UInt64($1) }
      )
      let loss = 3 + 0.5 * own.normal()
      return LossReading(
        loss: .measured(loss),
        tokens: 1,
        tokenLogProbabilities: [Float(-loss)],
        method: "made-up"
      )
    }
  }

  func tokens(in example: Example) -> Int { 1 }
}
