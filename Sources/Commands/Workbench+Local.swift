import Attribution
import Runs
import Experiment
import FoundationEssentials
import ReferenceModels

/// Runs on the embedded reference model.
///
/// The weights of all its models live in a folder beside the store, so that nothing is trained twice.
extension Workbench {
  /// Makes the run that a configuration of the provider `local` asks for.
  ///
  /// - Parameters:
  ///   - configuration: The configuration; what it leaves open is the recipe's.
  ///   - store: Path of the store.
  /// - Throws: The first thing that is wrong with files, settings or examples.
  init(local configuration: Configuration, store: String) throws {
    let recipe = LocalRecipe.standard
    var settings = configuration.settings(
      completing: RunSettings(name: "", provider: "local", recipe: recipe, seed: 0)
    )
    let corpus = try Corpus(
      train: ExampleFile.read(path: configuration.data.train, role: .train),
      queries: ExampleFile.read(path: configuration.data.queries, role: .query)
    )
    settings.candidates = try Self.candidates(
      configuration.candidates,
      corpus: corpus,
      seed: settings.seed
    )
    var shape = recipe.architecture
    let wanted = configuration.trainer.architecture
    shape.width = wanted?.width ?? shape.width
    shape.layers = wanted?.layers ?? shape.layers
    shape.heads = wanted?.heads ?? shape.heads
    shape.vocabulary = wanted?.vocabulary ?? shape.vocabulary
    shape.context = wanted?.context ?? shape.context
    settings.prompts = try settings.prompts?.resolved(for: corpus.train)
    try self.init(
      corpus: corpus,
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
    var settings = settings
    if settings.isProbing { settings.models = corpus.queries.count }
    try Self.requireModels(settings, for: estimator)
    // All that changes the base model or what it reads is part of what the run is.
    settings.provider =
      "local width \(architecture.width), layers \(architecture.layers), heads "
      + "\(architecture.heads), vocabulary \(architecture.vocabulary), context "
      + "\(architecture.context)"
    let provider = try ReferenceProvider(
      folder: Self.weightsFolder(ofStore: store),
      architecture: architecture,
      vocabularyFrom: corpus.train,
      seed: settings.seed
    )
    let cores = Double(ProcessInfo.processInfo.activeProcessorCount)
    // A pass forward takes two operations a parameter and token, training three times that.
    let tokensPerSecond = LocalRecipe.operationsPerCore * cores / (2 * Double(provider.parameters))
    let providers = try Self.providers(
      settings,
      corpus: corpus,
      tuner: provider,
      scorer: provider
    )
    try self.init(
      corpus: corpus,
      settings: settings,
      trainer: providers.trainer,
      scorer: providers.scorer,
      throughput: Run.Throughput(
        trainingTokensPerSecond: tokensPerSecond / 3,
        scoringTokensPerSecond: tokensPerSecond
      ),
      rates: .free,
      notes: providers.notes + [settings.candidateNote(corpus)].compactMap(\.self),
      offers: providers.offers,
      store: store
    )
    try requireFitting(corpus.train + corpus.queries)
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
