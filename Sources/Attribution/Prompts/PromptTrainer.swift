public import Experiment
import Statistics

/// Makes perturbed models without training: each is θ0 behind a prompt made for its subset.
///
/// θ0 itself is trained by another trainer, or given. An optimisation that was interrupted asks for the
/// very same prices again, which a host's recorded replies answer.
public struct PromptTrainer: Trainer {
  private let perturbation: PromptPerturbation
  private let segments: [String]
  private let tuner: (any Trainer)?
  private let scorer: PromptedScorer
  private let subset: Int

  /// Creates a trainer.
  ///
  /// - Parameters:
  ///   - perturbation: Where prompts come from.
  ///   - train: The training examples; random prompts are made of their text.
  ///   - subset: Size of a perturbed model's subset, for plans.
  ///   - tuner: Who trains θ0; `nil` when it is given.
  ///   - scorer: Who prices behind prompts while they are optimised.
  /// - Throws: `AttributionError` of code `invalidDesign` when prompts cannot be drawn.
  public init(
    _ perturbation: PromptPerturbation,
    train: [Example],
    subset: Int,
    tuner: (any Trainer)?,
    scorer: PromptedScorer
  ) throws(AttributionError) {
    self.perturbation = perturbation
    self.subset = subset
    self.tuner = tuner
    self.scorer = scorer
    guard [.random, .bdpl].contains(perturbation.method) else {
      segments = []
      return
    }
    segments =
      SegmentVocabulary(of: train.map { $0.prompt.text }, size: perturbation.vocabulary).segments
    guard segments.count > 1 else {
      throw AttributionError(
        .invalidDesign,
        "cannot draw random prompts",
        cause: "only \(segments.count) segments occur more than 5 times in the training prompts",
        hint: "use perturbation.method: \"demonstrations\""
      )
    }
  }

  /// What θ0's trainer can do; prompts need no training.
  public var trainerCapabilities: TrainerCapabilities {
    TrainerCapabilities(
      continuesTuned: true,
      weighted: false,
      minimumExamples: perturbation.method == .demonstrations ? perturbation.demonstrations + 1 : 1,
      parallelJobs: tuner?.trainerCapabilities.parallelJobs ?? 1,
      scoredInputs: perturbation.method == .bdpl
        ? perturbation.optimizer.scoredInputs(examples: subset) : 0
    )
  }

  /// Trains θ0, or draws the prompt of a perturbed model; equal jobs give equal prompts.
  ///
  /// - Parameters:
  ///   - job: What to make: a perturbed model starts from θ0.
  ///   - progress: Called by θ0's trainer.
  /// - Returns: The model.
  /// - Throws: What θ0's trainer throws; `AttributionError` when there is none.
  public func train(
    _ job: TrainingJob,
    progress: @escaping @Sendable (Double) -> Void
  ) async throws -> TrainedModel {
    guard !job.isTarget, let base = job.start else {
      guard let tuner else {
        throw AttributionError(
          .invalidDesign,
          "cannot train θ0",
          cause: "prompts train nothing",
          hint: "name it: target: { model: \"…\" }"
        )
      }
      return try await tuner.train(job, progress: progress)
    }
    return TrainedModel(
      model: try await prompted(base, job).reference,
      checkpoints: [],
      hyperparameters: Hyperparameters(),
      tokens: 0
    )
  }

  private func prompted(
    _ base: ModelReference,
    _ job: TrainingJob
  ) async throws -> PromptedModel {
    var generator = SplitMix64(seed: job.seed, stream: 0x70_72_6F_6D_70_74)
    switch perturbation.method {
    case .demonstrations:
      let count = min(perturbation.demonstrations + 1, job.examples.count)
      let drawn = generator.sample(count, of: job.examples.count)
      return PromptedModel(
        base: base,
        demonstrations: generator.shuffled(drawn).map { job.examples[$0].id }
      )
    case .random:
      let words = (0..<perturbation.length).map { _ in
        segments[generator.below(segments.count)]
      }
      return PromptedModel(base: base, prefix: words.joined(separator: " "))
    case .bdpl: return PromptedModel(base: base, prefix: try await optimised(base, job))
    case .probing:
      guard let query = job.examples.first, job.examples.count == 1 else {
        throw AttributionError(
          .invalidDesign,
          "cannot probe with job '\(job.key)'",
          cause: "it has \(job.examples.count) examples instead of one query"
        )
      }
      return PromptedModel(base: base, query: query.id)
    }
  }

  /// The prompt that lowers the subset's mean NLL most.
  private func optimised(_ base: ModelReference, _ job: TrainingJob) async throws -> String {
    let optimizer = PromptOptimizer(
      settings: perturbation.optimizer,
      vocabulary: segments,
      seed: job.seed
    )
    try await scorer.tenancy.enter(base)
    do {
      let outcome = try await optimizer.optimize(examples: job.examples.count) { prompt, batch in
        try await loss(of: batch.map { job.examples[$0].behind(prompt, []) }, under: base)
      }
      await scorer.tenancy.leave(base)
      return outcome.prompt
    } catch {
      await scorer.tenancy.leave(base)
      throw error
    }
  }

  /// Mean NLL of what could be measured, in nats; NaN when nothing could.
  private func loss(of examples: [Example], under base: ModelReference) async throws -> Double {
    let size = max(1, scorer.scorerCapabilities.batch)
    var losses: [Double] = []
    for first in stride(from: 0, to: examples.count, by: size) {
      let some = Array(examples[first..<min(first + size, examples.count)])
      for price in try await scorer.inner.price(some, under: base, reading: 1) {
        if case .measured(let nll) = price.loss { losses.append(nll) }
      }
    }
    return losses.isEmpty ? .nan : losses.reduce(0, +) / Double(losses.count)
  }
}
