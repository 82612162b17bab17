import Attribution
import Configuration
import Runs
import Experiment
import Foundation
import ReferenceModels
import Synchronization

/// One corpus with its θ0: perturbations are measured on it, and it is retrained on halves of its data.
struct TunedCorpus: Sendable {
  let corpus: Corpus
  /// The tag of the rows to be found.
  let tag: String
  /// The tag of the rows that must not be taken for them.
  let decoyTag: String?
  private let seed: UInt64
  private let folder: URL
  private let provider: ReferenceProvider
  private let target: ModelReference
  private let recipe = Defaults.local

  /// Trains θ0 by the recipe, as the demo does.
  ///
  /// - Parameters:
  ///   - corpus: The examples.
  ///   - tag: Tag of the rows to be found.
  ///   - decoyTag: Tag of the decoys.
  ///   - seed: Seed of everything random.
  ///   - folder: Where stores and weights go.
  /// - Throws: What training throws.
  init(
    corpus: Corpus,
    tag: String,
    against decoyTag: String?,
    seed: UInt64,
    folder: URL
  ) async throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    self.corpus = corpus
    self.tag = tag
    self.decoyTag = decoyTag
    self.seed = seed
    self.folder = folder
    provider = try ReferenceProvider(
      folder: folder.appending(path: "models").path,
      architecture: Defaults.architecture,
      vocabularyFrom: corpus.train,
      seed: seed
    )
    let job = ModelJob(
      key: "target",
      start: nil,
      examples: corpus.train,
      hyperparameters: recipe.target,
      seed: seed,
      isTarget: true
    )
    target = try await provider.train(job, progress: { _ in }).model
  }

  /// Inputs that reading all losses under one model scores.
  var inputs: Int { corpus.train.count + corpus.queries.count }

  /// Positions of the queries with the tag.
  var asked: [Int] {
    corpus.queries.indices.filter { corpus.queries[$0].tags.contains(tag) }
  }

  /// How many of the queries with the tag θ0 answers as written, with a probability above one half.
  func answered(_ tag: String) async throws -> (given: Int, of: Int) {
    let queries = corpus.queries.filter { $0.tags.contains(tag) }
    let readings = try await provider.read(queries, under: target)
    return (readings.count { ($0.loss?.value ?? .infinity) < log(2) }, queries.count)
  }

  /// Perturbs, reads losses and scores.
  ///
  /// - Parameters:
  ///   - perturbation: How.
  ///   - budget: Most inputs scored, θ0's own losses apart.
  ///   - truth: What scores should predict; `nil` leaves it out.
  /// - Returns: What it reached and what it took.
  /// - Throws: What a run or its evaluation throws.
  func measure(
    _ perturbation: ComparedPerturbation,
    budget: Int,
    against truth: GroundTruth?
  ) async throws -> Outcome {
    let meter = MeteredScorer(provider)
    var settings = settings(perturbation.name)
    settings.prompts = try perturbation.prompts?.resolved(for: corpus.train)
    settings.hyperparameters = recipe.hyperparameters
    settings.start = perturbation.prompts == nil ? recipe.start : .target
    let subset = settings.subsetSize(of: corpus.train.count)
    var trainer: any Trainer = provider
    var scorer: any Scorer = meter
    if let prompts = settings.prompts {
      let prompted = PromptedScorer(
        meter,
        train: corpus.train,
        queries: corpus.queries,
        for: prompts
      )
      scorer = prompted
      trainer = try PromptTrainer(
        prompts,
        train: corpus.train,
        subset: subset,
        tuner: provider,
        scorer: prompted
      )
    }
    let cost = inputs + (trainer.trainerCapabilities.scoredInputs ?? 0)
    settings.models = perturbation.models ?? budget / cost
    var design = try SubsetDesign.random(
      examples: corpus.train.count,
      models: settings.models,
      size: subset,
      start: settings.start,
      seed: seed
    )
    if case .nearest(let count) = perturbation.subsets {
      design = design.nearest(count, in: corpus)
    }
    if settings.perturbation.matrix == .queries {
      settings.models = corpus.queries.count
      design = .probing(
        examples: corpus.train.count,
        queries: corpus.queries.count,
        seed: seed
      )
    }

    let start = processorSeconds
    let record = try await run(settings, design, trainer, scorer)
    let seconds = processorSeconds - start
    // Whatever is compared losses everything under θ0 too.
    let own = try record.targetReadings().count { $0 != nil }
    var study = Study(record)
    if let parts = perturbation.parts {
      study = Study(corpus: corpus, design: record.design()) { [seed] view in
        try record.losses(view).mixed(by: parts, seed: seed)
      }
    }
    let evaluations = try ScoreReading.all.map { reading -> Evaluation? in
      // Probing has estimators of its own.
      if settings.perturbation.matrix == .queries, reading.method.estimator != .auto { return nil }
      return try study.evaluate(
        tag: tag,
        against: decoyTag,
        grouped: reading.isGrouped,
        method: reading.method,
        draws: 0
      )
    }
    let predicted = try [asked, Array(corpus.queries.indices)].map { queries in
      try truth.flatMap {
        let scores = try study.scores(
          queries: queries.map { corpus.queries[$0].id },
          method: Method(purpose: .counterfactual)
        )
        return Prediction(of: scores, queries, against: $0)
      }
    }
    return Outcome(
      models: settings.models,
      inputs: meter.inputs - own,
      calls: meter.calls,
      seconds: seconds,
      evaluations: evaluations,
      asked: predicted[0],
      all: predicted[1]
    )
  }

  /// Retrains θ0 on random halves of its data by its own recipe, twice each.
  ///
  /// - Parameter subsets: Halves.
  /// - Returns: How well each retrained model answers each query.
  /// - Throws: What a run throws.
  func retrain(_ subsets: Int) async throws -> GroundTruth {
    var settings = settings("retraining")
    settings.models = 2 * subsets
    settings.subset = .ratio(0.5)
    settings.hyperparameters = recipe.target
    settings.start = .base
    let halves = try SubsetDesign.random(
      examples: corpus.train.count,
      models: subsets,
      size: settings.subsetSize(of: corpus.train.count),
      start: .base,
      // Another seed than the perturbations', whose subsets must not be among these.
      seed: ~seed
    )
    let design = SubsetDesign(
      examples: halves.examples,
      start: .base,
      seed: halves.seed,
      subsets: [0, 1].flatMap { repeated in
        halves.subsets.map { Subset(seed: $0.seed &+ repeated, members: $0.members) }
      }
    )
    let losses = try await run(settings, design, provider, provider).losses()
    return GroundTruth(losses: losses, design: design, seeds: 2)
  }

  private func settings(_ name: String) -> RunSettings {
    RunSettings(
      name: name,
      provider: "reference",
      models: recipe.count,
      subset: .ratio(recipe.subsetRatio),
      start: .target,
      seed: seed,
      repeats: RunSettings.Repeats(train: 0, queries: 0),
      parallelJobs: ProcessInfo.processInfo.activeProcessorCount,
      target: target
    )
  }

  private func run(
    _ settings: RunSettings,
    _ design: SubsetDesign,
    _ trainer: any Trainer,
    _ scorer: any Scorer
  ) async throws -> RunRecord {
    let store = folder.appending(path: "\(settings.name).db").path
    let run = try Run(
      store: RunStore(path: store),
      corpus: corpus,
      settings: settings,
      design: design,
      trainer: trainer,
      scorer: scorer,
      program: "benchmarks"
    )
    let status = try await run.execute()
    guard status.phase == .complete else {
      throw RunError(
        .provider,
        "cannot compare '\(settings.name)': \(status.notes.joined(separator: "; "))"
      )
    }
    return try RunRecord(path: store)
  }
}

