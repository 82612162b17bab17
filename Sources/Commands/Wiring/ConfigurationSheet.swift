import Attribution
import Configuration
import Experiment
import Hosts
import ReferenceModels
import Runs

/// Every key of a configuration with the value that the run will use, and where it came from.
///
/// Values are those of the decoded configuration and of the settings made of it, never the file's text.
struct ConfigurationSheet: Sendable {
  /// Where a value came from.
  enum Origin: Sendable, Hashable {
    /// The configuration file, at a line.
    case file(line: Int)
    /// Nobody said it.
    case standard
    /// What the profile of a host says.
    case host(String)
    /// An environment variable.
    case environment(String)
    /// A file that holds a key.
    case keyFile(String)
    /// What another key says.
    case key(String)

    /// What a person is told.
    var words: String {
      switch self {
      case .file(let line): "file line \(line)"
      case .standard: "default"
      case .host(let name): "host profile \(name)"
      case .environment(let name): "environment \(name)"
      case .keyFile(let path): "key file \(path)"
      case .key(let path): path
      }
    }
  }

  /// A key that has a value.
  struct Entry: Sendable, Hashable {
    /// Full path of the key.
    let path: String
    /// The value; of a secret only whether it is set.
    let value: JSONValue
    /// Where it came from.
    let origin: Origin
  }

  /// Keys that have a value, in the order in which people read them.
  private(set) var entries: [Entry] = []
  /// Keys that are not set and need not be, or mean nothing here.
  private(set) var unset: [String] = []
  /// Keys that the reader knows and this does not; a test keeps it empty.
  private(set) var unexplained: [String] = []

  private let configuration: RunConfiguration
  private let written: [String: JSON5Reader.Written]
  private let environment: [String: String]
  private var found: [String: (value: JSONValue, origin: Origin)?] = [:]

  /// Works out all values.
  ///
  /// - Parameters:
  ///   - configuration: The decoded file.
  ///   - written: What stands in the file.
  ///   - corpus: The examples, which some defaults depend on.
  ///   - environment: The process environment.
  ///   - hosts: The hosts that may be named.
  /// - Throws: What is wrong with the configuration beyond its form.
  init(
    _ configuration: RunConfiguration,
    written: [String: JSON5Reader.Written],
    corpus: Corpus,
    environment: [String: String],
    hosts: HostRegistry = .all
  ) throws {
    self.configuration = configuration
    self.written = written
    self.environment = environment
    let settings = try RunSettings(configuration, corpus: corpus)
    let trainer = configuration.trainer.endpoint
    let scorer = configuration.scorer.endpoint
    let isPrompting = settings.prompts != nil && settings.target != nil
    let trainerHost = try isPrompting ? nil : hosts.host(of: trainer, key: "trainer")
    let scorerHost = try hosts.host(of: scorer, key: "scorer")

    add("name", .string(configuration.name))
    add("data.train", .string(configuration.data.train))
    add("data.queries", .string(configuration.data.queries))
    add("target.model", .string(settings.target?.name))
    add("target.base", .string(settings.base?.name))
    add(
      "target.epochs",
      settings.target == nil ? .integer(settings.targetHyperparameters.epochs) : .null
    )
    if let trainerHost {
      endpoint("trainer", trainer, trainerHost)
    } else {
      for key in ["provider", "baseURL", "apiKey", "allowsPlainHTTP"] {
        add("trainer.\(key)", .null)
      }
    }
    training(settings, trainerHost)
    endpoint("scorer", scorer, scorerHost, like: "trainer")
    reading(scorerHost)
    perturbation(settings)
    additions()
    arrange()
  }

  // MARK: Parts of a configuration

