/// A ranking's chance line, or why it has none.
public enum Chance: Sendable, Hashable {
  /// The line.
  case line(ChanceLine)
  /// None, for a reason that is given as a clause.
  case unknown(reason: String)

  /// The line; `nil` where there is none.
  public var line: ChanceLine? { if case .line(let line) = self { line } else { nil } }

  /// Why there is no line; `nil` where there is one.
  public var reason: String? { if case .unknown(let reason) = self { reason } else { nil } }
}
