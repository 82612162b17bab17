/// A key that does not show itself in descriptions, dumps, logs or errors.
public struct Secret: Sendable, CustomStringConvertible, CustomDebugStringConvertible,
  CustomReflectable
{
  private let value: String

  /// Takes a key, blanks at its ends removed; `nil` if nothing is left.
  public init?(_ text: some StringProtocol) {
    let kept = text.drop(while: \.isWhitespace)
    guard let end = kept.lastIndex(where: { !$0.isWhitespace }) else { return nil }
    value = String(kept[...end])
  }

  /// The key itself, for the one place that sends it.
  package func reveal() -> String { value }

  /// Whether it is too long to be a word of ordinary texts, as the name of a project may be.
  var isLong: Bool { value.utf8.count >= 12 }

  /// Always `<secret>`.
  public var description: String { "<secret>" }
  /// Always `<secret>`.
  public var debugDescription: String { "<secret>" }
  /// Shows no children.
  public var customMirror: Mirror { Mirror(self, children: []) }
}
