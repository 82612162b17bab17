package import Experiment

/// What users say about how their models are served.
public struct ServingOptions: Sendable, Hashable, Decodable {
  /// The Azure resource whose deployments are made and deleted.
  public struct AzureResource: Sendable, Hashable, Decodable {
    /// Id of the subscription.
    public var subscription: String
    /// Name of the resource group.
    public var resourceGroup: String
    /// Name of the Cognitive Services account.
    public var account: String
    /// What a deployment is billed as: `standard`, `globalstandard`, `developertier`, …; `nil` is
    /// `standard`.
    public var sku: String?

    /// Creates a description.
    public init(
      subscription: String,
      resourceGroup: String,
      account: String,
      sku: String? = nil
    ) {
      self.subscription = subscription
      self.resourceGroup = resourceGroup
      self.account = account
      self.sku = sku
    }
  }

  /// Models served at once; `nil` is 1, and 10 on Azure.
  public var modelsAtOnce: Int?
  /// Fireworks: the deployment that takes the adapters, `accounts/…/deployments/…`; Together: id of
  /// the dedicated endpoint.
  public var deployment: String?
  /// The Azure resource.
  public var azure: AzureResource?
  /// Seconds to wait for a model to answer after it was asked for; `nil` is half an hour.
  public var patience: Int?

  /// Creates options.
  public init(
    modelsAtOnce: Int? = nil,
    deployment: String? = nil,
    azure: AzureResource? = nil,
    patience: Int? = nil
  ) {
    self.modelsAtOnce = modelsAtOnce
    self.deployment = deployment
    self.azure = azure
    self.patience = patience
  }
}

extension ServingKind {
  /// Makes the serving of a host.
  ///
  /// - Parameters:
  ///   - options: What the user says.
  ///   - base: Name of the base model; `nil` when it is not known.
  ///   - host: The host that is asked for losses.
  ///   - baseURL: The host's base URL, for calls outside of it.
  ///   - management: Azure's management API, `https://management.azure.com`, with an Entra token.
  ///   - ledger: Where what is taken from the host is written down.
  /// - Returns: A serving.
  /// - Throws: `HostError` of code `configuration` when something it needs is not there.
  package func serving(
    _ options: ServingOptions,
    base: String?,
    host: any Host,
    baseURL: String,
    management: (any Host)? = nil,
    ledger: any Ledger
  ) throws(HostError) -> any Serving {
    if let unread = options.unread(by: self) {
      throw HostError(
        .configuration,
        "\(host.name): scorer.serving.\(unread) means nothing where models are served by "
          + "'\(rawValue)'",
        hint: "leave it out"
      )
    }
    let atOnce = max(1, options.modelsAtOnce ?? 1)
    let patience = Patience(host: host, limit: .seconds(options.patience ?? 1_800))
    func deployment(_ what: String) throws(HostError) -> String {
      if let deployment = options.deployment { return deployment }
      throw HostError(
        .configuration,
        "\(host.name): scorer.serving.deployment must name \(what)",
        hint: "write scorer: { serving: { deployment: \"…\" } }"
      )
    }
    switch self {
    case .direct: return DirectServing(base: base)
    case .vllm:
      return AdapterServing(
        .vllm,
        host: host,
        baseURL: baseURL,
        base: base,
        modelsAtOnce: atOnce,
        ledger: ledger
      )
    case .sglang:
      return AdapterServing(
        .sglang,
        host: host,
        baseURL: baseURL,
        base: base,
        modelsAtOnce: atOnce,
        ledger: ledger
      )
    case .llamaCpp:
      return LlamaServing(host: host, baseURL: baseURL, base: base, modelsAtOnce: atOnce)
    case .azure:
      guard let resource = options.azure, let management else {
        throw HostError(
          .configuration,
          "\(host.name): scorer.serving.azure must name subscription, resourceGroup and account, "
            + "and an Entra token for management.azure.com is needed",
          hint:
            "tuned models have to be deployed there before they answer: write scorer: { serving: "
            + "{ azure: { subscription: \"…\", resourceGroup: \"…\", account: \"…\" } } }"
        )
      }
      return AzureServing(
        resource,
        host: host,
        management: management,
        base: base,
        modelsAtOnce: options.modelsAtOnce ?? AzureServing.most,
        patience: patience,
        ledger: ledger
      )
    case .fireworks:
      return FireworksServing(
        deployment: try deployment("the deployment that takes the adapters"),
        host: host,
        baseURL: baseURL,
        base: base,
        modelsAtOnce: atOnce,
        patience: patience,
        ledger: ledger
      )
    case .together:
      return TogetherServing(
        endpoint: try deployment("the id of the dedicated endpoint"),
        host: host,
        base: base,
        modelsAtOnce: atOnce,
        patience: patience,
        ledger: ledger
      )
    }
  }
}

extension ServingOptions {
  /// The first option that was given and that a kind of serving does not read; `nil` for none.
  fileprivate func unread(by kind: ServingKind) -> String? {
    let read: Set<String> =
      switch kind {
      case .direct: []
      case .vllm, .sglang, .llamaCpp: ["modelsAtOnce"]
      case .azure: ["modelsAtOnce", "azure", "patience"]
      case .fireworks, .together: ["modelsAtOnce", "deployment", "patience"]
      }
    let given = [
      ("modelsAtOnce", modelsAtOnce != nil), ("deployment", deployment != nil),
      ("azure", azure != nil), ("patience", patience != nil),
    ]
    return given.first { $0.1 && !read.contains($0.0) }?.0
  }
}
