import Attribution
import Configuration
import Experiment
import Hosts
import Runs

/// Runs on hosts: fine-tuning and losses over HTTP, or fine-tuning by a program of the user's.
extension PreparedRun {
  /// Makes the run that a configuration asks for, on whatever provider it names.
  ///
  /// - Parameters:
  ///   - configuration: The configuration.
  ///   - path: Path of the store.
  ///   - store: The store, open for writing; `nil` for a plan, which asks nobody anything.
  ///   - ledger: Where models are written down that must be loaded; `store` unless given.
  ///   - way: How hosts may be reached.
  /// - Returns: The run.
  /// - Throws: The first thing that is wrong with files, settings, keys or hosts.
  static func make(
    _ configuration: RunConfiguration,
    store path: String,
    writing store: RunStore? = nil,
    ledger: (any Ledger)? = nil,
    way: HostAccess.Way = HostAccess.Way()
  ) async throws -> PreparedRun {
    var run = try await whole(configuration, store: path, writing: store, ledger: ledger, way: way)
    switch configuration.perturbation.stop {
    case .stable:
      run.rule = StoppingRule(max: run.settings.models)
      run.notes.append(
        "\(run.settings.models) models at most: the run looks after \(StoppingRule.first) and after every "
          + "\(StoppingRule.batch) more, and ends once the rows above chance are settled"
      )
    case nil: break
    }
    return run
  }

  private static func whole(
    _ configuration: RunConfiguration,
    store path: String,
    writing store: RunStore?,
    ledger: (any Ledger)?,
    way: HostAccess.Way
  ) async throws -> PreparedRun {
    let providers = [configuration.trainer.endpoint, configuration.scorer.endpoint].map(\.provider)
    if let embedded = providers.first(where: HostRegistry.all.isEmbedded) {
      if providers.allSatisfy({ $0 == embedded }) {
        return try PreparedRun(local: configuration, store: path)
      }
      throw ConfigurationError(
        .conflict,
        path: "scorer.provider",
        "the provider '\(embedded)' trains and reads losses of its own models only",
        hint: "name it for both, or for neither"
      )
    }
    return try await hosted(
      configuration,
      store: path,
      writing: store,
      ledger: ledger ?? store,
      way: way
    )
  }

  private static func hosted(
    _ configuration: RunConfiguration,
    store path: String,
    writing store: RunStore?,
    ledger: (any Ledger)?,
    way: HostAccess.Way
  ) async throws -> PreparedRun {
    let corpus = try Corpus(configuration.data)
    var settings = try RunSettings(configuration, corpus: corpus)
    let hosts = try HostedProviders(configuration, store: path, ledger: ledger, way: way)
    settings.provider = hosts.identity
    let tuner = settings.prompts != nil && settings.target != nil ? nil : try hosts.trainer()
    settings = settings.filling(corpus, to: tuner?.trainerCapabilities.minimumExamples ?? 1)
    settings.parallelJobs =
      configuration.trainer.parallelJobs ?? tuner?.trainerCapabilities.parallelJobs ?? 1
    try requireModels(settings, for: EstimatorRequest(name: configuration.estimator))
    let remaining =
      store?.isNew == false && way.engine != nil ? try await hosts.releaseRemaining() : []
    let scorer = try await hosts.scorer(
      corpus: corpus,
      trying: settings.target,
      isAsking: store != nil
    )
    let charges = try hosts.charges(settings)
    return try PreparedRun(
      corpus: corpus,
      settings: settings,
      providers: RunProviders(settings, corpus: corpus, tuner: tuner, reader: scorer),
      throughput: hosts.throughput,
      rates: charges.rates,
      cap: configuration.budget.dollars,
      notes: hosts.notes + charges.notes + remaining,
      store: path
    )
  }
}
