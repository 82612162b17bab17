/// What a piece of text is for; a `Style` decides what that looks like.
package enum Ink: Sendable, Hashable, CaseIterable {
  /// Ordinary text.
  case plain
  /// Headings and what matters most.
  case strong
  /// What may be skipped.
  case faint
  /// A name to tell apart.
  case accent
  /// A word picked out of a text; shown as `*word*` where there is no colour.
  case mark
  /// Good news.
  case good
  /// A caveat.
  case warning
  /// Bad news.
  case bad
}

/// Whether one output stream gets colour, decided once and passed to whatever writes there.
package struct Style: Sendable, Hashable {
  /// Whether escape sequences are written.
  package let usesColour: Bool

  package init(usesColour: Bool) { self.usesColour = usesColour }

  /// No escape sequence, ever.
  package static let plain = Style(usesColour: false)

  /// Decides for one stream: the flag, then `NO_COLOR`, `CLICOLOR_FORCE`, `TERM=dumb`, the terminal.
  ///
  /// - Parameters:
  ///   - isTerminal: Whether the stream is a terminal.
  ///   - environment: The process environment.
  ///   - isDisabled: Whether the user asked for no colour (`--no-color`).
  package init(isTerminal: Bool, environment: [String: String], isDisabled: Bool = false) {
    func isSet(_ name: String) -> Bool { !(environment[name] ?? "").isEmpty }
    if isDisabled || isSet("NO_COLOR") {
      usesColour = false
    } else if isSet("CLICOLOR_FORCE"), environment["CLICOLOR_FORCE"] != "0" {
      usesColour = true
    } else {
      usesColour = isTerminal && environment["TERM"] != "dumb"
    }
  }

  /// The text as it is written; text from outside must have been `neutralised` before.
  package func paint(_ text: String, _ ink: Ink) -> String {
    guard usesColour, ink != .plain, !text.isEmpty else { return text }
    let code =
      switch ink {
      case .plain: "0"
      case .strong: "1"
      case .faint: "2"
      case .accent: "36"
      case .mark: "1;35"
      case .good: "32"
      case .warning: "33"
      case .bad: "31"
      }
    return "\u{1B}[\(code)m\(text)\u{1B}[0m"
  }
}
