import Attribution
import Campaign
import Experiment
import FoundationEssentials
import ReferenceModels

/// Everything a run with the local provider needs, checked and ready; nothing is spent yet.
///
/// The weights of all its models live in a folder beside the store, so that nothing is trained twice.
struct Workbench: Sendable {
  /// The examples.
  let corpus: Corpus
  /// What to do.
  let settings: RunSettings
  /// Who is trained on what.
  let design: SubsetDesign
  /// The models.
  let provider: ReferenceProvider
  /// Path of the store.
  let store: String

  /// Makes the run that a configuration asks for.
  ///
  /// - Parameters:
  ///   - configuration: The configuration; what it leaves open is the recipe's.
  ///   - store: Path of the store.
  /// - Throws: The first thing that is wrong with files, settings or examples.
  init(_ configuration: Configuration, store: String) throws {
    try configuration.requireSupportedProviders()
    let method = configuration.scorer.method
    guard method == "auto" || method == "forward" else {
      throw ConfigurationError(
        .unsupported,
        path: "scorer.method",
        "the local provider cannot read prices by '\(method)'",
        hint: "leave 'scorer.method' out, or write \"forward\""
      )
    }
    let recipe = LocalRecipe.standard
    let perturbation = configuration.perturbation
    var settings = RunSettings(
      name: configuration.name,
      provider: "local",
      recipe: recipe,
      seed: perturbation.seed
    )
    settings.models = perturbation.models ?? settings.models
    switch perturbation.subset {
    case .ratio(let ratio): settings.subset = .ratio(ratio)
    case .count(let size): settings.subset = .size(size)
    case nil: break
    }
    settings.start = perturbation.start ?? settings.start
    settings.weighted = perturbation.weighted
    let tuning = configuration.trainer.hyperparameters
    settings.hyperparameters.epochs = tuning.epochs ?? settings.hyperparameters.epochs
    settings.hyperparameters.batchSize = tuning.batchSize ?? settings.hyperparameters.batchSize
    settings.hyperparameters.learningRateMultiplier =
      tuning.learningRateMultiplier ?? settings.hyperparameters.learningRateMultiplier
    settings.target = configuration.target.map { ModelReference($0.model) }
    settings.base = configuration.target?.base.map { ModelReference($0) }
    settings.parallelJobs = configuration.trainer.parallelJobs ?? settings.parallelJobs
    var shape = recipe.architecture
    let wanted = configuration.trainer.architecture
    shape.width = wanted?.width ?? shape.width
    shape.layers = wanted?.layers ?? shape.layers
    shape.heads = wanted?.heads ?? shape.heads
    shape.vocabulary = wanted?.vocabulary ?? shape.vocabulary
    shape.context = wanted?.context ?? shape.context
    try self.init(
      corpus: Corpus(
        train: ExampleFile.read(path: configuration.data.train, role: .train),
        queries: ExampleFile.read(path: configuration.data.queries, role: .query)
      ),
      settings: settings,
      architecture: shape,
      estimator: EstimatorRequest(name: configuration.estimator),
      store: store
    )
  }

  /// Makes a run with the local provider.
  ///
  /// - Parameters:
  ///   - corpus: The examples.
  ///   - settings: What to do; the provider's description is completed here.
  ///   - architecture: Shape of the models.
  ///   - estimator: What the losses are for; it decides how many models are needed.
  ///   - store: Path of the store.
  /// - Throws: The first thing that is wrong with settings or examples.
  init(
    corpus: Corpus,
    settings: RunSettings,
    architecture: Architecture,
    estimator: EstimatorRequest = .auto,
    store: String
  ) throws {
    try Self.requireEnoughModels(settings, for: estimator)
    // All that changes the base model or what it reads is part of what the run is.
    var settings = settings
    settings.provider =
      "local width \(architecture.width), layers \(architecture.layers), heads "
      + "\(architecture.heads), vocabulary \(architecture.vocabulary), context "
      + "\(architecture.context)"
    try self.init(
      corpus: corpus,
      settings: settings,
      provider: ReferenceProvider(
        folder: Self.weightsFolder(ofStore: store),
        architecture: architecture,
        vocabularyFrom: corpus.train,
        seed: settings.seed
      ),
      store: store
    )
    try requireFitting(corpus.train + corpus.queries)
  }

