import Attribution
import Experiment
import Hosts
import ReferenceModels
import Terminal

extension RunConfiguration {
  /// Reads a configuration file.
  package static func read(file: String) throws(ConfigurationError) -> RunConfiguration {
    try ConfigurationReader.reading(file: file) { bytes, folder, name throws(ConfigurationError) in
      try RunConfiguration(json5: bytes, folder: folder, defaultName: name)
    }
  }

  /// Reads a file's content; relative paths are put behind `folder`, which is empty or ends in a slash.
  package init(
    json5: [UInt8],
    folder: String,
    defaultName: String
  ) throws(ConfigurationError) {
    let root = try ConfigurationReader(
      json5: json5,
      folder: folder,
      keys: Section.root.keys
    )
    name = try root.text("name") ?? defaultName
    let files = try root.part("data", .data)
    data = Data(
      train: try files.required("train", files.file),
      queries: try files.required("queries", files.file)
    )
    perturbation = try Self.perturbation(root)
    if !["trainer", "scorer", "target"].contains(where: root.has) {
      trainer = Trainer(
        endpoint: Endpoint(provider: Defaults.provider),
        hyperparameters: Hyperparameters()
      )
      scorer = try Self.scorer(root, trainer.endpoint)
    } else if perturbation.prompts != nil, !root.has("trainer") {
      // Prompts need no trainer; an empty name is no provider's, so that the scorer must say its own.
      scorer = try Self.scorer(root, Endpoint(provider: ""))
      trainer = Trainer(endpoint: scorer.endpoint, hyperparameters: Hyperparameters())
    } else {
      trainer = try Self.trainer(root)
      scorer = try Self.scorer(root, trainer.endpoint)
    }
    target = try Self.target(root, isLocal: trainer.endpoint.provider == Self.local)
    candidates = try Self.candidates(root)
    embeddings = try Self.embeddings(root)
    estimator = try root.text("estimator") ?? Defaults.estimator
    let money = try root.object("budget", .budget)
    budget = Budget(dollars: try money?.amount("dollars"), prices: try money?.file("prices"))
    if budget.prices != nil, trainer.endpoint.provider == Self.local, let money {
      let cause = "is not for the provider 'local', which costs nothing"
      throw money.fault(.conflict, "prices", cause)
    }
  }

  private static func target(
    _ root: ConfigurationReader,
    isLocal: Bool
  ) throws(ConfigurationError) -> Target? {
    guard let part = try root.object("target", .target) else {
      if isLocal { return nil }
      throw root.missing("target", hint: "name the model to explain: target: { model: \"…\" }")
    }
    let target = Target(
      model: try part.text("model"),
      base: try part.text("base"),
      epochs: try part.whole("epochs")
    )
    if target.model == nil, (target.base == nil) != isLocal { throw part.missing("model") }
    if target.model != nil {
      try part.refuse(["epochs"], "beside 'model': that target is trained already")
    }
    return target
  }

  private static func trainer(
    _ root: ConfigurationReader
  ) throws(ConfigurationError) -> Trainer {
    let part = try root.part("trainer", .trainer)
    let endpoint = Endpoint(
      provider: try part.required("provider", provider(part)),
      baseURL: try part.text("baseURL"),
      apiKey: try secret(part),
      allowsPlainHTTP: try part.bool("allowsPlainHTTP") ?? false
    )
    let isLocal = endpoint.provider == local
    if isLocal || endpoint.provider == command {
      try part.refuse(
        ["baseURL", "apiKey", "allowsPlainHTTP"] + (isLocal ? ["minutesPerJob"] : []),
        "for the provider '\(endpoint.provider)'"
      )
    }
    let hyperparameters = try hyperparameters(part)
    let architecture = try architecture(part, isLocal: isLocal)
    let patience = try part.positive("patienceMinutes")
    if patience != nil, isLocal {
      let cause = "is not for the provider 'local', which lets nobody wait"
      throw part.fault(.conflict, "patienceMinutes", cause)
    }
    return Trainer(
      endpoint: endpoint,
      hyperparameters: hyperparameters,
      parallelJobs: try part.whole("parallelJobs"),
      minutesPerJob: try part.positive("minutesPerJob"),
      patienceMinutes: patience,
      architecture: architecture,
      command: try program(part, endpoint.provider)
    )
  }

