import Attribution
import Configuration
import Experiment
import ReferenceModels
import Runs

/// Runs on the embedded reference model.
///
/// The weights of all its models live in a folder beside the store, so that nothing is trained twice.
extension PreparedRun {
  /// Makes the run that a configuration of the provider `local` asks for.
  init(local configuration: RunConfiguration, store: String) throws {
    let corpus = try Corpus(configuration.data)
    try self.init(
      corpus: corpus,
      settings: RunSettings(configuration, corpus: corpus),
      architecture: configuration.trainer.architecture ?? Defaults.architecture,
      estimator: EstimatorRequest(name: configuration.estimator),
      store: store
    )
  }

  /// Makes a run with the local provider, whose description is completed in the settings.
  ///
  /// The estimator decides how many models are needed.
  init(
    corpus: Corpus,
    settings: RunSettings,
    architecture: Architecture = Defaults.architecture,
    estimator: EstimatorRequest = .auto,
    store: String
  ) throws {
    try Self.requireModels(settings, for: estimator)
    var settings = settings
    // All that changes the base model or what it reads is part of what the run is.
    settings.provider =
      "local width \(architecture.width), layers \(architecture.layers), heads "
      + "\(architecture.heads), vocabulary \(architecture.vocabulary), context "
      + "\(architecture.context)"
    let provider = try ReferenceProvider(
      folder: RunFiles.weights(ofStore: store),
      architecture: architecture,
      vocabularyFrom: corpus.train,
      seed: settings.seed
    )
    try self.init(
      corpus: corpus,
      settings: settings,
      providers: RunProviders(settings, corpus: corpus, tuner: provider, reader: provider),
      throughput: Run.Throughput(
        trainingTokensPerSecond: provider.tokensPerSecond / 3,
        scoringTokensPerSecond: provider.tokensPerSecond
      ),
      rates: .free,
      store: store
    )
    try requireFitting(corpus.train + corpus.queries)
  }
}
