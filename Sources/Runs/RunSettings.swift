public import Attribution
public import Experiment

/// What a run is to do, apart from its examples and its provider.
///
/// What a store keeps of it is written in `RunSettings+Recorded`.
public struct RunSettings: Sendable, Hashable {
  /// How large each perturbed model's training set is.
  public enum SubsetSize: Sendable, Hashable {
    /// A share of the training examples, 0...1.
    case ratio(Double)
    /// A number of training examples.
    case size(Int)
  }

  /// How many pairs are read twice, spread over the models, to learn the noise of a reading.
  public struct Repeats: Sendable, Hashable {
    /// Pairs of a model and a training example.
    public var train: Int
    /// Pairs of a model and a query.
    public var queries: Int
    /// Perturbed models that they are spread over, those the run began with; `nil` is all.
    var models: Int?

    /// Counts, each capped at the number of pairs there are.
    public init(train: Int, queries: Int) {
      self.train = train
      self.queries = queries
    }
  }

  /// The run's name.
  public var name: String
  /// Trainer and scorer by name, with whatever of its configuration changes results; never a key.
  public var provider: String
  /// Perturbed models, K.
  public var models: Int
  /// Size of each model's training set.
  public var subset: SubsetSize
  /// The model each perturbation starts from.
  public var start: Start
  /// Seed of the design, and of θ0's training.
  public var seed: UInt64
  /// Whether members carry random weights.
  public var weighted: Bool
  /// How perturbed models are trained.
  public var hyperparameters: Hyperparameters
  /// How θ0 is trained when `target` is `nil`.
  public var targetHyperparameters: Hyperparameters
  /// Fine-tunes at once, within the trainer's own limit; free to change between resumes.
  public var parallelJobs: Int
  /// θ0, the model to explain; `nil` to train it from `base` on the whole training set.
  public var target: ModelReference?
  /// What θ0 was tuned from; `nil` is the provider's base.
  public var base: ModelReference?
  /// Pairs read twice.
  public var repeats: Repeats
  /// Whether a checkpoint after every epoch is kept.
  public var keepsCheckpoints: Bool
  /// How the models come about.
  public var perturbation: Perturbation
  /// The training rows that are read; `nil` reads all.
  public var candidates: Candidates?

  /// Settings; what has a default may be left out.
  public init(
    name: String,
    provider: String,
    models: Int,
    subset: SubsetSize,
    start: Start,
    seed: UInt64 = 0,
    weighted: Bool = false,
    repeats: Repeats,
    hyperparameters: Hyperparameters = Hyperparameters(),
    targetHyperparameters: Hyperparameters = Hyperparameters(),
    parallelJobs: Int = 1,
    target: ModelReference? = nil,
    base: ModelReference? = nil,
    keepsCheckpoints: Bool = false,
    perturbation: Perturbation = .finetune,
    candidates: Candidates? = nil
  ) {
    self.name = name
    self.provider = provider
    self.models = models
    self.subset = subset
    self.start = start
    self.seed = seed
    self.weighted = weighted
    self.hyperparameters = hyperparameters
    self.targetHyperparameters = targetHyperparameters
    self.parallelJobs = parallelJobs
    self.target = target
    self.base = base
    self.repeats = repeats
    self.keepsCheckpoints = keepsCheckpoints
    self.perturbation = perturbation
    self.candidates = candidates
  }

  /// The prompts that perturb θ0 in the place of fine-tunes; `nil` fine-tunes.
  public var prompts: PromptPerturbation? {
    get { perturbation.prompt }
    set { perturbation = newValue.map { .prompt($0) } ?? .finetune }
  }

  /// Size of each model's training set out of `examples`, rounded; not checked against it.
  public func subsetSize(of examples: Int) -> Int {
    switch subset {
    case .size(let size): size
    case .ratio(let ratio): ratio.isFinite ? Int((ratio * Double(examples)).rounded()) : 0
    }
  }

  /// What two settings of one run must have in common, by name: a value to compare, and its words.
  ///
  /// Name and parallel jobs are left out, since they change nothing that is measured, and so are the numbers
  /// of models and of a step's seeds: a run may grow, or use a part of what it has.
  private var identity: [(name: String, value: AnyHashable, words: String)] {
    let subset =
      switch subset {
      case .ratio(let ratio): "ratio \(ratio)"
      case .size(let size): "size \(size)"
      }
    return [
      ("provider", ByteText(provider), provider), ("subset", self.subset, subset),
      ("start", start, start.rawValue), ("seed", seed, "\(seed)"),
      ("weighted", weighted, "\(weighted)"),
      ("hyperparameters", hyperparameters, Self.words(hyperparameters)),
      (
        "the target's hyperparameters", targetHyperparameters, Self.words(targetHyperparameters)
      ),
      ("target", target, target?.name ?? "trained by the run"),
      ("base", base, base?.name ?? "the provider's"),
      (
        "repeats", [repeats.train, repeats.queries], "\(repeats.train) + \(repeats.queries)"
      ),
      ("keepsCheckpoints", keepsCheckpoints, "\(keepsCheckpoints)"),
      ("prompts", perturbation.ofOneSeed, perturbation.words),
      ("candidates", candidates, candidates.map { "\($0)" } ?? "all rows"),
    ]
  }

  /// What decides a run's models and losses, each by name and in words.
  public var table: [(name: String, words: String)] {
    [("perturbed models", "\(models)")] + identity.map { ($0.name, $0.words) }
  }

  /// In what these settings differ from the recorded ones of a run, in words; nothing where it is that run.
  func differences(from recorded: RunSettings) -> [String] {
    zip(identity, recorded.identity).filter { $0.value != $1.value }.map {
      "\($0.name): \($1.words) in the store, \($0.words) asked for"
    }
  }

  /// Hyperparameters in words.
  package static func words(_ values: Hyperparameters) -> String {
    let parts = [
      values.epochs.map { "epochs \($0)" }, values.batchSize.map { "batch size \($0)" },
      values.learningRateMultiplier.map { "learning rate multiplier \($0)" },
    ].compactMap { $0 }
    return parts.isEmpty ? "the provider's defaults" : parts.joined(separator: ", ")
  }
}
