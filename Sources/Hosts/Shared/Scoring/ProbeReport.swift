/// What a host really supports, as found by asking it.
public struct ProbeReport: Sendable, Hashable {
  /// Whether something holds.
  public enum Verdict: String, Sendable, Hashable {
    /// It does.
    case yes
    /// It does not.
    case no
    /// It could not be told.
    case unclear
  }

  /// One question put to the host.
  public struct Check: Sendable, Hashable {
    /// What was looked for.
    public let name: String
    /// Whether it holds.
    public let verdict: Verdict
    /// What was found, in one line.
    public let detail: String
    /// The start of the reply that proves it; empty when there was none.
    public let evidence: String
  }

  /// All checks in the order they were made.
  public internal(set) var checks: [Check] = []
  /// The most exact method that works; `nil` when none does.
  package internal(set) var method: ScoringMethod?
  /// `max_tokens` that echo takes.
  public internal(set) var echoMaxTokens: Int?
  /// Examples that a request may hold.
  public internal(set) var batch = 1
  /// Longest list of likely tokens that was given; `nil` when none was asked for.
  public internal(set) var topLogProbabilities: Int?
  /// Most tokens of an example; `nil` when the host does not say.
  public internal(set) var context: Int?
  /// Difference of two readings of one loss, in nats; `nil` when not measured.
  public internal(set) var noise: Double?
}
