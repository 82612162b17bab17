extension Command {
  /// The one-line form, such as `tool top STORE [options]`.
  package func usage(program: String) -> String { "\(program) \(usage)" }

  /// The one-line form without the program's name.
  var usage: String {
    var words = [name]
    for positional in positionals {
      let name =
        positional.choices.isEmpty ? positional.name : positional.choices.joined(separator: "|")
      let repeated = positional.isRepeated ? name + " …" : name
      words.append(positional.isOptional ? "[\(repeated)]" : repeated)
    }
    for flag in flags where flag.isRequired {
      words.append("\(flag.short.map { "-\($0)" } ?? "--\(flag.name)") \(flag.placeholder ?? "")")
    }
    if flags.contains(where: { !$0.isRequired }) { words.append("[options]") }
    return words.joined(separator: " ")
  }

  /// The whole help: summary, usage, examples, arguments, options by group.
  ///
  /// - Parameters:
  ///   - program: Name of the program.
  ///   - width: Columns of the terminal.
  ///   - style: How inks look.
  /// - Returns: Lines, each ended by a line break.
  package func help(program: String, width: Int, style: Style) -> String {
    var page = HelpPage(width: width, style: style)
    page.paragraph(StyledText("\(program) \(name)", .strong) + StyledText(": \(summary)"))
    page.paragraph(StyledText("usage: ", .strong) + StyledText(usage(program: program)))
    page.samples(samples, program: program)
    page.list(
      "arguments",
      positionals.map { ($0.name, note(on: $0)) }
    )
    var groups: [String] = []
    for flag in flags where !groups.contains(flag.group) { groups.append(flag.group) }
    if !groups.contains("options") { groups.append("options") }
    for group in groups {
      var rows = flags.filter { $0.group == group }.map { ($0.label, note(on: $0)) }
      if group == groups.last { rows.append((Self.helpLabel, Self.helpNote)) }
      page.list(group, rows)
    }
    if !discussion.isEmpty { page.paragraph(StyledText(discussion)) }
    return page.text
  }

  private static func words(_ choices: [String]) -> String {
    choices.isEmpty ? "" : ": " + choices.joined(separator: ", ")
  }

  static var helpLabel: String { "-h, --help" }
  static var helpNote: String { "show this help" }

  func note(on positional: Positional<Options>) -> String {
    positional.help + Self.words(positional.choices)
  }

  func note(on flag: Flag<Options>) -> String {
    let shown = flag.show(defaults) ?? ""
    let ending = flag.isRequired ? " (required)" : shown.isEmpty ? "" : " (default: \(shown))"
    return flag.help + Self.words(flag.choices) + ending
  }
}

extension Flag {
  /// The option as help lists it, such as `-n, --count N`.
  package var label: String {
    let names = short.map { "-\($0), --\(name)" } ?? "    --\(name)"
    return placeholder.map { "\(names) \($0)" } ?? names
  }
}

/// Help text as it grows: paragraphs and two-column lists, a blank line between any two.
struct HelpPage {
  let width: Int
  let style: Style
  private(set) var text = ""

  init(width: Int, style: Style) {
    self.width = width
    self.style = style
  }

  mutating func paragraph(_ line: StyledText) {
    if !text.isEmpty { text += "\n" }
    for part in line.wrapped(to: width) { text += part.rendered(style) + "\n" }
  }

  mutating func samples(_ samples: [Sample], program: String) {
    list("examples", samples.map { ("\(program) \($0.line)", $0.meaning) }, labelLimit: width / 2)
  }

  /// A heading and rows of label and note; a label too long for its column gets a line of its own.
  mutating func list(_ heading: String, _ rows: [(String, String)], labelLimit: Int = 28) {
    guard !rows.isEmpty else { return }
    paragraph(StyledText("\(heading):", .strong))
    let fitting = rows.map(\.0.displayWidth).filter { $0 <= labelLimit }
    let labelWidth = min(fitting.max() ?? labelLimit, labelLimit)
    for (label, note) in rows {
      let notes = note.isEmpty ? [] : StyledText(note).wrapped(to: width - labelWidth - 4)
      let isLong = label.displayWidth > labelWidth
      var line = "  " + style.paint(label, .accent)
      if isLong, !notes.isEmpty {
        text += line + "\n"
        line = "  " + String(repeating: " ", count: labelWidth)
      } else if !notes.isEmpty {
        line += String(repeating: " ", count: labelWidth - label.displayWidth)
      }
      for part in notes {
        text += line + "  " + part.rendered(style) + "\n"
        line = "  " + String(repeating: " ", count: labelWidth)
      }
      if notes.isEmpty { text += line + "\n" }
    }
  }
}
