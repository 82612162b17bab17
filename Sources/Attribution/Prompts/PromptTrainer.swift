public import Experiment
import Statistics
import Synchronization

/// Makes perturbed models without training: each is θ0 behind a prompt made for its subset.
///
/// θ0 itself is trained by another trainer, or given. An optimisation that was interrupted asks for the
/// very same losses again, which a host's recorded replies answer.
public struct PromptTrainer: Trainer {
  /// Fewer segments than the authors' scripts use at least say that the text is made from templates.
  private static let fewestSegments = 20

  private let perturbation: PromptPerturbation
  private let segments: [String]
  private let tuner: (any Trainer)?
  private let scorer: PromptedScorer
  private let subset: Int
  private let labels: LabelSet?

  /// Creates a trainer.
  ///
  /// - Parameters:
  ///   - perturbation: Where prompts come from.
  ///   - train: The training examples; random prompts are made of their text.
  ///   - subset: Size of a perturbed model's subset, for plans.
  ///   - tuner: The trainer of θ0; `nil` when it is given.
  ///   - scorer: The scorer behind prompts while they are optimised.
  /// - Throws: `AttributionError` of code `invalidDesign` when prompts cannot be drawn or optimised within
  ///   the limit, or given labels lack an example's.
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
    if perturbation.method == .bdpl, let named = perturbation.labels, !named.isEmpty {
      labels = try LabelSet(named, of: train)
    } else {
      labels = nil
    }
    guard [.random, .bdpl].contains(perturbation.method) else {
      segments = []
      return
    }
    segments =
      SegmentVocabulary(
        of: train.map { $0.prompt.text },
        size: perturbation.vocabulary,
        fewest: Self.fewestSegments
      ).segments
    guard segments.count > 1 else {
      throw AttributionError(
        .invalidDesign,
        "cannot draw random prompts",
        cause: "the training prompts have \(segments.count == 1 ? "one word" : "no words")",
        hint: "use perturbation.method: \"demonstrations\""
      )
    }
    if perturbation.method == .bdpl {
      try perturbation.optimizer.check(
        examples: subset,
        inputsPerExample: perturbation.inputsPerExample,
        vocabulary: segments.count
      )
    }
  }

  /// θ0's trainer; the prompts are told by the perturbation, which is part of a job as well.
  public var identity: String { tuner?.identity ?? "prompts" }

  /// What θ0's trainer can do; prompts need no training.
  public var trainerCapabilities: TrainerCapabilities {
    Self.capabilities(of: perturbation, subset: subset, tuner: tuner, scorer: scorer)
  }

  /// What a trainer of prompts could do, before one is made.
  ///
  /// - Parameters:
  ///   - perturbation: Where prompts come from.
  ///   - subset: Size of a perturbed model's subset.
  ///   - tuner: The trainer of θ0; `nil` when it is given.
  ///   - scorer: The scorer.
  /// - Returns: Its capabilities.
  package static func capabilities(
    of perturbation: PromptPerturbation,
    subset: Int,
    tuner: (any Trainer)?,
    scorer: any Scorer
  ) -> TrainerCapabilities {
    let isOptimising = perturbation.method == .bdpl
    let inputs = perturbation.inputsPerExample
    return TrainerCapabilities(
      continuesTuned: true,
      weighted: false,
      minimumExamples: perturbation.method == .demonstrations ? perturbation.demonstrations + 1 : 1,
      parallelJobs: tuner?.trainerCapabilities.parallelJobs ?? 1,
      scoredInputs: isOptimising
        ? perturbation.optimizer.scoredInputs(examples: subset, inputsPerExample: inputs) : 0,
      scoringCalls: isOptimising
        ? perturbation.optimizer.scoringCalls(
          examples: subset,
          inputsPerExample: inputs,
          batch: max(1, scorer.scorerCapabilities.batch)
        ) : 0,
      keepsRows: tuner?.trainerCapabilities.keepsRows ?? true
    )
  }

  /// Trains θ0, or draws the prompt of a perturbed model; equal jobs give equal prompts.
  ///
  /// - Parameters:
  ///   - job: What to make: a perturbed model starts from θ0.
  ///   - progress: Called by θ0's trainer, and while a prompt is optimised.
  /// - Returns: The model.
  /// - Throws: What θ0's trainer throws; `AttributionError` when there is none.
  public func train(
    _ job: ModelJob,
    progress: @escaping @Sendable (TrainingProgress) -> Void
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
    let meter = InputMeter()
    return TrainedModel(
      model: try await prompted(base, job, meter, progress).reference,
      checkpoints: [],
      hyperparameters: Hyperparameters(),
      tokens: 0,
      scored: perturbation.method == .bdpl ? meter.scored : nil
    )
  }

  private func prompted(
    _ base: ModelReference,
    _ job: ModelJob,
    _ meter: InputMeter,
    _ progress: @Sendable (TrainingProgress) -> Void
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
    case .bdpl:
      return PromptedModel(base: base, prefix: try await optimised(base, job, meter, progress))
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

  /// The prompt that lowers the subset's mean loss most.
  private func optimised(
    _ base: ModelReference,
    _ job: ModelJob,
    _ meter: InputMeter,
    _ progress: @Sendable (TrainingProgress) -> Void
  ) async throws -> String {
    let inputs = perturbation.inputsPerExample
    let optimizer = PromptOptimizer(
      settings: perturbation.optimizer,
      vocabulary: segments,
      seed: job.seed,
      inputsPerExample: inputs
    )
    let limit = perturbation.optimizer.scoredInputs(
      examples: job.examples.count,
      inputsPerExample: inputs
    )
    try await scorer.tenancy.enter(base)
    do {
      let outcome = try await optimizer.optimize(examples: job.examples.count) { standing in
        progress(
          TrainingProgress(
            Double(standing.scoredInputs) / Double(max(1, limit)),
            scored: meter.scored,
            limit: limit,
            loss: standing.loss
          )
        )
      } loss: { prompt, batch in
        try await loss(of: batch.map { job.examples[$0] }, behind: prompt, under: base, meter)
      }
      await scorer.tenancy.leave(base)
      return outcome.prompt
    } catch {
      await scorer.tenancy.leave(base)
      throw error
    }
  }

  /// Mean loss of what could be read, in nats; NaN when nothing could.
  private func loss(
    of examples: [Example],
    behind prompt: String,
    under base: ModelReference,
    _ meter: InputMeter
  ) async throws -> Double {
    let variants = examples.map { labels?.variants(of: $0) ?? [$0] }
    let asked = variants.flatMap { $0.map { $0.behind(prompt, []) } }
    let size = max(1, scorer.scorerCapabilities.batch)
    var readings: [LossReading] = []
    for first in stride(from: 0, to: asked.count, by: size) {
      let some = Array(asked[first..<min(first + size, asked.count)])
      readings += try await scorer.inner.read(some, under: base, round: 1)
      meter.count(some.map { scorer.inner.tokens(in: $0) })
    }
    guard readings.count == asked.count else { return .nan }
    var losses: [Double] = []
    for (position, example) in examples.enumerated() {
      if let labels {
        let width = labels.labels.count
        guard let own = labels.label(of: example) else { continue }
        let read = readings[position * width..<(position + 1) * width]
        if let loss = labels.loss(of: own, readings: read) { losses.append(loss) }
      } else if case .measured(let nll) = readings[position].loss {
        losses.append(nll)
      }
    }
    return losses.isEmpty ? .nan : losses.reduce(0, +) / Double(losses.count)
  }
}

/// Counts what one optimisation has scored.
private final class InputMeter: Sendable {
  private let state = Mutex(ScoredInputs())

  /// What was scored so far.
  var scored: ScoredInputs { state.withLock { $0 } }

  /// Adds inputs by their tokens.
  func count(_ tokens: [Int]) {
    state.withLock {
      $0.inputs += tokens.count
      $0.tokens += tokens.reduce(0) { $0 + max(0, $1) }
    }
  }
}