  /// How to train; what the part does not say is `nil`.
  static func hyperparameters(
    _ part: ConfigurationReader
  ) throws(ConfigurationError) -> Hyperparameters {
    let said = try part.object("hyperparameters", .hyperparameters)
    return Hyperparameters(
      epochs: try said?.whole("epochs"),
      batchSize: try said?.whole("batchSize"),
      learningRateMultiplier: try said?.positive("learningRateMultiplier")
    )
  }

  private static func architecture(
    _ trainer: ConfigurationReader,
    isLocal: Bool
  ) throws(ConfigurationError) -> Architecture? {
    guard let size = try trainer.object("architecture", .architecture) else { return nil }
    guard isLocal else {
      throw trainer.fault(.conflict, "architecture", "is only for the provider 'local'")
    }
    let (width, heads) = (try size.whole("width"), try size.whole("heads"))
    if let width, let heads, width % heads != 0 {
      throw ConfigurationError(
        .conflict,
        path: size.full("heads"),
        "'\(size.full("width"))' \(width) is not a multiple of 'heads' \(heads)"
      )
    }
    let usual = Defaults.architecture
    return Architecture(
      width: width ?? usual.width,
      layers: try size.whole("layers") ?? usual.layers,
      heads: heads ?? usual.heads,
      vocabulary: try size.whole("vocabulary") ?? usual.vocabulary,
      context: try size.whole("context") ?? usual.context
    )
  }

  private static func program(
    _ part: ConfigurationReader,
    _ provider: String
  ) throws(ConfigurationError) -> Command? {
    let train = try part.texts("command")
    let poll = try part.texts("poll")
    guard provider == command else {
      guard let odd = train == nil ? (poll == nil ? nil : "poll") : "command" else { return nil }
      throw part.fault(.conflict, odd, "is only for the provider 'command'")
    }
    return Command(train: try part.required("command", train), poll: poll)
  }

  private static func embeddings(
    _ root: ConfigurationReader
  ) throws(ConfigurationError) -> Embeddings? {
    guard let evidence = try root.object("evidence", .evidence),
      let part = try evidence.object("embeddings", .embeddings)
    else { return nil }
    let endpoint = Endpoint(
      provider: try part.required("provider", provider(part)),
      baseURL: try part.text("baseURL"),
      apiKey: try secret(part),
      allowsPlainHTTP: try part.bool("allowsPlainHTTP") ?? false
    )
    if endpoint.provider == local || endpoint.provider == command {
      throw part.fault(
        .conflict,
        "provider",
        "is '\(endpoint.provider)', which has no endpoint for embeddings",
        hint: "name a server of OpenAI's shape; 'daunce sandbox' is one"
      )
    }
    return Embeddings(endpoint: endpoint, model: try part.required("model", part.text))
  }

  /// A provider's name; one that is a file of the user's is a path.
  private static func provider(
    _ part: ConfigurationReader
  ) throws(ConfigurationError) -> String? {
    try part.text("provider").map { $0.hasSuffix(".json5") ? part.resolved($0) : $0 }
  }

  /// The trainer's address and key are taken over only for the trainer's own provider: a key must
  /// not travel to another host because a file is short.
  private static func scorer(
    _ root: ConfigurationReader,
    _ trainer: Endpoint
  ) throws(ConfigurationError) -> Scorer {
    let part = try root.object("scorer", .scorer)
    var endpoint = trainer
    if let part {
      if let provider = try provider(part), provider != trainer.provider {
        endpoint = Endpoint(provider: provider, baseURL: nil, apiKey: nil)
      }
      let key = try secret(part)
      if let baseURL = try part.text("baseURL"), endpoint.baseURL?.isSame(as: baseURL) != true {
        endpoint.baseURL = baseURL
        endpoint.apiKey = nil
      }
      endpoint.apiKey = key ?? endpoint.apiKey
      endpoint.allowsPlainHTTP = try part.bool("allowsPlainHTTP") ?? endpoint.allowsPlainHTTP
    }
    if endpoint.provider.isEmpty { throw (part ?? root).missing("provider") }
    if endpoint.provider == local {
      let keys = ["baseURL", "apiKey", "allowsPlainHTTP", "concurrency", "requestsPerMinute"]
      try part?.refuse(keys + ["serving"], "for the provider 'local'")
    }
    if endpoint.provider == command {
      throw ConfigurationError(
        .missing,
        path: "scorer.provider",
        "'scorer.provider' is missing: a command trains, but reads no losses",
        hint: "name the server of the tuned models: scorer: { provider: \"vllm\", baseURL: \"…\" }"
      )
    }
    return Scorer(
      endpoint: endpoint,
      method: try method(part, of: endpoint.provider),
      concurrency: try part?.whole("concurrency"),
      requestsPerMinute: try part?.whole("requestsPerMinute"),
      serving: try serving(part)
    )
  }

