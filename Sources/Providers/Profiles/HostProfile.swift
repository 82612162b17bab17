/// What a host can do and how it wants to be asked, as data: one JSON5 file in `configs/providers`.
public struct HostProfile: Sendable, Hashable, Decodable {
  /// Environment variables that users of the host have set already.
  public struct Environment: Sendable, Hashable, Decodable {
    /// Holds the key.
    public var key: String?
    /// Holds another base URL.
    public var baseURL: String?
  }

  /// How the key is sent.
  public enum Authorization: String, Sendable, Hashable, Decodable {
    /// `Authorization: Bearer …`.
    case bearer
    /// `api-key: …`.
    case apiKey = "api-key"
    /// No key is needed; one that is given is sent as bearer.
    case none
  }

  /// Rates the host allows unless it says otherwise.
  public struct Limits: Sendable, Hashable, Decodable {
    /// Requests a minute.
    public var requestsPerMinute: Int?
    /// Tokens a minute.
    public var tokensPerMinute: Int?
    /// Requests at once.
    public var concurrency: Int?
  }

  /// What a configuration calls the host.
  public var name: String
  /// What people call it.
  public var title: String
  /// Where its API is; `nil` when every user has their own.
  public var baseURL: String?
  /// Its environment variables.
  public var environment: Environment?
  /// How the key is sent.
  public var authorization: Authorization
  /// How it fine-tunes; `nil` when it does not.
  public var training: TrainingProfile?
  /// How it prices completions; `nil` when it cannot.
  public var scoring: ScoringProfile?
  /// How its models become askable; `nil` is `direct`.
  public var serving: ServingKind?
  /// Its rate limits.
  public var limits: Limits?
  /// Whether plain `http` is allowed to other machines than this one.
  public var allowsPlainHTTP: Bool?
  /// What users must know, in full sentences; shown by `plan`.
  public var notes: [String]?
}
