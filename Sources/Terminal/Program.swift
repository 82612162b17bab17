/// A subcommand with its options' type forgotten, so that different ones fit into one list.
package struct Subcommand: Sendable {
  /// The word on the command line.
  package var name: String { sheet.name }
  /// What it does, a phrase in lower case.
  package var summary: String { sheet.summary }
  /// Its table.
  package let sheet: CommandSheet
  let help: @Sendable (_ program: String, _ width: Int, _ style: Style) -> String
  let run: @Sendable (_ arguments: [String], _ program: String) async throws -> Int32?

  /// Joins a command with what it does; `body` returns the exit status.
  package init<Options>(
    _ command: Command<Options>,
    body: @escaping @Sendable (Options) async throws -> Int32
  ) {
    sheet = command.sheet
    help = { command.help(program: $0, width: $1, style: $2) }
    run = { arguments, program in
      switch try command.parse(arguments, program: program) {
      case .help: nil
      case .run(let options): try await body(options)
      }
    }
  }
}

/// A program of subcommands.
package struct Program: Sendable {
  /// Where help goes: standard output, as a rule.
  package struct Output: Sendable {
    /// Columns there are.
    package let width: Int
    /// How inks look.
    package let style: Style
    /// Takes finished text.
    package let write: @Sendable (String) -> Void

    package init(width: Int, style: Style, write: @escaping @Sendable (String) -> Void) {
      self.width = width
      self.style = style
      self.write = write
    }
  }

  /// The word it is started by.
  package let name: String
  /// What it does, a phrase in lower case.
  package let summary: String
  /// Printed by `--version`.
  package let version: String
  /// The day of that version, as `YYYY-MM-DD`, for manuals.
  package let date: String
  /// Two or three command lines, the commonest first.
  package let samples: [Sample]
  /// Subcommands in the order of help.
  package let subcommands: [Subcommand]
  /// Pages of help beside those of the subcommands.
  package let topics: [Topic]
  /// Every exit status, in ascending order.
  package let statuses: [ExitStatus]

  package init(
    _ name: String,
    _ summary: String,
    version: String,
    date: String,
    samples: [Sample],
    subcommands: [Subcommand],
    topics: [Topic] = [],
    statuses: [ExitStatus] = []
  ) {
    self.name = name
    self.summary = summary
    self.version = version
    self.date = date
    self.samples = samples
    self.subcommands = subcommands
    self.topics = topics
    self.statuses = statuses
  }

  /// Runs what the words ask for: a subcommand, `help [NAME]`, `man [COMMAND]`, `completions SHELL`,
  /// `--version`; no words ask for help.
  ///
  /// - Parameters:
  ///   - arguments: The words after the program's own name.
  ///   - output: Where help, version, manuals and completions go.
  /// - Returns: The exit status: the subcommand's, 0 after help.
  /// - Throws: `UsageError`, or what the subcommand throws.
  package func run(_ arguments: [String], output: Output) async throws -> Int32 {
    guard let first = arguments.first else {
      output.write(help(width: output.width, style: output.style))
      return 0
    }
    switch first {
    case "--help", "-h": output.write(help(width: output.width, style: output.style))
    case "--version": output.write("\(name) \(version)\n")
    case "help":
      guard arguments.count > 1 else {
        output.write(help(width: output.width, style: output.style))
        return 0
      }
      if let topic = topics.first(where: { $0.name == arguments[1] }) {
        output.write(topic.help(program: name, width: output.width, style: output.style))
      } else {
        let chosen = try subcommand(arguments[1], beside: topics.map(\.name))
        output.write(chosen.help(name, output.width, output.style))
      }
    case "man": output.write(try manual(for: Array(arguments.dropFirst())))
    case "completions": output.write(try completions(for: Array(arguments.dropFirst())))
    default:
      let chosen = try subcommand(first)
      if let status = try await chosen.run(Array(arguments.dropFirst()), name) { return status }
      output.write(chosen.help(name, output.width, output.style))
    }
    return 0
  }

  /// The program's own help: what it does, examples, the subcommands.
  package func help(width: Int, style: Style) -> String {
    var page = HelpPage(width: width, style: style)
    page.paragraph(StyledText(name, .strong) + StyledText(": \(summary)"))
    page.paragraph(StyledText("usage: ", .strong) + StyledText("\(name) COMMAND [options]"))
    page.samples(samples, program: name)
    page.list("commands", subcommands.map { ($0.name, $0.summary) })
    page.list("also", builtIns.map { ($0.line, $0.meaning) })
    page.list("exit status", statuses.map { ("\($0.value)", $0.meaning) })
    return page.text
  }

  /// What every program of subcommands can do.
  var builtIns: [Sample] {
    [Sample("help COMMAND", "options and examples of a command")]
      + topics.map { Sample("help \($0.name)", $0.summary) } + [
        Sample("man [COMMAND]", "manual page"),
        Sample("completions \(shells)", "completion script for a shell"),
        Sample("--version", "the program's version"),
      ]
  }

  /// The first words of builtIns, which are no subcommands.
  static let builtInWords = ["help", "man", "completions"]

  private var shells: String { Shell.allCases.map(\.rawValue).joined(separator: "|") }

  private func subcommand(
    _ word: String,
    beside others: [String] = builtInWords
  ) throws(UsageError) -> Subcommand {
    if let found = subcommands.first(where: { $0.name == word }) { return found }
    if word.hasPrefix("-") {
      throw UsageError(
        .unknownOption,
        "unknown option '\(word)'",
        hint: "options follow the subcommand; see '\(name) help'"
      )
    }
    let meant = nearest(to: word, in: subcommands.map(\.name) + others)
    throw UsageError(
      .unknownCommand,
      "unknown subcommand '\(word)'",
      hint: meant.map { "did you mean '\($0)'?" } ?? "see '\(name) help'"
    )
  }

  private func manual(for words: [String]) throws(UsageError) -> String {
    if words.count > 1 {
      throw UsageError(
        .unexpectedArgument,
        "unexpected argument '\(words[1])'",
        hint: "write '\(name) man' or '\(name) man COMMAND'"
      )
    }
    guard let word = words.first else { return manual }
    return manual(of: try subcommand(word, beside: []).sheet)
  }

  private func completions(for words: [String]) throws(UsageError) -> String {
    guard words.count == 1, let shell = Shell(rawValue: words[0]) else {
      throw UsageError(
        .badValue,
        "cannot write completions for '\(words.joined(separator: " "))'",
        hint: "write '\(name) completions \(shells)'"
      )
    }
    return completions(shell)
  }
}
