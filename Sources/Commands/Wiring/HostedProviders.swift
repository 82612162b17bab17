import Configuration
import Runs
import Experiment
import FoundationEssentials
import Hosts
import Transport

/// The trainer and the scorer that a configuration names, put together from hosts and programs.
struct HostedProviders: Sendable {
  /// The host that trains.
  private let trainerHost: HostDefinition
  /// Where models are trained; `nil` when a program trains them.
  let training: HostAccess?
  /// Where they are read.
  let scoring: HostAccess
  private let configuration: RunConfiguration
  private let serving: any Serving
  private let ledger: any Ledger
  private let folder: String
  private let hosts: HostRegistry

  /// Finds hosts, keys and programs; asks nobody.
  ///
  /// - Parameters:
  ///   - configuration: The configuration.
  ///   - path: Path of the run's store; a program's files go beside it.
  ///   - ledger: Where what is made is written down; `nil` when nothing will be.
  ///   - way: How hosts may be reached.
  ///   - hosts: The hosts that the configuration may name.
  /// - Throws: `ConfigurationError`, `CredentialsError`, or `HostError` for what a host lacks.
  init(
    _ configuration: RunConfiguration,
    store path: String,
    ledger: (any Ledger)?,
    way: HostAccess.Way,
    hosts: HostRegistry = .all
  ) throws {
    self.configuration = configuration
    self.ledger = ledger ?? NoLedger()
    self.hosts = hosts
    let environment = ProcessInfo.processInfo.environment
    folder = RunFiles.jobs(ofStore: path)
    let limits = HostProfile.Limits(
      requestsPerMinute: configuration.scorer.requestsPerMinute,
      concurrency: configuration.scorer.concurrency
    )
    let scorer = configuration.scorer.endpoint
    let trainer = configuration.trainer.endpoint
    let scorerKey = trainer == scorer ? "trainer" : "scorer"
    let scoring = try HostAccess(
      scorer,
      profile: hosts.host(of: scorer, key: scorerKey).profile,
      key: scorerKey,
      limits: limits,
      way: way,
      environment: environment
    )
    self.scoring = scoring
    trainerHost = try hosts.host(of: trainer, key: "trainer")
    if trainerHost.program != nil {
      training = nil
    } else if trainer == scorer {
      training = scoring
    } else {
      training = try HostAccess(
        trainer,
        profile: trainerHost.profile,
        key: "trainer",
        way: way,
        environment: environment
      )
    }
    guard scoring.profile.scoring != nil else {
      throw HostError(
        .configuration,
        "\(scoring.profile.title) cannot read losses: it gives no log-probabilities; name a "
          + "scorer.provider that does, such as a vLLM server of your own"
      )
    }
    serving = try (scoring.profile.serving ?? .direct).serving(
      ServingRequest(
        configuration.scorer.serving,
        base: configuration.target?.base,
        host: scoring.connection,
        baseURL: scoring.baseURL,
        ledger: self.ledger
      ) { api in
        // A key for losses is for another audience as a rule.
        let key = api.keys.first { environment[$0]?.isEmpty == false } ?? api.keys[0]
        return try HostAccess(
          RunConfiguration.Endpoint(
            provider: api.name,
            baseURL: api.baseURL,
            apiKey: .environment(key)
          ),
          profile: api.profile,
          key: "scorer",
          way: way,
          environment: environment
        ).connection
      }
    )
  }

  /// Who trains and reads losses, without addresses: a server may move between two sessions of a run.
  var identity: String {
    let trainer =
      trainerHost.program?.identity(configuration.trainer.command?.train ?? [])
      ?? trainerHost.profile.name
    return "trainer \(trainer), scorer \(scoring.profile.name)"
  }

  /// What the scoring host admits in a minute, and how long a job takes if the user knows.
  var throughput: Run.Throughput {
    Run.Throughput(
      secondsPerJob: configuration.trainer.minutesPerJob.map { $0 * 60 },
      requestsPerMinute: scoring.limits.requestsPerMinute.map(Double.init),
      tokensPerMinute: scoring.limits.tokensPerMinute.map(Double.init)
    )
  }

