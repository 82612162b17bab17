public import Experiment
import Statistics

/// Makes perturbed models without training: each is θ0 behind a prompt drawn for its subset.
///
/// θ0 itself is trained by another trainer, or given.
public struct PromptTrainer: Trainer {
  private let perturbation: PromptPerturbation
  private let segments: [String]
  private let tuner: (any Trainer)?

  /// Creates a trainer.
  ///
  /// - Parameters:
  ///   - perturbation: Where prompts come from.
  ///   - train: The training examples; random prompts are made of their text.
  ///   - tuner: Who trains θ0; `nil` when it is given.
  /// - Throws: `AttributionError` of code `invalidDesign` when prompts cannot be drawn.
  public init(
    _ perturbation: PromptPerturbation,
    train: [Example],
    tuner: (any Trainer)?
  ) throws(AttributionError) {
    self.perturbation = perturbation
    self.tuner = tuner
    guard perturbation.method == .random else {
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
      perturbsByPrompt: true
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
      model: try prompted(base, job).reference,
      checkpoints: [],
      hyperparameters: Hyperparameters(),
      tokens: 0
    )
  }

  private func prompted(_ base: ModelReference, _ job: TrainingJob) -> PromptedModel {
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
    }
  }
}
