import Experiment
import FoundationEssentials
import Providers
import Transport

/// A host that a configuration names: its profile and a connection with the key, not asked yet.
struct HostAccess: Sendable {
  /// The host.
  let profile: HostProfile
  /// Where its API is.
  let baseURL: String
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
    /// Told what is waited for.
    var tell: (@Sendable (String) -> Void)?
  }

  /// Finds the profile, the address and the key of an endpoint.
  ///
  /// - Parameters:
  ///   - endpoint: What the configuration says.
  ///   - key: Where in the configuration, such as `trainer`, for messages.
  ///   - limits: What the configuration says about rates, beside the profile.
  ///   - way: How the host may be reached; without a network no key is needed.
  ///   - environment: The process environment.
  /// - Throws: `ConfigurationError` for an unknown provider or a missing address;
  ///   `CredentialsError` for a missing key.
  init(
    _ endpoint: Configuration.Endpoint,
    key: String,
    limits: HostProfile.Limits? = nil,
    way: Way,
    environment: [String: String]
  ) throws {
    profile = try Self.profile(endpoint.provider, key: key)
    let fromEnvironment = profile.environment?.baseURL.flatMap { environment[$0] }
    let address = endpoint.baseURL ?? fromEnvironment.flatMap { $0.isEmpty ? nil : $0 }
    guard let baseURL = address ?? profile.baseURL else {
      throw ConfigurationError(
        .missing,
        path: "\(key).baseURL",
        "'\(key).baseURL' is missing: \(profile.title) has no address of its own",
        hint: "write \(key).baseURL: \"http://127.0.0.1:8000/v1\" or where it runs"
          + (profile.environment?.baseURL.map { ", or export \($0)=…" } ?? "")
      )
    }
    self.baseURL = baseURL
    var secret: Secret?
    if way.engine != nil {
      if let source = endpoint.apiKey {
        secret = try source.secret(environment: environment)
      } else if let variable = profile.environment?.key {
        secret = Secret(environment[variable] ?? "")
        if secret == nil, profile.authorization != .none {
          throw CredentialsError(
            message: "cannot ask \(profile.title): no key, the environment variable "
              + "'\(variable)' is not set or empty",
            hint: "export \(variable)=…, or set \(key).apiKey: { env: \"NAME\" }"
          )
        }
      }
    }
    let rates = profile.rates(limits)
    self.limits = rates
    connection = HostConnection(
      profile: profile,
      baseURL: baseURL,
      key: secret,
      options: .init(
        allowsPlainHTTP: endpoint.allowsPlainHTTP || profile.allowsPlainHTTP ?? false,
        tell: way.tell
      ),
      client: way.engine.map { HTTPClient(engine: $0, limits: rates) },
      record: way.record,
      replay: way.replay
    )
  }

  private static func profile(
    _ provider: String,
    key: String
  ) throws(ConfigurationError) -> HostProfile {
    if provider.hasSuffix(".json5") {
      guard let bytes = try? Data(contentsOf: URL(filePath: provider)) else {
        throw ConfigurationError(
          .unreadable,
          path: "\(key).provider",
          "no such file, or not readable: the provider '\(provider)'"
        )
      }
      do {
        return try HostProfile.read(json5: Array(bytes))
      } catch {
        throw ConfigurationError(
          .syntax,
          path: "\(key).provider",
          "the provider '\(provider)': \(error.message)"
        )
      }
    }
    if let known = try? HostProfile.named(provider) { return known }
    throw ConfigurationError(
      .unsupported,
      path: "\(key).provider",
      "provider '\(provider)' is not known",
      hint: "known: local, command, \(HostProfile.names.joined(separator: ", ")); a profile of "
        + "your own: provider: \"myhost.json5\""
    )
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
      concurrency: said?.concurrency ?? limits?.concurrency ?? 64
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
