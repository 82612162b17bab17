/// A model someone serves: enough to ask for it again.
public struct ModelReference: Sendable, Hashable, Codable {
  /// The provider's own name for it: `ft:…`, an adapter name, or a local weights key.
  public let name: String

  /// A model by the name that its host knows.
  public init(_ name: String) { self.name = name }

  /// Whether the names have the same bytes.
  public static func == (left: ModelReference, right: ModelReference) -> Bool {
    left.name.isSame(as: right.name)
  }

  /// Hashes the name's bytes.
  public func hash(into hasher: inout Hasher) { hasher.combine(ByteText(name)) }
}

/// How a model is fine-tuned; what is `nil` is the provider's default.
public struct Hyperparameters: Sendable, Hashable, Codable {
  /// Passes over the training subset.
  public var epochs: Int?
  /// Examples a step.
  public var batchSize: Int?
  /// Factor on the provider's own learning rate.
  public var learningRateMultiplier: Double?

  /// Hyperparameters; what is `nil` is left to the host.
  public init(
    epochs: Int? = nil,
    batchSize: Int? = nil,
    learningRateMultiplier: Double? = nil
  ) {
    self.epochs = epochs
    self.batchSize = batchSize
    self.learningRateMultiplier = learningRateMultiplier
  }

  /// The values that a training can have had.
  ///
  /// Hosts report -1, 0 and the like for what they chose or do not tell.
  public var plausible: Hyperparameters {
    Hyperparameters(
      epochs: epochs.flatMap { $0 >= 1 ? $0 : nil },
      batchSize: batchSize.flatMap { $0 >= 1 ? $0 : nil },
      learningRateMultiplier: learningRateMultiplier.flatMap { $0 > 0 && $0.isFinite ? $0 : nil }
    )
  }
}

/// One fine-tune to be carried out.
public struct ModelJob: Sendable, Hashable {
  /// The run's own key for this job: the tag by which an unknown outcome is found again.
  ///
  /// Equal keys
  /// mean equal jobs.
  public let key: String
  /// The model to continue from; `nil` is the provider's base.
  public let start: ModelReference?
  /// Training examples in corpus order; the query alone for θ0 behind a query.
  public let examples: [Example]
  /// Weight of each example, same count; `nil` when all are 1.
  public let weights: [Double]?
  /// How to train.
  public let hyperparameters: Hyperparameters
  /// Seed of everything random in the training.
  public let seed: UInt64
  /// Whether a checkpoint after every epoch is kept, not only the last.
  public let keepsCheckpoints: Bool
  /// Whether it makes θ0 rather than a perturbed model.
  public let isTarget: Bool

  /// A job out of all that decides its model.
  public init(
    key: String,
    start: ModelReference?,
    examples: [Example],
    weights: [Double]? = nil,
    hyperparameters: Hyperparameters,
    seed: UInt64,
    keepsCheckpoints: Bool = false,
    isTarget: Bool = false
  ) {
    self.key = key
    self.start = start
    self.examples = examples
    self.weights = weights
    self.hyperparameters = hyperparameters
    self.seed = seed
    self.keepsCheckpoints = keepsCheckpoints
    self.isTarget = isTarget
  }
}

/// Inputs that were scored, counted as they were sent.
public struct ScoredInputs: Sendable, Hashable {
  /// How many.
  public var inputs: Int
  /// Their tokens, prompts and completions, by the scorer's own count.
  public var tokens: Int

  /// A count, of nothing by default.
  public init(inputs: Int = 0, tokens: Int = 0) {
    self.inputs = inputs
    self.tokens = tokens
  }
}

/// What a fine-tune gave.
public struct TrainedModel: Sendable, Hashable {
  /// The tuned model.
  public let model: ModelReference
  /// The model after each epoch in order, the last included; empty unless they were kept.
  public let checkpoints: [ModelReference]
  /// What was really used, as the provider echoes it.
  public let hyperparameters: Hyperparameters
  /// Tokens trained on, all epochs together.
  public let tokens: Int
  /// What was scored to make the model; `nil` when it was not made by scoring.
  public let scored: ScoredInputs?

  /// A model that was made, with what it took.
  public init(
    model: ModelReference,
    checkpoints: [ModelReference],
    hyperparameters: Hyperparameters,
    tokens: Int,
    scored: ScoredInputs? = nil
  ) {
    self.scored = scored
    self.model = model
    self.checkpoints = checkpoints
    self.hyperparameters = hyperparameters
    self.tokens = tokens
  }
}
