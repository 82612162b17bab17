extension Program {
  /// The program's manual page, in the macros of man(7).
  var manual: String {
    var page = ManualPage(title: name, program: self)
    page.section("name")
    page.paragraph("\(name) - \(summary)")
    page.section("synopsis")
    page.strong("\(name) COMMAND [options]")
    page.section("description")
    page.paragraph("\(name): \(summary)")
    page.paragraph(
      "'\(name) help COMMAND' says what a command does, '\(name) man COMMAND' prints a page of its own."
    )
    page.section("commands")
    for command in subcommands.map(\.sheet) {
      page.subsection("\(name) \(command.usage)")
      page.paragraph(command.summary)
      page.entries(command)
      if !command.discussion.isEmpty { page.paragraph(command.discussion) }
    }
    page.section("other commands")
    for one in builtIns { page.entry("\(name) \(one.line)", one.meaning) }
    page.statuses(statuses)
    for topic in topics {
      page.section(topic.name)
      for section in topic.sections {
        page.subsection(section.heading)
        for entry in section.entries { page.entry(entry.name, entry.meaning) }
      }
    }
    page.samples(samples, program: name)
    page.seeAlso(subcommands.map { "\(name)-\($0.name)" })
    return page.text
  }

  /// The manual page of one subcommand.
  func manual(of command: CommandSheet) -> String {
    var page = ManualPage(title: "\(name)-\(command.name)", program: self)
    page.section("name")
    page.paragraph("\(name)-\(command.name) - \(command.summary)")
    page.section("synopsis")
    page.strong("\(name) \(command.usage)")
    page.section("description")
    page.paragraph("'\(name) \(command.name)': \(command.summary)")
    if !command.discussion.isEmpty { page.paragraph(command.discussion) }
    page.section("options")
    page.entries(command)
    page.statuses(statuses)
    page.samples(command.samples, program: name)
    page.seeAlso([name])
    return page.text
  }
}

/// A manual page as it grows, in the macros of man(7) and in ASCII, for any formatter.
private struct ManualPage {
  private(set) var text = ""

  init(title: String, program: Program) {
    let source = Self.escaped("\(program.name) \(program.version)")
    // The date is read as a date, so its dashes stay dashes.
    text = ".TH \(Self.escaped(title.uppercased())) 1 \(program.date) \"\(source)\"\n"
  }

  mutating func section(_ heading: String) { text += ".SH \(Self.escaped(heading.uppercased()))\n" }

  mutating func subsection(_ heading: String) { text += ".SS \(Self.escaped(heading))\n" }

  mutating func paragraph(_ words: String) {
    // A paragraph that follows a heading begins it anyway.
    if !isBelowHeading { text += ".PP\n" }
    lines(words)
  }

  mutating func strong(_ words: String) { text += ".B \(Self.escaped(words))\n" }

  mutating func entry(_ label: String, _ meaning: String) {
    text += ".TP\n.B \(Self.escaped(label))\n"
    lines(meaning)
  }

  mutating func entries(_ command: CommandSheet) {
    for argument in command.arguments { entry(argument.name, argument.note) }
    for option in command.options { entry(option.label.trimmed, option.note) }
  }

  mutating func statuses(_ statuses: [ExitStatus]) {
    guard !statuses.isEmpty else { return }
    section("exit status")
    for status in statuses { entry("\(status.value)", status.meaning) }
  }

  mutating func samples(_ samples: [Sample], program: String) {
    section("examples")
    for sample in samples {
      let line = "\(program) \(sample.line)"
      if sample.meaning.isEmpty {
        if !isBelowHeading { text += ".PP\n" }
        strong(line)
      } else {
        entry(line, sample.meaning)
      }
    }
  }

  mutating func seeAlso(_ names: [String]) {
    section("see also")
    for (index, name) in names.enumerated() {
      text += ".BR \(Self.escaped(name)) (1)\(index + 1 < names.count ? "," : "")\n"
    }
  }

  private var isBelowHeading: Bool {
    let last = text.split(separator: "\n").last ?? ""
    return last.hasPrefix(".SH ") || last.hasPrefix(".SS ")
  }

  /// Words on lines of at most 76 bytes, unless one alone is longer.
  private mutating func lines(_ words: String) {
    var line = ""
    for word in words.split(separator: " ").map({ Self.escaped(String($0)) }) {
      if !line.isEmpty, line.utf8.count + word.utf8.count > 75 {
        text += line + "\n"
        line = ""
      }
      // What begins a line might be a macro.
      let isMacro = line.isEmpty && (word.hasPrefix(".") || word.hasPrefix("\\(aq"))
      line += (line.isEmpty ? isMacro ? "\\&" : "" : " ") + word
    }
    if !line.isEmpty { text += line + "\n" }
  }

  /// The text as roff shows it unchanged; what is not ASCII is written by its number.
  private static func escaped(_ text: String) -> String {
    text.unicodeScalars.reduce(into: "") { result, scalar in
      switch scalar {
      case "\\": result += "\\e"
      case "-": result += "\\-"
      case "'": result += "\\(aq"
      case "\"": result += "\\(dq"
      case "`": result += "\\(ga"
      case "^": result += "\\(ha"
      case "~": result += "\\(ti"
      case "\n", "\t": result += " "
      case _ where scalar.isASCII: result.unicodeScalars.append(scalar)
      default:
        let digits = String(scalar.value, radix: 16, uppercase: true)
        result += "\\[u" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits + "]"
      }
    }
  }
}

extension String {
  /// The text without the blanks that line up labels in help.
  fileprivate var trimmed: String { String(drop { $0 == " " }) }
}
