import Attribution
import Configuration
import Experiment
import Runs

extension RunSettings {
  /// What a configuration asks for, completed by the defaults of its provider.
  ///
  /// Every provider's configuration is read by this one function, so that a key means the same for
  /// all of them: `trainer.hyperparameters` is for all models, but for epochs, of which θ0 has its own.
  /// `provider` is left open.
  init(_ configuration: RunConfiguration, corpus: Corpus) throws {
    let wanted = configuration.perturbation
    let trainer = configuration.trainer
    let isLocal = trainer.endpoint.provider == RunConfiguration.local
    let usual = isLocal ? Defaults.local : Defaults.hosted
    self.init(name: configuration.name, provider: "", models: usual, seed: wanted.seed)
    models = wanted.models ?? models
    switch wanted.subset {
    case .ratio(let ratio): subset = .ratio(ratio)
    case .count(let size): subset = .size(size)
    case nil: break
    }
    // A prompt stands in front of θ0.
    start = wanted.prompts == nil ? wanted.start ?? start : .target
    weighted = wanted.weighted
    prompts = try wanted.prompts?.resolved(for: corpus.train)
    if perturbation.matrix == .queries { models = corpus.queries.count }
    hyperparameters = trainer.hyperparameters.completed(by: usual.hyperparameters)
    var said = trainer.hyperparameters
    said.epochs = configuration.target?.epochs
    targetHyperparameters = said.completed(by: usual.target)
    target = configuration.target?.model.map { ModelReference($0) }
    base = configuration.target?.base.map { ModelReference($0) }
    parallelJobs = trainer.parallelJobs ?? parallelJobs
    candidates = try configuration.candidates.map {
      try Candidates($0, of: corpus, seed: wanted.seed)
    }
  }

  /// Default settings for one kind of provider.
  init(name: String, provider: String, models usual: Defaults.Models, seed: UInt64) {
    self.init(
      name: name,
      provider: provider,
      models: usual.count,
      subset: .ratio(usual.subsetRatio),
      start: usual.start,
      seed: seed,
      repeats: Repeats(train: Defaults.repeatedRows, queries: Defaults.repeatedQueries),
      hyperparameters: usual.hyperparameters,
      targetHyperparameters: usual.target,
      parallelJobs: usual.parallelJobs
    )
  }
}

extension Hyperparameters {
  /// These, and another's where these say nothing.
  fileprivate func completed(by other: Hyperparameters) -> Hyperparameters {
    Hyperparameters(
      epochs: epochs ?? other.epochs,
      batchSize: batchSize ?? other.batchSize,
      learningRateMultiplier: learningRateMultiplier ?? other.learningRateMultiplier
    )
  }
}

extension Corpus {
  /// Reads the files that a configuration names.
  init(_ files: RunConfiguration.Data) throws(ExampleFileError) {
    self.init(
      train: try ExampleFile.read(path: files.train, role: .train),
      queries: try ExampleFile.read(path: files.queries, role: .query)
    )
  }
}