  private mutating func endpoint(
    _ part: String,
    _ endpoint: RunConfiguration.Endpoint,
    _ host: HostDefinition,
    like other: String? = nil
  ) {
    let profile = host.profile
    // What is not said for the scorer is what the trainer has, for the same provider.
    func taken(_ key: String) -> Origin? {
      other.flatMap { written["\($0).\(key)"] == nil ? nil : .key("\($0).\(key)") }
    }
    add("\(part).provider", .string(endpoint.provider), taken("provider") ?? .standard)
    guard case .http = host.access else {
      for key in ["baseURL", "apiKey", "allowsPlainHTTP"] { add("\(part).\(key)", .null) }
      return
    }
    let variable = profile.environment?.baseURL.flatMap { name in
      environment[name].flatMap { $0.isEmpty ? nil : (name, $0) }
    }
    if let address = endpoint.baseURL {
      add(
        "\(part).baseURL",
        .string(Self.shown(profile.completed(address))),
        taken("baseURL") ?? .standard
      )
    } else if let (name, address) = variable {
      add("\(part).baseURL", .string(Self.shown(profile.completed(address))), .environment(name))
    } else {
      add("\(part).baseURL", .string(profile.baseURL.map(profile.completed)), .host(profile.name))
    }
    secret(part, endpoint, profile)
    add(
      "\(part).allowsPlainHTTP",
      .bool(endpoint.allowsPlainHTTP || profile.allowsPlainHTTP ?? false)
    )
  }

  /// An address without what may be a key in it: a name with its password, and what follows a question mark.
  static func shown(_ address: String) -> String {
    var rest = address[...]
    var shown = ""
    if let scheme = rest.firstRange(of: "://") {
      shown = String(rest[..<scheme.upperBound])
      rest = rest[scheme.upperBound...]
    }
    let end = rest.firstIndex { "/?#".contains($0) } ?? rest.endIndex
    if let sign = rest[..<end].lastIndex(of: "@") {
      shown += "…@"
      rest = rest[rest.index(after: sign)...]
    }
    guard let query = rest.firstIndex(where: { "?#".contains($0) }) else { return shown + rest }
    return shown + rest[...query] + "…"
  }

  /// Whether a key is there, which is all that is ever said of it.
  private mutating func secret(
    _ part: String,
    _ endpoint: RunConfiguration.Endpoint,
    _ profile: HostProfile
  ) {
    let names = profile.environment
    let usual = [names?.token, names?.key].compactMap(\.self)
    let source =
      endpoint.apiKey
      ?? (usual.first { environment[$0]?.isEmpty == false } ?? usual.last)
      .map(SecretSource.environment)
    guard let source else { return add("\(part).apiKey", .null) }
    let isSet = (try? source.secret(environment: environment)) != nil
    let origin: Origin =
      switch source {
      case .environment(let name): .environment(name)
      case .file(let path): .keyFile(path)
      }
    // A line of the file would hide which variable it names.
    found["\(part).apiKey"] = (.string(isSet ? "set" : "not set"), origin)
  }

  private mutating func training(_ settings: RunSettings, _ host: HostDefinition?) {
    let trainer = configuration.trainer
    // Steps on queries have hyperparameters of their own, and only θ0 has the trainer's.
    let isStep = settings.perturbation.mirror != nil
    let training: Hyperparameters? =
      host == nil ? nil : isStep ? trainer.hyperparameters : settings.hyperparameters
    hyperparameters("trainer", training)
    hyperparameters("perturbation", isStep ? settings.hyperparameters : nil)
    switch host?.access {
    case .embedded: add("trainer.parallelJobs", .integer(settings.parallelJobs))
    case .program: add("trainer.parallelJobs", .integer(trainer.parallelJobs ?? 1))
    case .http:
      let usual = host?.profile.training?.parallelJobs
      let name = host?.profile.name ?? ""
      add("trainer.parallelJobs", .integer(trainer.parallelJobs ?? usual), .host(name))
    case nil: add("trainer.parallelJobs", .null)
    }
    add("trainer.minutesPerJob", .number(trainer.minutesPerJob))
    let patience: Duration? =
      switch host?.access {
      case .http: HostedTrainer.longestWait
      case .program: CommandTrainer.longestWait
      case .embedded, nil: nil
      }
    add(
      "trainer.patienceMinutes",
      .number(trainer.patienceMinutes ?? patience.map { $0 / .seconds(60) })
    )
    let shape = host?.isEmbedded == true ? trainer.architecture ?? Defaults.architecture : nil
    add("trainer.architecture.width", .integer(shape?.width))
    add("trainer.architecture.layers", .integer(shape?.layers))
    add("trainer.architecture.heads", .integer(shape?.heads))
    add("trainer.architecture.vocabulary", .integer(shape?.vocabulary))
    add("trainer.architecture.context", .integer(shape?.context))
    add("trainer.command", trainer.command.map { .strings($0.train) } ?? .null)
    add("trainer.poll", trainer.command?.poll.map { .strings($0) } ?? .null)
  }

