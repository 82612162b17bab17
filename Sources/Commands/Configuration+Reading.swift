import Experiment
import FoundationEssentials
import Hosts
import Terminal

extension Configuration {
  /// Reads a configuration file.
  ///
  /// - Parameter file: Path of a JSON5 file.
  /// - Returns: The configuration, paths resolved against the file's folder.
  /// - Throws: `ConfigurationError` with the file's name.
  package static func read(file: String) throws(ConfigurationError) -> Configuration {
    try ConfigurationReader.reading(file: file) { bytes, folder, name throws(ConfigurationError) in
      try Configuration(json5: bytes, folder: folder, defaultName: name)
    }
  }

  /// Reads a configuration.
  ///
  /// - Parameters:
  ///   - json5: The content of a file.
  ///   - folder: Put before relative paths; empty, or ends in a slash.
  ///   - defaultName: The run's name when the file gives none.
  /// - Throws: `ConfigurationError` for the first fault, its `file` not set.
  package init(
    json5: [UInt8],
    folder: String,
    defaultName: String
  ) throws(ConfigurationError) {
    let root = try ConfigurationReader(
      json5: json5,
      keys: [
        "name", "data", "target", "trainer", "scorer", "perturbation", "candidates", "estimator",
        "budget",
      ]
    )
    func resolved(_ path: String) -> String { path.hasPrefix("/") ? path : folder + path }

    name = try root.text("name") ?? defaultName
    let files = try root.required("data", root.object("data", keys: ["train", "queries"]))
    data = Data(
      train: resolved(try files.required("train", files.text("train"))),
      queries: resolved(try files.required("queries", files.text("queries")))
    )
    perturbation = try Self.perturbation(root)
    if perturbation.prompts != nil, !root.has("trainer") {
      // Prompts need no trainer; an empty name is no provider's, so that the scorer must say its own.
      scorer = try Self.scorer(root, Endpoint(provider: ""), resolved)
      trainer = Trainer(endpoint: scorer.endpoint, hyperparameters: Hyperparameters())
    } else {
      trainer = try Self.trainer(root, resolved)
      scorer = try Self.scorer(root, trainer.endpoint, resolved)
    }
    if let part = try root.object("target", keys: ["model", "base", "epochs"]) {
      target = Target(
        model: try part.text("model"),
        base: try part.text("base"),
        epochs: try part.whole("epochs")
      )
      let isLocal = trainer.endpoint.provider == "local"
      if target?.model == nil, (target?.base == nil) != isLocal {
        _ = try part.required("model", String?.none)
      }
      if target?.model != nil {
        try part.refuse(["epochs"], "beside 'model': that target is trained already")
      }
    } else if trainer.endpoint.provider != "local" {
      throw ConfigurationError(
        .missing,
        path: "target",
        "'target' is missing",
        hint: "name the model to explain: target: { model: \"…\" }"
      )
    }
    candidates = try Self.candidates(root, resolved)
    estimator = try root.text("estimator") ?? "auto"
    let money = try root.object("budget", keys: ["dollars", "prices"])
    budget = Budget(
      dollars: try money?.number("dollars", "a number of 0 or more") { $0 >= 0 },
      prices: try money?.text("prices").map(resolved)
    )
    if budget.prices != nil, trainer.endpoint.provider == "local" {
      throw ConfigurationError(
        .conflict,
        path: "budget.prices",
        "'budget.prices' is not for the provider 'local', which costs nothing"
      )
    }
  }