  /// Makes another run on the same models.
  ///
  /// - Parameters:
  ///   - corpus: The examples.
  ///   - settings: What to do.
  ///   - provider: The models.
  ///   - store: Path of the store.
  /// - Throws: `AttributionError` when the subsets cannot be drawn.
  init(
    corpus: Corpus,
    settings: RunSettings,
    provider: ReferenceProvider,
    store: String
  ) throws(AttributionError) {
    self.corpus = corpus
    self.settings = settings
    self.provider = provider
    self.store = store
    design = try SubsetDesign.random(
      examples: corpus.train.count,
      models: settings.models,
      size: settings.subsetSize(of: corpus.train.count),
      start: settings.start,
      seed: settings.seed,
      weighted: settings.weighted
    )
  }

  /// What the run would ask for.
  func plan() -> RunPlan {
    let parameters = Double(provider.parameters)
    let cores = Double(ProcessInfo.processInfo.activeProcessorCount)
    // A pass forward takes two operations a parameter and token, training three times that.
    let tokensPerSecond = LocalRecipe.operationsPerCore * cores / (2 * parameters)
    return Run.plan(
      corpus: corpus,
      settings: settings,
      trainer: provider,
      scorer: provider,
      rates: .free,
      throughput: Run.Throughput(
        trainingTokensPerSecond: tokensPerSecond / 3,
        scoringTokensPerSecond: tokensPerSecond
      )
    )
  }

  /// The folder of weights that belongs to a store: `run.models` beside `run.db`.
  ///
  /// - Parameter store: Path of the store.
  /// - Returns: Path of the folder.
  static func weightsFolder(ofStore store: String) -> String {
    siblingPath(of: store, extension: "models")
  }

  /// The path with another extension, or with one more where it has that one already.
  ///
  /// - Parameters:
  ///   - path: A file's path.
  ///   - ending: The new extension, without a dot.
  /// - Returns: A path in the same folder.
  static func siblingPath(of path: String, extension ending: String) -> String {
    let start = path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex
    let name = path[start...]
    guard let dot = name.lastIndex(of: "."), dot > start, name[dot...] != "." + ending else {
      return path + "." + ending
    }
    return path[..<dot] + "." + ending
  }

  private static func requireEnoughModels(
    _ settings: RunSettings,
    for request: EstimatorRequest
  ) throws(Failure) {
    let estimator =
      switch request {
      case .named(let estimator): estimator
      case .auto:
        EstimatorChoice.recommended(
          purpose: .retrieval,
          start: settings.start,
          grouped: false,
          models: settings.models
        ).estimator
      }
    guard settings.models < estimator.minimumModels else { return }
    throw Failure(
      .usage,
      "cannot start run '\(settings.name)': estimator '\(estimator.rawValue)' needs at least "
        + "\(estimator.minimumModels) models, perturbation.models is \(settings.models)",
      hint: "25 or more give usable scores"
    )
  }

  /// Refuses examples that no local model can read to their end.
  ///
  /// - Parameter examples: The examples.
  /// - Throws: `Failure` naming the first that is too long.
  func requireFitting(_ examples: [Example]) throws(Failure) {
    guard let context = provider.scorerCapabilities.context else { return }
    for example in examples {
      let tokens = provider.tokens(in: example)
      guard tokens > context else { continue }
      throw Failure(
        .failed,
        "cannot use example '\(example.id)': it has \(tokens) tokens, the local model reads at "
          + "most \(context)",
        hint: "shorten it, or raise trainer.architecture.context"
      )
    }
  }
}

extension RunSettings {
  /// The settings of a recipe.
  ///
  /// - Parameters:
  ///   - name: The run's name.
  ///   - provider: Who trains and scores.
  ///   - recipe: The recipe.
  ///   - seed: Seed of all random choices.
  init(name: String, provider: String, recipe: LocalRecipe, seed: UInt64) {
    self.init(
      name: name,
      provider: provider,
      models: recipe.models,
      subset: .ratio(recipe.subsetRatio),
      start: recipe.start,
      seed: seed,
      hyperparameters: recipe.hyperparameters,
      targetHyperparameters: recipe.target,
      parallelJobs: ProcessInfo.processInfo.activeProcessorCount
    )
  }
}