  /// What users must know of the hosts.
  var notes: [String] {
    let profiles = [training?.profile, scoring.profile].compactMap { $0 }
    var notes: [String] = []
    for note in profiles.flatMap({ $0.notes ?? [] }) where !notes.contains(note) {
      notes.append(note)
    }
    return notes
  }

  /// Longest wait for what may never come; `nil` is the trainer's own.
  private var longestWait: Duration? {
    configuration.trainer.patienceMinutes.map { .seconds(min($0, 1e7) * 60) }
  }

  /// Makes the trainer.
  ///
  /// - Returns: The trainer.
  /// - Throws: `HostError` when the host does not fine-tune.
  func trainer() throws -> any Trainer {
    if let program = trainerHost.program { return program.trainer(commandOptions, ledger) }
    guard let training else {
      throw HostError(.configuration, "\(trainerHost.profile.title) cannot be asked")
    }
    var profile = training.profile
    profile.baseURL = training.baseURL
    return try HostedTrainer(
      host: training.connection,
      profile: profile,
      base: configuration.target?.base,
      ledger: ledger,
      account: training.account,
      parallelJobs: configuration.trainer.parallelJobs,
      longestWait: longestWait ?? HostedTrainer.longestWait
    )
  }

  private var commandOptions: CommandOptions {
    var withheld = scoring.profile.secrets
    if case .environment(let name) = configuration.scorer.endpoint.apiKey { withheld.insert(name) }
    var options = CommandOptions(
      program: configuration.trainer.command?.train ?? [],
      poll: configuration.trainer.command?.poll,
      longestWait: longestWait ?? CommandTrainer.longestWait,
      folder: absolute(folder),
      base: configuration.target?.base,
      withheld: withheld
    )
    options.capabilities.parallelJobs = configuration.trainer.parallelJobs ?? 1
    return options
  }

  private func absolute(_ path: String) -> String {
    path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
  }

  /// Makes the scorer.
  ///
  /// - Parameters:
  ///   - corpus: The examples, of which a few are tried.
  ///   - model: The model to try them on.
  ///   - isAsking: Whether the host is asked what works; otherwise its profile is believed.
  /// - Returns: The scorer.
  /// - Throws: `HostError`, of code `unsupported` when nothing works; `CancellationError`.
  func scorer(
    corpus: Corpus,
    trying model: ModelReference?,
    isAsking: Bool
  ) async throws -> HostedScorer {
    let concurrency = configuration.scorer.concurrency ?? scoring.profile.limits?.concurrency
    let endpoint = try endpoint()
    guard isAsking else {
      let named = try hosts.method(named: configuration.scorer.method)
      return HostedScorer(
        endpoint: endpoint,
        serving: serving,
        method: named ?? endpoint.profile.methods.first ?? .echo,
        concurrency: concurrency ?? Defaults.concurrency
      )
    }
    return try await HostedScorer.resolve(
      endpoint,
      serving: serving,
      method: hosts.method(named: configuration.scorer.method),
      model: model,
      samples: Array(corpus.queries.prefix(2) + corpus.train.prefix(2)),
      concurrency: concurrency ?? Defaults.concurrency
    ).scorer
  }

  /// Asks the scoring host what it supports.
  ///
  /// - Parameters:
  ///   - samples: A few of the run's examples.
  ///   - model: The model to ask.
  /// - Returns: What was found.
  /// - Throws: `HostError` for lasting faults, `CancellationError`.
  func probe(_ samples: [Example], model: ModelReference?) async throws -> ProbeReport {
    try await HostedScorer.probe(endpoint(), serving: serving, model: model, samples: samples)
  }

  private func endpoint() throws -> ScoringEndpoint {
    guard let profile = scoring.profile.scoring else {
      throw HostError(.unsupported, "\(scoring.profile.title) cannot read losses")
    }
    return ScoringEndpoint(
      host: scoring.connection,
      profile: profile,
      baseURL: scoring.baseURL
    )
  }