  private static func method(
    _ part: ConfigurationReader?,
    of provider: String
  ) throws(ConfigurationError) -> String {
    guard let part, let method = try part.text("method") else { return Defaults.scoringMethod }
    let known =
      [Defaults.scoringMethod]
      + (provider == local ? ["forward"] : HostRegistry.builtIn.methods.map(\.name))
    guard !known.contains(method) else { return method }
    throw ConfigurationError(
      provider == local ? .unsupported : .badValue,
      path: part.full("method"),
      "the provider '\(provider)' cannot read losses by '\(method)'",
      hint: nearest(to: method, in: known).map { "did you mean '\($0)'?" }
        ?? "known: \(known.joined(separator: ", "))"
    )
  }

  private static func serving(
    _ part: ConfigurationReader?
  ) throws(ConfigurationError) -> ServingOptions {
    let said = try part?.object("serving", .serving)
    let azure = try said?.object("azure", .azure)
    var resource: ServingOptions.AzureResource?
    if let azure {
      resource = ServingOptions.AzureResource(
        subscription: try azure.required("subscription", azure.text),
        resourceGroup: try azure.required("resourceGroup", azure.text),
        account: try azure.required("account", azure.text),
        sku: try azure.text("sku")
      )
    }
    return ServingOptions(
      modelsAtOnce: try said?.whole("modelsAtOnce"),
      deployment: try said?.text("deployment"),
      azure: resource,
      patience: try said?.whole("patience")
    )
  }

  private static func secret(
    _ part: ConfigurationReader
  ) throws(ConfigurationError) -> SecretSource? {
    guard part.has("apiKey") else { return nil }
    // A key pasted here must not come back in a message, so no value is described.
    let source = try? part.object("apiKey", .apiKey)
    let name = try? source?.text("env")
    let file = try? source?.text("file")
    switch (name, file) {
    case (let name?, nil) where name.wholeMatch(of: /[A-Za-z0-9_]+/) != nil:
      return .environment(name)
    case (nil, let file?) where source?.has("env") == false: return .file(part.resolved(file))
    default:
      throw part.fault(
        .badValue,
        "apiKey",
        "should say where the key is, not what it is",
        hint: "write apiKey: { env: \"NAME\" } or apiKey: { file: \"PATH\" }"
      )
    }
  }

  /// The number of models, and what ends a run before it.
  private static func growth(
    _ part: ConfigurationReader
  ) throws(ConfigurationError) -> (most: Int?, stop: Stop?) {
    guard case .object = part.value("models") else { return (try part.whole("models"), nil) }
    let models = try part.part("models", .growth)
    return (
      try models.required("max") { key throws(ConfigurationError) in
        try models.whole(key, atLeast: StoppingRule.first)
      },
      try models.required("stop") { key throws(ConfigurationError) in
        try models.choice(key, Stop.self)
      }
    )
  }

  private static func perturbation(
    _ root: ConfigurationReader
  ) throws(ConfigurationError) -> Perturbation {
    let part = try root.object("perturbation", .perturbation)
    if let part, part.has("subsetRatio"), part.has("subsetSize") {
      throw ConfigurationError(
        .conflict,
        path: part.full("subsetSize"),
        "both '\(part.full("subsetRatio"))' and '\(part.full("subsetSize"))' are given",
        hint: "keep one of them"
      )
    }
    let ratio = try part?.number("subsetRatio", "a number above 0 and at most 1") {
      $0 > 0 && $0 <= 1
    }
    let count = try part?.whole("subsetSize")
    let models = try part.map { part throws(ConfigurationError) in try growth(part) }
    return Perturbation(
      models: models?.most,
      stop: models?.stop,
      subset: ratio.map(SubsetSize.ratio) ?? count.map(SubsetSize.count),
      start: try part?.choice("start", Start.self),
      seed: try part?.seed("seed") ?? Defaults.seed,
      weighted: try part?.bool("weighted") ?? false,
      prompts: try part.flatMap { part throws(ConfigurationError) in try prompts(part) },
      mirror: try part.flatMap { part throws(ConfigurationError) in try mirror(part) }
    )
  }
}
