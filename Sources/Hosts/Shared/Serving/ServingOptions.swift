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

    /// Options of which all are said.
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

  /// Options; what has a default may be left out.
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

extension ServingOptions {
  /// The keys that were given.
  var given: [String] {
    let all = [
      ("modelsAtOnce", modelsAtOnce != nil), ("deployment", deployment != nil),
      ("azure", azure != nil), ("patience", patience != nil),
    ]
    return all.filter(\.1).map(\.0)
  }
}
