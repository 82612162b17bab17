import Configuration
import Experiment
import FoundationEssentials
import Hosts
import Runs
import Transport

/// A host that a configuration names: its profile and a connection with the key, not asked yet.
struct HostAccess: Sendable {
  /// The host.
  let profile: HostProfile
  /// Where its API is.
  let baseURL: String
  /// The account whose name is part of its paths; `nil` when it has none.
  let account: String?
  /// What it may be asked for in a minute and at once.
  let limits: RateLimiter.Limits
  /// The way to it.
  let connection: HostConnection

  /// How a run may reach its hosts.
  struct Way: Sendable {
    /// Sends requests; `nil` leaves the network untouched.
    var engine: HTTPEngine?
    /// Keeps what is asked and answered.
    var record: (any Archive)?
    /// Answers what it holds.
    var replay: (any Archive)?
  }

  /// What a command that goes on with a run may ask.
  ///
  /// - Parameters:
  ///   - store: The run's store, which answers what it holds.
  ///   - path: A recording that answers in the place of hosts and store; `nil` asks the hosts.
  /// - Returns: The way.
  /// - Throws: `RunError` of the recording, or what is wrong with the system's certificates.
  static func way(of store: RunStore, replay path: String?) throws -> Way {
    if let path { return Way(record: store, replay: try Recording(path: path)) }
    return Way(engine: try HTTPEngine.trusting(), record: store, replay: store)
  }

  /// Finds the address and the key of an endpoint.
  ///
  /// - Parameters:
  ///   - endpoint: What the configuration says.
  ///   - profile: The host that it names.
  ///   - key: Where in the configuration, such as `trainer`, for messages.
  ///   - limits: What the configuration says about rates, beside the profile.
  ///   - way: How the host may be reached; without a network no key is needed.
  ///   - environment: The process environment.
  /// - Throws: `ConfigurationError` for a missing address; `CredentialsError` for a missing key.
  init(
    _ endpoint: RunConfiguration.Endpoint,
    profile: HostProfile,
    key: String,
    limits: HostProfile.Limits? = nil,
    way: Way,
    environment: [String: String]
  ) throws {
    func variable(_ name: String?) -> String? {
      name.flatMap { environment[$0] }.flatMap { $0.isEmpty ? nil : $0 }
    }
    let names = profile.environment
    let address = endpoint.baseURL ?? variable(names?.baseURL) ?? profile.baseURL
    guard let address else {
      throw ConfigurationError(
        .missing,
        path: "\(key).baseURL",
        "'\(key).baseURL' is missing: \(profile.title) has no address of its own",
        hint: "write \(key).baseURL: \"http://127.0.0.1:8000/v1\" or where it runs"
          + (names?.baseURL.map { ", or export \($0)=…" } ?? "")
      )
    }
    baseURL = profile.completed(address)
    account = variable(names?.account)
    let rates = profile.rates(limits)
    self.limits = rates
    var sending = profile
    var secret: Secret?
    var headers: [String: Secret] = [:]
    if way.engine != nil {
      let found = try Self.secret(endpoint, profile, key: key, environment: environment)
      secret = found?.secret
      if found?.isToken == true { sending.authorization = .bearer }
      for (name, holder) in names?.headers ?? [:] { headers[name] = Secret(variable(holder) ?? "") }
    }
    self.profile = profile
    connection = HostConnection(
      profile: sending,
      baseURL: baseURL,
      key: secret,
      headers: headers,
      allowsPlainHTTP: endpoint.allowsPlainHTTP || profile.allowsPlainHTTP ?? false,
      client: way.engine.map { HTTPClient(engine: $0, limits: rates) },
      record: way.record,
      replay: way.replay
    )
  }

  /// The key the configuration names, else the token in the environment, else the key there.
  private static func secret(
    _ endpoint: RunConfiguration.Endpoint,
    _ profile: HostProfile,
    key: String,
    environment: [String: String]
  ) throws -> (secret: Secret, isToken: Bool)? {
    let names = profile.environment
    if let source = endpoint.apiKey {
      // The token's own variable holds a token, whoever names it.
      let isToken = names?.token.map { source == .environment($0) } ?? false
      return (try source.secret(environment: environment), isToken)
    }
    if let variable = names?.token, let token = Secret(environment[variable] ?? "") {
      return (token, true)
    }
    guard let variable = names?.key else { return nil }
    if let secret = Secret(environment[variable] ?? "") { return (secret, false) }
    guard profile.authorization != .none else { return nil }
    throw CredentialsError(
      message: "cannot ask \(profile.title): no key, the environment variable '\(variable)' is not "
        + "set or empty",
      hint: "export \(variable)=…, or set \(key).apiKey: { env: \"NAME\" }"
    )
  }
}

extension HostRegistry {
  /// The host that a configuration names, or the one that a profile file of the user's describes.
  ///
  /// - Parameters:
  ///   - endpoint: What the configuration says.
  ///   - key: Where in the configuration, such as `trainer`, for messages.
  /// - Returns: The host.
  /// - Throws: `ConfigurationError` for an unknown provider, or a file that is no profile.
  func host(
    of endpoint: RunConfiguration.Endpoint,
    key: String
  ) throws(ConfigurationError) -> HostDefinition {
    let provider = endpoint.provider
    guard provider.hasSuffix(".json5") else {
      if let known = self[provider] { return known }
      throw ConfigurationError(
        .unsupported,
        path: "\(key).provider",
        "provider '\(provider)' is not known",
        hint: "known: \(names.joined(separator: ", ")); a profile of your own: provider: "
          + "\"myhost.json5\""
      )
    }
    guard let bytes = try? Data(contentsOf: URL(filePath: provider)) else {
      throw ConfigurationError(
        .unreadable,
        path: "\(key).provider",
        "no such file, or not readable: the provider '\(provider)'"
      )
    }
    do {
      return HostDefinition(try HostProfile.read(json5: Array(bytes), for: self))
    } catch {
      throw ConfigurationError(
        error.code,
        path: "\(key).provider",
        "the provider '\(provider)': \(error.cause)",
        hint: error.hint
      )
    }
  }
}

extension HostProfile {
  /// What a client may do in a minute and at once.
  ///
  /// - Parameter said: What the configuration says; it goes before the profile.
  /// - Returns: The limits.
  fileprivate func rates(_ said: Limits?) -> RateLimiter.Limits {
    RateLimiter.Limits(
      requestsPerMinute: said?.requestsPerMinute ?? limits?.requestsPerMinute,
      tokensPerMinute: said?.tokensPerMinute ?? limits?.tokensPerMinute,
      concurrency: said?.concurrency ?? limits?.concurrency ?? Defaults.concurrency
    )
  }
}

extension HTTPEngine {
  /// An engine that trusts whom the process environment says.
  ///
  /// - Returns: The engine.
  /// - Throws: `TransportError` when libcurl cannot be started.
  static func trusting() throws -> HTTPEngine {
    try HTTPEngine(trust: TrustStore(environment: ProcessInfo.processInfo.environment))
  }
}