  private mutating func hyperparameters(_ part: String, _ values: Hyperparameters?) {
    add("\(part).hyperparameters.epochs", .integer(values?.epochs))
    add("\(part).hyperparameters.batchSize", .integer(values?.batchSize))
    add("\(part).hyperparameters.learningRateMultiplier", .number(values?.learningRateMultiplier))
  }

  private mutating func reading(_ host: HostDefinition) {
    let scorer = configuration.scorer
    let limits = host.profile.limits
    let origin = Origin.host(host.profile.name)
    add("scorer.method", .string(scorer.method))
    let usual = host.isEmbedded ? nil : Defaults.concurrency
    add(
      "scorer.concurrency",
      .integer(scorer.concurrency ?? limits?.concurrency ?? usual),
      limits?.concurrency == nil ? .standard : origin
    )
    add(
      "scorer.requestsPerMinute",
      .integer(scorer.requestsPerMinute ?? limits?.requestsPerMinute),
      origin
    )
    let serving = scorer.serving
    add("scorer.serving.modelsAtOnce", .integer(serving.modelsAtOnce))
    add("scorer.serving.deployment", .string(serving.deployment))
    add("scorer.serving.patience", .integer(serving.patience))
    add("scorer.serving.azure.subscription", .string(serving.azure?.subscription))
    add("scorer.serving.azure.resourceGroup", .string(serving.azure?.resourceGroup))
    add("scorer.serving.azure.account", .string(serving.azure?.account))
    add("scorer.serving.azure.sku", .string(serving.azure?.sku))
  }

  private mutating func perturbation(_ settings: RunSettings) {
    let prompts = settings.prompts
    let mirror = settings.perturbation.mirror
    let isDrawn = settings.perturbation.matrix == .subsets
    let kind: RunConfiguration.PerturbationKind =
      mirror != nil ? .mirror : prompts != nil ? .prompt : .finetune
    add("perturbation.kind", .string(kind.rawValue))
    let stop = configuration.perturbation.stop
    add("perturbation.models", isDrawn && stop == nil ? .integer(settings.models) : .null)
    add("perturbation.models.max", stop == nil ? .null : .integer(settings.models))
    add("perturbation.models.stop", .string(stop?.rawValue))
    switch isDrawn ? settings.subset : nil {
    case .ratio(let ratio):
      add("perturbation.subsetRatio", .number(ratio))
      add("perturbation.subsetSize", .null)
    case .size(let size):
      add("perturbation.subsetRatio", .null)
      add("perturbation.subsetSize", .integer(size))
    case nil:
      add("perturbation.subsetRatio", .null)
      add("perturbation.subsetSize", .null)
    }
    add("perturbation.start", prompts == nil ? .string(settings.start.rawValue) : .null)
    add("perturbation.seed", .unsigned(settings.seed))
    add("perturbation.weighted", kind == .finetune ? .bool(settings.weighted) : .null)
    add("perturbation.method", .string(prompts?.method.rawValue))
    let isShown = prompts?.method == .demonstrations
    add("perturbation.demonstrations", isShown ? .integer(prompts?.demonstrations) : .null)
    add("perturbation.length", isDrawn ? .integer(prompts?.length) : .null)
    add("perturbation.vocabulary", isDrawn ? .integer(prompts?.vocabulary) : .null)
    let optimizer = prompts?.method == .bdpl ? prompts?.optimizer : nil
    let preset = written["perturbation.preset"]?.value
    let usual = JSONValue.string(RunConfiguration.OptimizerPreset.frugal.rawValue)
    add("perturbation.preset", optimizer == nil ? .null : preset ?? usual)
    add("perturbation.samples", .integer(optimizer?.samples))
    add("perturbation.epochs", .integer(optimizer?.epochs))
    add("perturbation.batchSize", .integer(optimizer?.batchSize))
    add("perturbation.learningRate", .number(optimizer?.learningRate))
    add("perturbation.callLimit", .integer(optimizer?.callLimit))
    add(
      "perturbation.labels",
      optimizer == nil ? .null : prompts?.labels.map { .strings($0) } ?? .null
    )
    add("perturbation.seeds", .integer(mirror?.seeds))
    add("perturbation.direction", .string(mirror?.direction.rawValue))
  }

