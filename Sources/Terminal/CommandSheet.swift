/// A command's table with its options' type forgotten: what completions and manuals are made from.
package struct CommandSheet: Sendable, Hashable {
  /// What a value on the command line is, as far as a shell can complete it.
  package enum ValueKind: Sendable, Hashable {
    /// The name of a file.
    case file
    /// The name of a folder.
    case folder
    /// One of a few words.
    case words([String])
    /// Anything else.
    case other

    /// What help calls `FILE` is a file, what it calls `DIR` a folder.
    init(placeholder: String, choices: [String], otherwise: ValueKind = .other) {
      switch placeholder {
      case _ where !choices.isEmpty: self = .words(choices)
      case "FILE": self = .file
      case "DIR": self = .folder
      default: self = otherwise
      }
    }
  }

  /// One option.
  package struct Option: Sendable, Hashable {
    /// Long name, without dashes.
    package let name: String
    /// One-letter name.
    package let short: Character?
    /// What its value is called; `nil` for a switch.
    package let placeholder: String?
    /// What its value is; `nil` for a switch.
    package let value: ValueKind?
    /// Whether it may be given several times.
    package let isRepeated: Bool
    /// What it does, choices and default included.
    package let note: String
    /// What it does alone.
    package let help: String
    /// As help lists it, such as `-n, --count N`.
    package let label: String

    /// Its names with dashes, the long one first.
    package var words: [String] { ["--\(name)"] + (short.map { ["-\($0)"] } ?? []) }
  }

  /// One argument.
  package struct Argument: Sendable, Hashable {
    /// What it is called, such as `FILE`.
    package let name: String
    /// What it is; unless it is one of a few words, a file.
    package let value: ValueKind
    /// Whether it takes all remaining arguments.
    package let isRepeated: Bool
    /// What it is for, choices included.
    package let note: String
  }

  /// The word on the command line.
  package let name: String
  /// What it does, a phrase in lower case.
  package let summary: String
  /// The words behind the program's name, such as `top STORE [options]`.
  package let usage: String
  /// Command lines worth showing.
  package let samples: [Sample]
  /// Arguments in order.
  package let arguments: [Argument]
  /// Options in the order of help, `--help` last.
  package let options: [Option]
  /// A paragraph below everything else; empty for none.
  package let discussion: String
}

extension Command {
  /// The table without the options' type.
  var sheet: CommandSheet {
    let options = flags.map { flag in
      CommandSheet.Option(
        name: flag.name,
        short: flag.short,
        placeholder: flag.placeholder,
        value: flag.placeholder.map {
          CommandSheet.ValueKind(placeholder: $0, choices: flag.choices)
        },
        isRepeated: flag.isRepeated,
        note: note(on: flag),
        help: flag.help,
        label: flag.label
      )
    }
    let help = CommandSheet.Option(
      name: "help",
      short: "h",
      placeholder: nil,
      value: nil,
      isRepeated: false,
      note: Self.helpNote,
      help: Self.helpNote,
      label: Self.helpLabel
    )
    return CommandSheet(
      name: name,
      summary: summary,
      usage: usage,
      samples: samples,
      arguments: positionals.map { positional in
        CommandSheet.Argument(
          name: positional.name,
          value: CommandSheet.ValueKind(
            placeholder: positional.name,
            choices: positional.choices,
            otherwise: .file
          ),
          isRepeated: positional.isRepeated,
          note: note(on: positional)
        )
      },
      options: options + [help],
      discussion: discussion
    )
  }
}
