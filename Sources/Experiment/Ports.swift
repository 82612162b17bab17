/// Something that fine-tunes models: a host's API, an external program, or the reference model.
public protocol Trainer: Sendable {
  /// What this trainer can do.
  var trainerCapabilities: TrainerCapabilities { get }

  /// The trainer by name, with all that changes the models it makes and is not in the job: a part of every job's
  /// key, so it must not change between versions. Never a key or an address.
  var identity: String { get }

  /// Carries out one job, at most once: an equal job that was finished before is adopted.
  ///
  /// - Parameters:
  ///   - job: What to train.
  ///   - progress: Called with how far it is, from any thread.
  /// - Returns: The tuned model and its checkpoints.
  /// - Throws: `CancellationError` when cancelled; otherwise the provider's own error.
  func train(
    _ job: ModelJob,
    progress: @escaping @Sendable (TrainingProgress) -> Void
  ) async throws -> TrainedModel
}

/// How far one job is.
public struct TrainingProgress: Sendable, Hashable {
  /// Fraction done, 0...1.
  public var fraction: Double
  /// What was scored so far to make the model; `nil` when models are not made by scoring.
  public var scored: ScoredInputs?
  /// Most inputs that are scored to make the model, where some are.
  public var limit: Int?
  /// Lowest mean loss reached, in nats; `nil` before one is known.
  public var loss: Double?

  /// A fraction done, with what was scored on the way where something was.
  public init(
    _ fraction: Double,
    scored: ScoredInputs? = nil,
    limit: Int? = nil,
    loss: Double? = nil
  ) {
    self.fraction = fraction
    self.scored = scored
    self.limit = limit
    self.loss = loss
  }
}

/// Something that reads losses under a model.
public protocol Scorer: Sendable {
  /// What this scorer can do.
  var scorerCapabilities: ScorerCapabilities { get }

  /// Makes a model ready to be read under: loads its adapter, deploys it, waits until it answers.
  ///
  /// Called before the first loss under a model; the default does nothing.
  /// - Parameter model: The model; `nil` is the provider's base.
  /// - Throws: `CancellationError` when cancelled; otherwise the provider's own error.
  func open(_ model: ModelReference?) async throws

  /// Reads losses of examples under one model.
  ///
  /// - Parameters:
  ///   - examples: What to read, at most `scorerCapabilities.batch` of them.
  ///   - model: The model; `nil` is the provider's base.
  ///   - round: 1 for the first reading of a pair, 2 for one that tells the noise: it must not be
  ///     answered from what was read before.
  /// - Returns: One loss an example, in order; `missing` where it could not be measured.
  /// - Throws: `CancellationError` when cancelled; otherwise the provider's own error.
  func read(
    _ examples: [Example],
    under model: ModelReference?,
    round: Int
  ) async throws -> [LossReading]

  /// Gives back what `open` took, also after a failure or a cancellation; the default does nothing.
  ///
  /// - Parameter model: The model; `nil` is the provider's base.
  func close(_ model: ModelReference?) async

  /// Tokens one example takes (prompt and completion), exact or estimated, for plans.
  func tokens(in example: Example) -> Int

  /// Requests that reading losses of one example alone takes, exact or estimated, for plans; 1 by default.
  func requests(for example: Example) -> Int

  /// Where the tasks that call `read` run best; `nil`, the default, for the program's pool.
  var executor: (any TaskExecutor)? { get }
}

extension Scorer {
  /// One request an example.
  public func requests(for example: Example) -> Int { 1 }

  /// The program's pool.
  public var executor: (any TaskExecutor)? { nil }

  /// Does nothing: the model is always ready.
  public func open(_ model: ModelReference?) async throws {}

  /// Does nothing: nothing was taken.
  public func close(_ model: ModelReference?) async {}

  /// Reads losses of examples for the first time.
  public func read(
    _ examples: [Example],
    under model: ModelReference?
  ) async throws -> [LossReading] {
    try await read(examples, under: model, round: 1)
  }
}

/// An error of a trainer or scorer that may say more about the provider than about one request.
public protocol ProviderError: Error {
  /// Whether every further request would fail in the same way, as on a full disk or for a refused
  /// key; it ends a run instead of one model.
  var isLasting: Bool { get }
}

/// What a trainer can do, asked before anything is spent.
public struct TrainerCapabilities: Sendable, Hashable {
  /// Whether a job may start from an already tuned model.
  public var continuesTuned: Bool
  /// Whether examples may carry weights other than 1.
  public var weighted: Bool
  /// Whether such weights may be below 0, which raises an example's loss.
  public var signed: Bool
  /// Smallest training set it accepts.
  public var minimumExamples: Int
  /// Jobs it runs side by side.
  public var parallelJobs: Int
  /// Inputs scored, at most, to make one perturbed model of θ0 and a prompt; `nil` when it is tuned.
  public var scoredInputs: Int?
  /// Scoring calls that these inputs take, at most.
  public var scoringCalls: Int
  /// Whether rows reach the training as they stand in the user's file; otherwise only texts do.
  public var keepsRows: Bool

  /// What it can do; what has a default may be left out.
  public init(
    continuesTuned: Bool,
    weighted: Bool,
    signed: Bool = false,
    minimumExamples: Int,
    parallelJobs: Int,
    scoredInputs: Int? = nil,
    scoringCalls: Int = 0,
    keepsRows: Bool = true
  ) {
    self.keepsRows = keepsRows
    self.scoredInputs = scoredInputs
    self.scoringCalls = scoringCalls
    self.continuesTuned = continuesTuned
    self.weighted = weighted
    self.signed = signed
    self.minimumExamples = minimumExamples
    self.parallelJobs = parallelJobs
  }
}

/// What a scorer can do, asked before anything is spent.
public struct ScorerCapabilities: Sendable, Hashable {
  /// Whether it reads losses of a given completion exactly.
  public var exact: Bool
  /// Most examples one call may loss.
  public var batch: Int
  /// Calls that may be under way at once, all open models together.
  public var concurrency: Int
  /// Models that may be open at once.
  public var modelsAtOnce: Int
  /// How losses are read, such as `forward`.
  public var method: String
  /// Most tokens an example may have; `nil` when unknown.
  public var context: Int?
  /// Tokens that come in front of each example under a perturbed model, on average.
  public var overhead: Int

  /// What it can do; what has a default may be left out.
  public init(
    exact: Bool,
    batch: Int,
    concurrency: Int = 1,
    modelsAtOnce: Int = 1,
    method: String,
    context: Int? = nil,
    overhead: Int = 0
  ) {
    self.exact = exact
    self.batch = batch
    self.concurrency = concurrency
    self.modelsAtOnce = modelsAtOnce
    self.method = method
    self.context = context
    self.overhead = overhead
  }
}