  private static func trainer(
    _ root: ConfigurationReader,
    _ resolved: (String) -> String
  ) throws(ConfigurationError) -> Trainer {
    let part = try root.required(
      "trainer",
      root.object(
        "trainer",
        keys: [
          "provider", "baseURL", "apiKey", "allowsPlainHTTP", "hyperparameters", "parallelJobs",
          "minutesPerJob", "patienceMinutes", "architecture", "command", "poll",
        ]
      )
    )
    let endpoint = Endpoint(
      provider: try part.required("provider", provider(part, resolved)),
      baseURL: try part.text("baseURL"),
      apiKey: try secret(part, resolved),
      allowsPlainHTTP: try part.bool("allowsPlainHTTP") ?? false
    )
    if ["local", "command"].contains(endpoint.provider) {
      let keys = endpoint.provider == "local" ? ["minutesPerJob"] : []
      try part.refuse(
        ["baseURL", "apiKey", "allowsPlainHTTP"] + keys,
        "for the provider '\(endpoint.provider)'"
      )
    }
    let tuning = try part.object(
      "hyperparameters",
      keys: ["epochs", "batchSize", "learningRateMultiplier"]
    )
    let size = try part.object(
      "architecture",
      keys: ["width", "layers", "heads", "vocabulary", "context"]
    )
    if size != nil, endpoint.provider != "local" {
      throw ConfigurationError(
        .conflict,
        path: part.full("architecture"),
        "'\(part.full("architecture"))' is only for the provider 'local'"
      )
    }
    let patience = try part.number("patienceMinutes", "a number above 0") { $0 > 0 }
    if patience != nil, endpoint.provider == "local" {
      throw ConfigurationError(
        .conflict,
        path: part.full("patienceMinutes"),
        "'\(part.full("patienceMinutes"))' is not for the provider 'local', which lets nobody wait"
      )
    }
    var architecture: Architecture?
    if let size {
      architecture = Architecture(
        width: try size.whole("width"),
        layers: try size.whole("layers"),
        heads: try size.whole("heads"),
        vocabulary: try size.whole("vocabulary"),
        context: try size.whole("context")
      )
      if let width = architecture?.width, let heads = architecture?.heads, width % heads != 0 {
        throw ConfigurationError(
          .conflict,
          path: size.full("heads"),
          "'\(size.full("width"))' \(width) is not a multiple of 'heads' \(heads)"
        )
      }
    }
    return Trainer(
      endpoint: endpoint,
      hyperparameters: Hyperparameters(
        epochs: try tuning?.whole("epochs"),
        batchSize: try tuning?.whole("batchSize"),
        learningRateMultiplier: try tuning?.number("learningRateMultiplier", "a number above 0") {
          $0 > 0
        }
      ),
      parallelJobs: try part.whole("parallelJobs"),
      minutesPerJob: try part.number("minutesPerJob", "a number above 0") { $0 > 0 },
      patienceMinutes: patience,
      architecture: architecture,
      command: try command(part, endpoint.provider)
    )
  }

  private static func command(
    _ part: ConfigurationReader,
    _ provider: String
  ) throws(ConfigurationError) -> Command? {
    let train = try part.texts("command")
    let poll = try part.texts("poll")
    guard provider == "command" else {
      guard train == nil, poll == nil else {
        let path = part.full(train == nil ? "poll" : "command")
        throw ConfigurationError(
          .conflict,
          path: path,
          "'\(path)' is only for the provider 'command'"
        )
      }
      return nil
    }
    return Command(train: try part.required("command", train), poll: poll)
  }

  /// A provider's name; one that is a file of the user's is a path.
  private static func provider(
    _ part: ConfigurationReader,
    _ resolved: (String) -> String
  ) throws(ConfigurationError) -> String? {
    try part.text("provider").map { $0.hasSuffix(".json5") ? resolved($0) : $0 }
  }