  /// Gives back deployments and adapters that an earlier process of the run still holds.
  ///
  /// - Returns: What could not be given back, in full sentences.
  /// - Throws: The store's own error, or `CancellationError`.
  func releaseRemaining() async throws -> [String] {
    try await serving.releaseAll(host: scoring.profile.name, ledger: ledger).map {
      "The \($0.resource.kind.rawValue) '\($0.resource.id)' of an earlier session is still there: "
        + "\($0.reason)."
    }
  }

  /// Gives back and deletes what a run made at its hosts, and goes on after whatever fails.
  ///
  /// - Parameter jobKeys: Keys of the jobs that were asked for.
  /// - Returns: Each thing and what became of it, in words; `nil` when it is gone.
  /// - Throws: The store's own error, or `CancellationError`.
  func clean(jobKeys: [String]) async throws -> [(resource: RemoteResource, leftover: String?)] {
    let before = try ledger.resources(job: nil)
    var result: [(resource: RemoteResource, leftover: String?)] = []
    let left = try await serving.releaseAll(host: scoring.profile.name, ledger: ledger)
    for resource in before where resource.kind == .deployment || resource.kind == .adapter {
      let reason = left.first { $0.resource == resource }?.reason
      result.append((resource, reason))
    }
    guard let training else { return result }
    var profile = training.profile
    profile.baseURL = training.baseURL
    let outcomes = try await RemoteCleaning(
      host: training.connection,
      profile: profile,
      ledger: ledger,
      account: training.account
    ).clean(jobKeys: jobKeys)
    for outcome in outcomes {
      switch outcome.result {
      case .kept(let reason): result.append((outcome.resource, reason))
      case .deleted, .gone, .ended: result.append((outcome.resource, nil))
      }
    }
    return result
  }

  /// What the hosts charge, as far as a price list knows.
  ///
  /// - Parameter settings: The run's settings.
  /// - Returns: The rates, `nil` when unknown, and what to know of them.
  /// - Throws: `ConfigurationError` for a price list that cannot be used, or is needed and lacks this.
  func charges(_ settings: RunSettings) throws -> (rates: Rates?, notes: [String]) {
    let list =
      try configuration.budget.prices.map { path throws(ConfigurationError) in
        try PriceList.read(path: path)
      } ?? PriceList.standard()
    let model = settings.base?.name ?? settings.target?.name ?? ""
    let trainer = trainerHost.profile.name
    let training = list.entry(of: model, at: trainer)
    let scoring = list.entry(of: model, at: scoring.profile.name)
    let trainsNothing = settings.prompts != nil && settings.target != nil
    guard let tokens = trainsNothing ? 0 : training?.training, let scoring,
      let prompt = scoring.prompt
    else {
      if configuration.budget.dollars != nil {
        throw ConfigurationError(
          .missing,
          path: "budget.prices",
          "'budget.dollars' cannot be kept: no price is known for '\(model)' at '\(trainer)' and "
            + "'\(self.scoring.profile.name)'",
          hint: "write a price list, see configs/prices.json5: budget: { prices: \"prices.json5\" }"
        )
      }
      return (nil, ["No price is known for '\(model)', so dollars are not counted."])
    }
    let rates = Rates(
      trainingTokens: tokens,
      promptTokens: prompt,
      completionTokens: scoring.completion ?? 0,
      job: training?.job ?? 0,
      hosting: scoring.hour ?? 0
    )
    let isFree = rates == .free
    return (rates, isFree ? [] : ["Prices are of \(list.date); check them before you spend."])
  }
}

/// The ledger of a command that makes nothing.
private struct NoLedger: Ledger {
  func add(_ resource: RemoteResource) throws {
    throw HostError(.configuration, "nothing may be made at a host without a store")
  }
  func remove(_ resource: RemoteResource) throws {}
  func resources(job: String?) throws -> [RemoteResource] { [] }
  func isGone(_ resource: RemoteResource) throws -> Bool { false }
}
