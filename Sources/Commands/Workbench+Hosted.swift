import Attribution
import Runs
import Experiment
import FoundationEssentials
import Hosts
import Transport

/// Runs on hosts: fine-tuning and losses over HTTP, or fine-tuning by a program of the user's.
extension Workbench {
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
    _ configuration: Configuration,
    store path: String,
    writing store: RunStore? = nil,
    ledger: (any Ledger)? = nil,
    way: HostAccess.Way = HostAccess.Way()
  ) async throws -> Workbench {
    let providers = [configuration.trainer.endpoint, configuration.scorer.endpoint].map(\.provider)
    if let embedded = providers.first(where: HostRegistry.all.isEmbedded) {
      if providers.allSatisfy({ $0 == embedded }) {
        return try Workbench(local: configuration, store: path)
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
    _ configuration: Configuration,
    store path: String,
    writing store: RunStore?,
    ledger: (any Ledger)?,
    way: HostAccess.Way
  ) async throws -> Workbench {
    let corpus = try Corpus(
      train: ExampleFile.read(path: configuration.data.train, role: .train),
      queries: ExampleFile.read(path: configuration.data.queries, role: .query)
    )
    var settings = configuration.settings(completing: HostedRecipe.settings)
    settings.prompts = try settings.prompts?.resolved(for: corpus.train)
    let hosts = try HostedProviders(configuration, store: path, ledger: ledger, way: way)
    settings.provider = hosts.identity
    if settings.isProbing { settings.models = corpus.queries.count }
    settings.candidates = try candidates(
      configuration.candidates,
      corpus: corpus,
      seed: settings.seed
    )
    let tuner = settings.prompts != nil && settings.target != nil ? nil : try hosts.trainer()
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
    let providers = try providers(settings, corpus: corpus, tuner: tuner, scorer: scorer)
    return try Workbench(
      corpus: corpus,
      settings: settings,
      trainer: providers.trainer,
      scorer: providers.scorer,
      throughput: hosts.throughput,
      rates: charges.rates,
      cap: configuration.budget.dollars,
      notes: hosts.notes + charges.notes + remaining + providers.notes
        + [settings.candidateNote(corpus)].compactMap(\.self),
      offers: providers.offers,
      store: path
    )
  }
}