  /// What a run may have besides its models.
  private mutating func additions() {
    let candidates = configuration.candidates
    add("candidates.nearest", .integer(candidates?.nearest))
    add("candidates.probing", .string(candidates?.probing))
    add("candidates.top", candidates?.probing == nil ? .null : .integer(candidates?.top))
    add("candidates.audit", .number(candidates?.audit))
    let embeddings = configuration.embeddings
    let embedder = embeddings.flatMap {
      try? HostRegistry.all.host(of: $0.endpoint, key: "evidence.embeddings")
    }
    if let embeddings, let embedder {
      endpoint("evidence.embeddings", embeddings.endpoint, embedder)
    } else {
      for key in ["provider", "baseURL", "apiKey", "allowsPlainHTTP"] {
        add("evidence.embeddings.\(key)", .null)
      }
    }
    add("evidence.embeddings.model", .string(embeddings?.model))
    add("estimator", .string(configuration.estimator))
    add("budget.dollars", .number(configuration.budget.dollars))
    add("budget.prices", .string(configuration.budget.prices))
  }

  // MARK: Putting together

  /// Notes a value and where it comes from if the file does not say it; `null` is not set.
  private mutating func add(_ path: String, _ value: JSONValue, _ origin: Origin = .standard) {
    let said = written[path].map { Origin.file(line: $0.line) }
    found[path] = .some(value == .null ? nil : (value, said ?? origin))
  }

  /// Brings all keys that the reader knows into their order.
  private mutating func arrange() {
    let sections = Set(RunConfiguration.Section.allCases.flatMap(\.paths))
    let keys = Set(RunConfiguration.Section.apiKey.paths)
    func visit(_ section: RunConfiguration.Section, _ path: String, _ leave: inout [String]) {
      for key in section.keys {
        let full = path.isEmpty ? key : "\(path).\(key)"
        leave.append(full)
        guard !keys.contains(full), sections.contains(full),
          let inner = RunConfiguration.Section.allCases.first(where: { $0.paths.contains(full) })
        else { continue }
        visit(inner, full, &leave)
      }
    }
    var paths: [String] = []
    visit(.root, "", &paths)
    for path in paths {
      switch found[path] {
      case .some(.some(let (value, origin))):
        entries.append(Entry(path: path, value: value, origin: origin))
      case .some(.none): unset.append(path)
      case .none where sections.contains(path): break
      case .none: unexplained.append(path)
      }
    }
  }
}

extension ConfigurationSheet.Entry {
  /// The value as a person reads it: texts without quotes, all else as JSON.
  var words: String {
    if case .string(let text) = value { return text }
    return String(decoding: value.bytes, as: UTF8.self)
  }
}
