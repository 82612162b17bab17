import Dispatch
package import Experiment
import Files
import FoundationEssentials
import Kernels
import Synchronization

/// The embedded reference model as a provider: it fine-tunes and reads losses as a host would.
///
/// Models are named by the key of the job that made them and live as files in one folder, so an
/// equal job is never trained twice. Results depend on the inputs and seeds alone, never on how many
/// threads there are or what else is running.
package final class ReferenceProvider: Trainer, Scorer {
  /// The peak learning rate at a multiplier of 1.
  package static let learningRate = 2e-3
  /// What a job uses where it names nothing.
  package static let defaults = Hyperparameters(
    epochs: 3,
    batchSize: 16,
    learningRateMultiplier: 1
  )

  let folder: String
  let vocabulary: Vocabulary
  let vocabularyDigest: String
  /// Seed of the untrained base model.
  let seed: UInt64
  let architecture: Architecture
  private let base: Transformer
  private let cores: Int
  private let modelsInMemory: Int
  let state = Mutex(State())

  struct State {
    var engines: [Fitting] = []
    var models: [(name: String, model: Transformer)] = []
    var working = 0
  }

  /// Creates a provider whose vocabulary is learned from a training set.
  ///
  /// - Parameters:
  ///   - folder: Where weights are kept; created when the first model is written.
  ///   - architecture: Shape; its vocabulary is an upper limit.
  ///   - examples: The training set the vocabulary is learned from.
  ///   - seed: Seed of the untrained base model.
  ///   - cores: Threads to use at most.
  ///   - modelsInMemory: Models kept in memory between uses; `nil` is a few more than can be busy.
  /// - Throws: `ReferenceModelError` when the architecture is impossible.
  package init(
    folder: String,
    architecture: Architecture,
    vocabularyFrom examples: [Example],
    seed: UInt64,
    cores: Int = ProcessInfo.processInfo.activeProcessorCount,
    modelsInMemory: Int? = nil
  ) throws(ReferenceModelError) {
    if let problem = architecture.problem {
      throw ReferenceModelError(.architecture, "impossible architecture: \(problem)")
    }
    self.folder = folder
    self.seed = seed
    self.cores = max(1, cores)
    self.modelsInMemory = max(1, modelsInMemory ?? self.cores + 2)
    vocabulary = Vocabulary(
      learnedFrom: examples.lazy.flatMap { [$0.prompt.rendered, $0.completion] },
      size: architecture.vocabulary
    )
    var digest = Digest()
    for merge in vocabulary.merges {
      digest.update("\(merge.left) \(merge.right)")
    }
    vocabularyDigest = digest.description
    var shape = architecture
    shape.vocabulary = vocabulary.count
    self.architecture = shape
    base = Transformer(shape, seed: seed)
  }

  /// Number of tokens in the learned vocabulary.
  package var vocabularySize: Int { vocabulary.count }

  /// Number of parameters of every model.
  package var parameters: Int { base.parameters.count }

  /// Shape, vocabulary and seed: what the untrained base model is made of.
  package var identity: String {
    "local width \(architecture.width), layers \(architecture.layers), heads \(architecture.heads), "
      + "vocabulary \(vocabularyDigest), context \(architecture.context), seed \(seed)"
  }

  /// Tokens that all cores read in a second, roughly, for plans; training takes three times as long.
  package var tokensPerSecond: Double {
    // A pass forward takes two operations a parameter and token; a core does 10¹¹ in a second.
    1e11 * Double(cores) / (2 * Double(parameters))
  }

  package var trainerCapabilities: TrainerCapabilities {
    TrainerCapabilities(
      continuesTuned: true,
      weighted: true,
      signed: true,
      minimumExamples: 1,
      parallelJobs: cores,
      keepsRows: false
    )
  }

  package var scorerCapabilities: ScorerCapabilities {
    ScorerCapabilities(exact: true, batch: 64, method: "forward", context: architecture.context)
  }

  package func tokens(in example: Example) -> Int {
    vocabulary.encode(example.prompt.rendered).count + vocabulary.encode(example.completion).count
      + 2
  }

  /// Token ids of an example as it is trained on, and how many of them come before the completion.
  ///
  /// - Throws: `ReferenceModelError` when it is longer than the context.
  package func tokenised(
    _ example: Example
  ) throws(ReferenceModelError) -> (tokens: [Int32], prompt: Int) {
    let sequence = try sequence(example, closing: true)
    return (sequence.tokens, sequence.completion.lowerBound)
  }

  package func train(
    _ job: ModelJob,
    progress: @escaping @Sendable (TrainingProgress) -> Void
  ) async throws -> TrainedModel {
    let defaults = Self.defaults
    let used = Hyperparameters(
      epochs: job.hyperparameters.epochs ?? defaults.epochs,
      batchSize: job.hyperparameters.batchSize ?? defaults.batchSize,
      learningRateMultiplier: job.hyperparameters.learningRateMultiplier
        ?? defaults.learningRateMultiplier
    )
    let epochs = used.epochs ?? 1
    let names = job.keepsCheckpoints ? (1...epochs).map { "\(job.key).epoch\($0)" } : []
    let finished = try file(job.key).read(vocabulary: vocabularyDigest)
    if let finished {
      return TrainedModel(
        model: ModelReference(job.key),
        checkpoints: names.map(ModelReference.init),
        hyperparameters: used,
        tokens: finished.tokens
      )
    }
    let sequences = try job.examples.map { try sequence($0, closing: true) }
    let start = try load(job.start)
    let settings = FittingSettings(
      epochs: epochs,
      batchSize: max(1, used.batchSize ?? 1),
      learningRate: Self.learningRate * (used.learningRateMultiplier ?? 1),
      seed: job.seed
    )
    try makeFolder()
    let tokens = try await onEngine { engine, cancelled in
      let model = start.copy()
      let tokens = try engine.train(
        model,
        on: sequences,
        weights: job.weights,
        settings: settings,
        epochDone: { epoch in
          guard job.keepsCheckpoints else { return }
          try self.file(names[epoch - 1]).write(
            model,
            vocabulary: self.vocabularyDigest,
            tokens: 0
          )
        },
        progress: { fraction in
          progress(TrainingProgress(fraction))
          return !cancelled()
        }
      )
      guard let tokens else { throw CancellationError() }
      guard sumOfSquares(model.parameters).isFinite else {
        throw ReferenceModelError(
          .diverged,
          "training of '\(job.key)' diverged: a weight is no longer a number"
        )
      }
      try self.file(job.key).write(model, vocabulary: self.vocabularyDigest, tokens: tokens)
      self.remember(job.key, model)
      return tokens
    }
    return TrainedModel(
      model: ModelReference(job.key),
      checkpoints: names.map(ModelReference.init),
      hyperparameters: used,
      tokens: tokens
    )
  }

  package func read(
    _ examples: [Example],
    under model: ModelReference?,
    round: Int
  ) async throws -> [LossReading] {
    let sequences = try examples.map { try sequence($0, closing: false) }
    let model = try load(model)
    let read = try await onEngine { engine, _ in
      engine.logProbabilities(model, of: sequences)
    }
    return read.map { tokens in
      let sum = tokens.reduce(0.0) { $0 - Double($1) }
      guard sum.isFinite else { return .missing(reason: "forward: a loss that is no number") }
      return LossReading(
        loss: .measured(sum),
        tokens: tokens.count,
        tokenLogProbabilities: tokens,
        method: "forward"
      )
    }
  }

  // MARK: Models and files

  /// Where a model's weights lie.
  func file(_ name: String) -> WeightsFile {
    WeightsFile(path: "\(folder)/\(name).weights")
  }

  private func makeFolder() throws(ReferenceModelError) {
    do {
      try PrivateFile.makeFolder(folder)
    } catch {
      throw ReferenceModelError(
        .unwritable,
        "cannot create the folder of model weights '\(folder)': \(systemWords(for: error))"
      )
    }
  }

  /// The model of that name, from memory or disk; the base for `nil`.
  func load(_ reference: ModelReference?) throws(ReferenceModelError) -> Transformer {
    guard let reference else { return base }
    let name = reference.name
    let known = state.withLock { state in
      state.models.first { $0.name.isSame(as: name) }?.model
    }
    if let known { return known }
    guard !name.contains("/"), let stored = try file(name).read(vocabulary: vocabularyDigest)
    else {
      throw ReferenceModelError(
        .unknownModel,
        "unknown local model '\(name)': no weights of that name in '\(folder)'"
      )
    }
    remember(name, stored.model)
    return stored.model
  }

  /// Keeps the models last used in memory.
  private func remember(_ name: String, _ model: Transformer) {
    state.withLock { state in
      state.models.removeAll { $0.name.isSame(as: name) }
      state.models.append((name, model))
      if state.models.count > modelsInMemory { state.models.removeFirst() }
    }
  }

  private func sequence(
    _ example: Example,
    closing: Bool
  ) throws(ReferenceModelError) -> TokenSequence {
    try vocabulary.sequence(example, closing: closing, context: architecture.context)
  }

  // MARK: Threads

  /// Runs work on a thread of its own with an engine of its own.
  private func onEngine<Result: Sendable>(
    _ work: @escaping @Sendable (Fitting, @Sendable () -> Bool) throws -> Result
  ) async throws -> Result {
    let cancelled = Atomic(false)
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        DispatchQueue.global().async {
          let engine = self.takeEngine()
          let result = Swift.Result {
            try work(engine) { cancelled.load(ordering: .relaxed) }
          }
          self.returnEngine(engine)
          continuation.resume(with: result)
        }
      }
    } onCancel: {
      cancelled.store(true, ordering: .relaxed)
    }
  }

  /// An engine for one piece of work, to be given back.
  func takeEngine() -> Fitting {
    state.withLock { state in
      state.working += 1
      return state.engines.popLast() ?? Fitting(threads: { [unowned self] in spareThreads() })
    }
  }

  /// Gives an engine back.
  func returnEngine(_ engine: Fitting) {
    state.withLock { state in
      state.working -= 1
      state.engines.append(engine)
    }
  }

  /// Threads for each piece of work now under way.
  private func spareThreads() -> Int { state.withLock { max(1, cores / max(1, $0.working)) } }
}

extension Prompt {
  /// The text the reference model reads: plain prompts as they are, chats as `role: content` lines.
  ///
  /// A space is put in front, so that a first word is the same token as anywhere else.
  var rendered: String {
    switch self {
    case .text(let text): " " + text
    case .chat(let messages):
      messages.map { " \($0.role): \($0.content)\n" }.joined() + " assistant:"
    }
  }
}
