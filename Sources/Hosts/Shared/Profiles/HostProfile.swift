/// What a host can do and how it wants to be asked, as data: a value in the host's folder, or a JSON5
/// file of the user's.
package struct HostProfile: Sendable, Hashable, Decodable {
  /// Environment variables that users of the host have set already.
  package struct Environment: Sendable, Hashable, Decodable {
    /// Holds the key.
    package var key: String?
    /// Holds a short-lived token that wins over the key and is sent as bearer.
    package var token: String?
    /// Holds another base URL.
    package var baseURL: String?
    /// Holds the account whose name is part of the paths.
    package var account: String?
    /// Further header fields and the variables that hold their values.
    package var headers: [String: String]?

    /// Every variable that holds something secret.
    var secrets: [String] { [key, token].compactMap(\.self) + (headers ?? [:]).values }
  }

  /// How the key is sent.
  package enum Authorization: String, Sendable, Hashable, Decodable {
    /// `Authorization: Bearer …`.
    case bearer
    /// `api-key: …`.
    case apiKey = "api-key"
    /// No key is needed; one that is given is sent as bearer.
    case none
  }

  /// Rates the host allows unless it says otherwise.
  package struct Limits: Sendable, Hashable, Decodable {
    /// Requests a minute.
    package var requestsPerMinute: Int?
    /// Tokens a minute.
    package var tokensPerMinute: Int?
    /// Requests at once.
    package var concurrency: Int?

    package init(requestsPerMinute: Int? = nil, concurrency: Int? = nil) {
      self.requestsPerMinute = requestsPerMinute
      self.concurrency = concurrency
    }
  }

  /// What a configuration calls the host.
  package var name: String
  /// What people call it.
  package var title: String
  /// Where its API is; `nil` when every user has their own.
  package var baseURL: String?
  /// Where the API is below the address that users are given, such as `/openai/v1`.
  package var basePath: String?
  /// Its environment variables.
  package var environment: Environment?
  /// How the key is sent.
  package var authorization: Authorization
  /// How it fine-tunes; `nil` when it does not.
  package var training: TrainingProfile?
  /// How it reads losses; `nil` when it cannot.
  package var scoring: ScoringProfile?
  /// How its models become askable; `nil` is `direct`.
  package var serving: ServingKind?
  /// Its rate limits.
  package var limits: Limits?
  /// Whether plain `http` is allowed to other machines than this one.
  package var allowsPlainHTTP: Bool?
  /// What users must know, in full sentences; shown by `plan`.
  package var notes: [String]?

  /// Every environment variable that may hold something secret for it.
  package var secrets: Set<String> {
    Set((environment?.secrets ?? []) + (serving?.management?.keys ?? []))
  }

  /// A base URL as the host wants it: `basePath` added as far as it is missing, no slash at the end.
  package func completed(_ address: String) -> String {
    var result = address
    while result.hasSuffix("/") { result.removeLast() }
    guard let basePath else { return result }
    let steps = basePath.split(separator: "/").map { "/" + $0 }
    for count in (1...max(1, steps.count)).reversed() {
      let known = steps.prefix(count).joined()
      if result.hasSuffix(known) { return result + steps.dropFirst(count).joined() }
    }
    return result + steps.joined()
  }
}

extension HostProfile {
  package init(name: String, title: String, authorization: Authorization) {
    self.init(name: name, title: title, baseURL: nil, authorization: authorization)
  }
}
