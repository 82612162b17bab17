import Attribution
import Configuration
import Experiment
import Runs

extension RunSettings {
  /// What a configuration asks for, completed by the defaults of its provider.
  ///
  /// Every provider's configuration is read by this one function, so that a key means the same for
  /// all of them: `trainer.hyperparameters` is for all models, but for epochs, of which θ0 has its own, and
  /// for steps on queries, which have their own altogether.
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
    if let step = wanted.mirror {
      self.step(step, from: wanted.start, on: corpus, isLocal: isLocal)
    }
    parallelJobs = trainer.parallelJobs ?? parallelJobs
    candidates = try configuration.candidates.map {
      try Candidates($0, of: corpus, seed: wanted.seed)
    }
  }

  /// Makes of these settings those of small steps on the queries.
  ///
  /// - Parameters:
  ///   - step: What is asked for, completed by the provider's defaults.
  ///   - start: What steps start from; `nil` is the default of their direction.
  ///   - corpus: The examples.
  ///   - isLocal: Whether on the reference model.
  mutating func step(
    _ step: RunConfiguration.Mirror,
    from start: Start? = nil,
    on corpus: Corpus,
    isLocal: Bool
  ) {
    let direction = step.direction ?? Defaults.direction(isLocal: isLocal)
    self.start = start ?? Defaults.start(of: direction, isBaseKnown: isLocal || base != nil)
    perturbation = .mirror(MirrorPerturbation(seeds: step.seeds, direction: direction))
    models = 1 + step.seeds * corpus.behaviours.count
    hyperparameters = step.hyperparameters.completed(
      by: Defaults.step(from: self.start, isLocal: isLocal)
    )
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

extension RunSettings {
  /// Who is trained on what.
  ///
  /// - Parameter corpus: The examples.
  /// - Returns: As many subsets as there are models.
  /// - Throws: `AttributionError` when subsets cannot be drawn.
  func design(of corpus: Corpus) throws(AttributionError) -> SubsetDesign {
    let examples = corpus.train.count
    if let mirror = perturbation.mirror {
      return .mirror(
        mirror,
        behaviours: corpus.behaviours,
        examples: examples,
        start: start,
        seed: seed
      )
    }
    if perturbation.matrix == .queries {
      return .probing(examples: examples, queries: models, seed: seed)
    }
    return try .random(
      examples: examples,
      models: models,
      size: subsetSize(of: examples),
      start: start,
      seed: seed,
      weighted: weighted
    )
  }

  /// The same with as many copies of each query as a job's file needs at a host.
  ///
  /// - Parameters:
  ///   - corpus: The examples.
  ///   - least: The fewest examples that the host trains on.
  /// - Returns: The settings; those of other perturbations are unchanged.
  func filling(_ corpus: Corpus, to least: Int) -> RunSettings {
    guard var mirror = perturbation.mirror,
      let smallest = corpus.behaviours.map(\.queries.count).min()
    else { return self }
    mirror.copies = max(1, (least + smallest - 1) / smallest)
    var filled = self
    filled.perturbation = .mirror(mirror)
    return filled
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