  /// The trainer's address and key are taken over only for the trainer's own provider: a key must
  /// not travel to another host because a file is short.
  private static func scorer(
    _ root: ConfigurationReader,
    _ trainer: Endpoint,
    _ resolved: (String) -> String
  ) throws(ConfigurationError) -> Scorer {
    let part = try root.object(
      "scorer",
      keys: [
        "provider", "baseURL", "apiKey", "allowsPlainHTTP", "method", "concurrency",
        "requestsPerMinute", "serving",
      ]
    )
    var endpoint = trainer
    if let part, let provider = try provider(part, resolved), provider != trainer.provider {
      endpoint = Endpoint(provider: provider, baseURL: nil, apiKey: nil)
    }
    if let part {
      let key = try secret(part, resolved)
      if let baseURL = try part.text("baseURL"), endpoint.baseURL?.isSame(as: baseURL) != true {
        endpoint.baseURL = baseURL
        endpoint.apiKey = nil
      }
      endpoint.apiKey = key ?? endpoint.apiKey
      endpoint.allowsPlainHTTP = try part.bool("allowsPlainHTTP") ?? endpoint.allowsPlainHTTP
    }
    if endpoint.provider.isEmpty {
      _ = try (part ?? root).required("provider", String?.none)
    }
    if endpoint.provider == "local" {
      let keys = ["baseURL", "apiKey", "allowsPlainHTTP", "concurrency", "requestsPerMinute"]
      try part?.refuse(keys + ["serving"], "for the provider 'local'")
    }
    if endpoint.provider == "command" {
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
    guard let part, let method = try part.text("method") else { return "auto" }
    let known =
      ["auto"] + (provider == "local" ? ["forward"] : HostRegistry.all.methods.map(\.name))
    guard !known.contains(method) else { return method }
    throw ConfigurationError(
      provider == "local" ? .unsupported : .badValue,
      path: part.full("method"),
      "the provider '\(provider)' cannot read losses by '\(method)'",
      hint: nearest(to: method, in: known).map { "did you mean '\($0)'?" }
        ?? "known: \(known.joined(separator: ", "))"
    )
  }

  private static func serving(
    _ part: ConfigurationReader?
  ) throws(ConfigurationError) -> ServingOptions {
    let said = try part?.object(
      "serving",
      keys: ["modelsAtOnce", "deployment", "azure", "patience"]
    )
    let azure = try said?.object(
      "azure",
      keys: ["subscription", "resourceGroup", "account", "sku"]
    )
    var resource: ServingOptions.AzureResource?
    if let azure {
      resource = ServingOptions.AzureResource(
        subscription: try azure.required("subscription", azure.text("subscription")),
        resourceGroup: try azure.required("resourceGroup", azure.text("resourceGroup")),
        account: try azure.required("account", azure.text("account")),
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
    _ part: ConfigurationReader,
    _ resolved: (String) -> String
  ) throws(ConfigurationError) -> SecretSource? {
    guard part.has("apiKey") else { return nil }
    let path = part.full("apiKey")
    // A key pasted here must not come back in a message, so no value is described.
    let source = try? part.object("apiKey", keys: ["env", "file"])
    let name = try? source?.text("env")
    let file = try? source?.text("file")
    let isName = name?.utf8.allSatisfy { byte in
      byte == UInt8(ascii: "_") || (byte < 0x80 && Character(Unicode.Scalar(byte)).isLetter)
        || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
    switch (name, file) {
    case (let name?, nil) where isName == true: return .environment(name)
    case (nil, let file?) where source?.has("env") == false: return .file(resolved(file))
    default:
      throw ConfigurationError(
        .badValue,
        path: path,
        "'\(path)' should say where the key is, not what it is",
        hint: "write apiKey: { env: \"NAME\" } or apiKey: { file: \"PATH\" }"
      )
    }
  }

  private static func perturbation(
    _ root: ConfigurationReader
  ) throws(ConfigurationError) -> Perturbation {
    let part = try root.object(
      "perturbation",
      keys: [
        "models", "subsetRatio", "subsetSize", "start", "seed", "weighted", "kind", "method",
        "demonstrations", "length", "vocabulary", "preset", "samples", "epochs", "batchSize",
        "learningRate", "callLimit", "labels",
      ]
    )
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
    return Perturbation(
      models: try part?.whole("models"),
      subset: ratio.map(SubsetSize.ratio) ?? count.map(SubsetSize.count),
      start: try part?.choice("start", Start.self),
      seed: try part?.seed("seed") ?? 0,
      weighted: try part?.bool("weighted") ?? false,
      prompts: try part.flatMap { part throws(ConfigurationError) in try prompts(part) }
    )
  }
}
