/// A text with `{name}` places in it.
///
/// It is cut once; what is put in is never read again, so braces in data mean nothing.
package struct Template: Sendable {
  private enum Piece: Sendable {
    case text(String)
    case slot(String)
  }

  private let pieces: [Piece]

  /// Cuts a text at its places; an unclosed brace is plain text.
  ///
  /// - Parameter text: The text with its places.
  package init(_ text: String) {
    var pieces: [Piece] = []
    var rest = text[...]
    while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
      pieces.append(.text(String(rest[..<open])))
      pieces.append(.slot(String(rest[rest.index(after: open)..<close])))
      rest = rest[rest.index(after: close)...]
    }
    pieces.append(.text(String(rest)))
    self.pieces = pieces
  }

  /// The text with every place filled; `nil` when `value` has nothing for one of them.
  ///
  /// - Parameter value: What goes where, by name.
  /// - Returns: The text.
  package func filled(_ value: (String) -> String?) -> String? {
    var result = ""
    for piece in pieces {
      switch piece {
      case .text(let text): result += text
      case .slot(let name):
        guard let text = value(name) else { return nil }
        result += text
      }
    }
    return result
  }
}
