/// A subcommand with its options' type forgotten, so that different ones fit into one list.
package struct Subcommand: Sendable {
  /// The word on the command line.
  package let name: String
  /// What it does, a phrase in lower case.
  package let summary: String
  let words: [CompletionWord]
  let positionalChoices: [String]
  let help: @Sendable (_ program: String, _ width: Int, _ style: Style) -> String
  let run: @Sendable (_ arguments: [String], _ program: String) async throws -> Int32?

  /// Joins a command with what it does; `body` returns the exit status.
  package init<Options>(
    _ command: Command<Options>,
    body: @escaping @Sendable (Options) async throws -> Int32
  ) {
    name = command.name
    summary = command.summary
    words = command.flags.map {
      CompletionWord(
        name: $0.name,
        short: $0.short,
        help: $0.help,
        takesValue: $0.placeholder != nil,
        choices: $0.choices
      )
    }
    positionalChoices = command.positionals.flatMap(\.choices)
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
  /// Two or three command lines, the commonest first.
  package let samples: [Sample]
  /// Subcommands in the order of help.
  package let subcommands: [Subcommand]

  package init(
    _ name: String,
    _ summary: String,
    version: String,
    samples: [Sample],
    subcommands: [Subcommand]
  ) {
    self.name = name
    self.summary = summary
    self.version = version
    self.samples = samples
    self.subcommands = subcommands
  }

  /// Runs what the words ask for: a subcommand, `help [NAME]`, `completions SHELL`, `--version`; no
  /// words ask for help.
  ///
  /// - Parameters:
  ///   - arguments: The words after the program's own name.
  ///   - output: Where help, version and completions go.
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
      let text = try subcommand(arguments[1]).help(name, output.width, output.style)
      output.write(text)
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
    page.list(
      "also",
      [
        ("help COMMAND", "options and examples of a command"),
        ("completions bash|zsh", "completion script for a shell"),
        ("--version", "the program's version"),
      ]
    )
    return page.text
  }

  private func subcommand(_ word: String) throws(UsageError) -> Subcommand {
    if let found = subcommands.first(where: { $0.name == word }) { return found }
    if word.hasPrefix("-") {
      throw UsageError(
        .unknownOption,
        "unknown option '\(word)'",
        hint: "options follow the subcommand; see '\(name) help'"
      )
    }
    let meant = nearest(to: word, in: subcommands.map(\.name) + ["help", "completions"])
    throw UsageError(
      .unknownCommand,
      "unknown subcommand '\(word)'",
      hint: meant.map { "did you mean '\($0)'?" } ?? "see '\(name) help'"
    )
  }

  private func completions(for words: [String]) throws(UsageError) -> String {
    switch words.first {
    case "bash" where words.count == 1: return bashCompletions
    case "zsh" where words.count == 1: return zshCompletions
    default:
      throw UsageError(
        .badValue,
        "cannot write completions for '\(words.joined(separator: " "))'",
        hint: "write '\(name) completions bash' or '\(name) completions zsh'"
      )
    }
  }
}
