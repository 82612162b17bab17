/// A wording with `{column}` placeholders.
///
/// The wording is cut once; what is put in is never read again, so braces in data mean nothing.
struct Template: Sendable {
  private enum Piece: Sendable {
    case text(String)
    case slot(String)
  }

  private let pieces: [Piece]

  /// Cuts a wording at its placeholders; an unclosed brace is plain text.
  init(_ wording: String) {
    var pieces: [Piece] = []
    var rest = wording[...]
    while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
      pieces.append(.text(String(rest[..<open])))
      pieces.append(.slot(String(rest[rest.index(after: open)..<close])))
      rest = rest[rest.index(after: close)...]
    }
    pieces.append(.text(String(rest)))
    self.pieces = pieces
  }

  /// The wording with every placeholder replaced and its first letter in upper case; `nil` when
  /// `value` has none for a placeholder.
  func filled(_ value: (String) -> String?) -> String? {
    var result = ""
    for piece in pieces {
      switch piece {
      case .text(let text): result += text
      case .slot(let name):
        guard let text = value(name) else { return nil }
        result += text
      }
    }
    return result.prefix(1).uppercased() + result.dropFirst()
  }
}