/// What a perturbation reached on one corpus, and what it took.
struct Outcome: Sendable {
  let models: Int
  /// Inputs scored beside θ0's own losses.
  let inputs: Int
  /// Calls of the scorer, each of at most one batch.
  let calls: Int
  /// Processor time of perturbing and reading losses, all threads together.
  let seconds: Double
  /// One a reading; `nil` for estimators that are not for these models.
  let evaluations: [Evaluation?]
  /// Linear datamodelling score of the tag's queries.
  let asked: Prediction?
  /// The same of all queries.
  let all: Prediction?
}

/// Processor time that this process has used, in seconds; unlike wall time it means the same on a busy
/// machine.
var processorSeconds: Double { Double(clock()) / Double(CLOCKS_PER_SEC) }

/// Counts what passes through.
final class MeteredScorer: Scorer {
  private let inner: any Scorer
  private let count = Mutex((inputs: 0, calls: 0))

  init(_ inner: any Scorer) { self.inner = inner }

  var inputs: Int { count.withLock { $0.inputs } }
  var calls: Int { count.withLock { $0.calls } }
  var scorerCapabilities: ScorerCapabilities { inner.scorerCapabilities }

  func tokens(in example: Example) -> Int { inner.tokens(in: example) }

  func read(
    _ examples: [Example],
    under model: ModelReference?,
    round: Int
  ) async throws -> [LossReading] {
    count.withLock { $0 = ($0.inputs + examples.count, $0.calls + 1) }
    return try await inner.read(examples, under: model, round: round)
  }
}
