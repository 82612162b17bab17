package import Experiment

/// How a host makes a model askable: the `serving` of a profile.
package struct ServingKind: ProfileKind {
  package let name: String
  /// A further API of the host's that it needs, with a key of its own.
  package let management: ManagementAPI?
  /// Keys of `scorer.serving` that it reads.
  private let options: Set<String>
  private let make: @Sendable (ServingRequest) throws -> any Serving

  /// Describes a way to serve models.
  package init(
    _ name: String,
    options: Set<String> = [],
    management: ManagementAPI? = nil,
    make: @escaping @Sendable (ServingRequest) throws -> any Serving
  ) {
    self.name = name
    self.options = options
    self.management = management
    self.make = make
  }

  package static func all(of host: HostProfile) -> [ServingKind] { [host.serving ?? .direct] }

  /// Makes the serving of a host.
  ///
  /// - Throws: `HostError` of code `configuration` when something it needs is not there, or an option
  ///   is given that it does not read.
  package func serving(_ request: ServingRequest) throws -> any Serving {
    guard let unread = request.options.given.first(where: { !options.contains($0) }) else {
      return try make(request)
    }
    throw HostError(
      .configuration,
      "\(request.host.name): scorer.serving.\(unread) means nothing where models are served by "
        + "'\(name)'",
      hint: "leave it out"
    )
  }
}

/// An API of a host beside the one that trains and reads losses.
package struct ManagementAPI: Sendable {
  /// What errors call it.
  package let name: String
  /// What people call it.
  package let title: String
  /// Where it is; its key is sent as bearer.
  package let baseURL: String
  /// Environment variables that may hold its key, the one that goes first first; at least one.
  package let keys: [String]

  /// It as a host.
  package var profile: HostProfile {
    HostProfile(name: name, title: title, authorization: .bearer)
  }
}

/// What a serving is made of.
package struct ServingRequest: Sendable {
  /// What the user says.
  package var options: ServingOptions
  /// Name of the base model; `nil` when it is not known.
  package var base: String?
  /// The host that is asked for losses.
  package var host: any Host
  /// The host's base URL, for calls outside of it.
  package var baseURL: String
  /// Where what is taken from the host is written down.
  package var ledger: any Ledger
  /// Reaches a further API of the host's.
  package var reach: @Sendable (ManagementAPI) throws -> any Host

  package init(
    _ options: ServingOptions = ServingOptions(),
    base: String?,
    host: any Host,
    baseURL: String,
    ledger: any Ledger,
    reach: @escaping @Sendable (ManagementAPI) throws -> any Host
  ) {
    self.options = options
    self.base = base
    self.host = host
    self.baseURL = baseURL
    self.ledger = ledger
    self.reach = reach
  }

  /// Models served at once, at least 1.
  var modelsAtOnce: Int { max(1, options.modelsAtOnce ?? 1) }

  /// Waits for what the host makes.
  var readiness: ReadinessWait { readiness(on: host) }

  /// Waits for what another API of the host's makes.
  func readiness(on host: any Host) -> ReadinessWait {
    ReadinessWait(host: host, limit: .seconds(options.patience ?? 1_800))
  }

  /// The deployment that must be named.
  func deployment(_ what: String) throws(HostError) -> String {
    if let deployment = options.deployment { return deployment }
    throw HostError(
      .configuration,
      "\(host.name): scorer.serving.deployment must name \(what)",
      hint: "write scorer: { serving: { deployment: \"…\" } }"
    )
  }

  /// Whether a model is the base, whatever it is called.
  func isBase(_ model: ModelReference?) -> Bool {
    guard let model else { return true }
    return base.map(ModelReference.init) == model
  }

  /// How a model is asked by its name as it is; throws `HostError` when the base has none.
  func direct(_ model: ModelReference?) throws(HostError) -> ServedModel {
    try DirectServing(base: base).open(model)
  }

  /// What is taken from the host, by kind.
  func held(_ kind: RemoteResource.Kind) -> HeldResources {
    HeldResources(ledger: ledger, host: host.name, kind: kind)
  }
}
