/// A command line worth showing, with what it does.
package struct Sample: Sendable, Hashable {
  /// The line without the program's name, such as `top run.db -n 50`.
  package let line: String
  /// What it does, a phrase in lower case; empty when the line speaks for itself.
  package let meaning: String

  package init(_ line: String, _ meaning: String = "") {
    self.line = line
    self.meaning = meaning
  }
}

/// One subcommand: the table its parser, help and completions are made from.
package struct Command<Options: Sendable>: Sendable {
  /// What came of reading a command line.
  package enum Outcome {
    /// These options.
    case run(Options)
    /// The user asked for help.
    case help
  }

  /// The word on the command line.
  package let name: String
  /// What it does, a phrase in lower case.
  package let summary: String
  /// Two or three command lines, the commonest first.
  package let samples: [Sample]
  /// Arguments in order.
  package let positionals: [Positional<Options>]
  /// Options in the order of help.
  package let flags: [Flag<Options>]
  /// A paragraph below everything else; empty for none.
  package let discussion: String
  /// Options as they are before the command line is read.
  package let defaults: Options

  package init(
    _ name: String,
    _ summary: String,
    samples: [Sample],
    positionals: [Positional<Options>] = [],
    flags: [Flag<Options>] = [],
    discussion: String = "",
    defaults: Options
  ) {
    precondition(Set(flags.map(\.name)).count == flags.count, "two flags of one name")
    let shorts = flags.compactMap(\.short)
    precondition(Set(shorts).count == shorts.count, "two flags of one letter")
    precondition(!positionals.dropLast().contains(where: \.isRepeated), "repeated but not last")
    self.name = name
    self.summary = summary
    self.samples = samples
    self.positionals = positionals
    self.flags = flags
    self.discussion = discussion
    self.defaults = defaults
  }
}

extension Command {
  /// Reads the words after the subcommand's name.
  ///
  /// Options and arguments may be mixed; `--` ends the options. A value follows as the next word or
  /// after `=` (`--name=` is the empty text), after a letter also without a blank (`-n5`). A word
  /// that starts with a dash is a value only if it is `-` or a number.
  ///
  /// - Parameters:
  ///   - arguments: The words.
  ///   - program: Name of the program, for hints.
  /// - Returns: Options, or that help was asked for anywhere on the line.
  /// - Throws: The first mistake, naming the word as typed.
  package func parse(
    _ arguments: [String],
    program: String
  ) throws(UsageError) -> Outcome {
    var reader = Reader(command: self, see: "see '\(program) help \(name)'")
    var words = arguments[...]
    var isOnlyArguments = false
    while let word = words.popFirst() {
      if isOnlyArguments || word == "-" || !word.hasPrefix("-") || reader.isNumber(word) {
        try reader.argument(word)
      } else if word == "--" {
        isOnlyArguments = true
      } else if word == "--help" || word == "-h" {
        return .help
      } else if word.hasPrefix("--") {
        try reader.long(word, &words)
      } else {
        try reader.cluster(word, &words)
      }
    }
    return .run(try reader.finish())
  }

  /// The state of reading one command line.
  private struct Reader {
    let command: Command
    let see: String
    var options: Options
    var seen: Set<String> = []
    var position = 0

    init(command: Command, see: String) {
      self.command = command
      self.see = see
      options = command.defaults
    }

    /// A negative number, unless a flag has its first digit as a letter.
    func isNumber(_ word: String) -> Bool {
      guard word.hasPrefix("-"), Double(word) != nil, let second = word.dropFirst().first else {
        return false
      }
      return (second.isNumber || second == ".") && !command.flags.contains { $0.short == second }
    }

    mutating func argument(_ word: String) throws(UsageError) {
      guard position < command.positionals.count else {
        throw UsageError(.unexpectedArgument, "unexpected argument '\(word)'", hint: see)
      }
      let positional = command.positionals[position]
      do throws(Refusal) {
        try positional.apply(&options, word)
      } catch {
        throw UsageError(
          .badValue,
          "cannot read \(positional.name) '\(word)': expected \(error.expectation)",
          hint: see
        )
      }
      if !positional.isRepeated { position += 1 }
    }

    mutating func long(_ word: String, _ words: inout ArraySlice<String>) throws(UsageError) {
      let parts = word.dropFirst(2).split(
        separator: "=",
        maxSplits: 1,
        omittingEmptySubsequences: false
      )
      let name = String(parts[0])
      guard let flag = command.flags.first(where: { $0.name == name }) else {
        let meant = nearest(to: name, in: command.flags.map(\.name) + ["help"])
        throw UsageError(
          .unknownOption,
          "unknown option '--\(name)'",
          hint: meant.map { "did you mean '--\($0)'?" } ?? see
        )
      }
      try apply(flag, as: "--\(name)", attached: parts.count > 1 ? String(parts[1]) : nil, &words)
    }

    mutating func cluster(_ word: String, _ words: inout ArraySlice<String>) throws(UsageError) {
      var letters = word.dropFirst()
      while let letter = letters.popFirst() {
        guard let flag = command.flags.first(where: { $0.short == letter }) else {
          // `-count` for `--count` is a likelier slip than a cluster of five letters.
          let meant = nearest(to: String(word.dropFirst()), in: command.flags.map(\.name))
          throw UsageError(
            .unknownOption,
            "unknown option '-\(letter)'" + (word.count > 2 ? " in '\(word)'" : ""),
            hint: word.count > 3 ? meant.map { "did you mean '--\($0)'?" } ?? see : see
          )
        }
        guard flag.placeholder == nil else {
          let value = letters.first == "=" ? letters.dropFirst() : letters
          let attached = letters.isEmpty ? nil : String(value)
          return try apply(flag, as: "-\(letter)", attached: attached, &words)
        }
        let attached = letters.first == "=" ? String(letters.dropFirst()) : nil
        try apply(flag, as: "-\(letter)", attached: attached, &words)
      }
    }

    mutating func apply(
      _ flag: Flag<Options>,
      as written: String,
      attached: String?,
      _ words: inout ArraySlice<String>
    ) throws(UsageError) {
      var value = attached
      if flag.placeholder == nil, attached != nil {
        throw UsageError(.badValue, "option '\(written)' takes no value", hint: see)
      }
      if let placeholder = flag.placeholder, attached == nil {
        guard let next = words.first,
          !next.hasPrefix("-") || next == "-" || Double(next) != nil
        else {
          throw UsageError(
            .missing,
            "option '\(written)' needs a value",
            hint: "write \(written) \(placeholder); \(see)"
          )
        }
        value = words.removeFirst()
      }
      do throws(Refusal) {
        try flag.apply(&options, value ?? "")
      } catch {
        throw UsageError(
          .badValue,
          "cannot use '\(value ?? "")' for '\(written)': expected \(error.expectation)",
          hint: see
        )
      }
      seen.insert(flag.name)
    }

    func finish() throws(UsageError) -> Options {
      if position < command.positionals.count, !command.positionals[position].isOptional {
        throw UsageError(
          .missing,
          "missing argument \(command.positionals[position].name)",
          hint: see
        )
      }
      if let flag = command.flags.first(where: { $0.isRequired && !seen.contains($0.name) }) {
        let value = flag.placeholder.map { " \($0)" } ?? ""
        throw UsageError(.missing, "missing option '--\(flag.name)\(value)'", hint: see)
      }
      return options
    }
  }
}
