/// How a host prices completions.
public struct ScoringProfile: Sendable, Hashable, Decodable {
  /// Methods to try, most exact first.
  public var methods: [String]
  /// Prompts a request may hold.
  public var batch: Int
}
