/// A shell that completion scripts are written for.
enum Shell: String, CaseIterable, Sendable {
  case bash, zsh, fish
}

extension Program {
  /// A script that completes subcommands, options, choices, files and folders.
  func completions(_ shell: Shell) -> String {
    switch shell {
    case .bash: bashCompletions
    case .zsh: zshCompletions
    case .fish: fishCompletions
    }
  }

  private var commands: [CommandSheet] { subcommands.map(\.sheet) }

  /// Words after one of the program's own: `help top`, `man top`, `completions bash`.
  private var builtInChoices: [(word: String, choices: [String])] {
    let names = commands.map(\.name)
    return [
      ("help", names + topics.map(\.name)), ("man", names),
      ("completions", Shell.allCases.map(\.rawValue)),
    ]
  }

  /// A text in single quotes, as bash and zsh read it.
  private func quoted(_ text: String) -> String {
    "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''")
      + "'"
  }
}

// MARK: bash

extension Program {
  private var bashCompletions: String {
    func reply(_ value: CommandSheet.ValueKind) -> String {
      switch value {
      case .file: "-f"
      case .folder: "-d"
      case .words(let words): "-W \(quoted(words.joined(separator: " ")))"
      case .other: ""
      }
    }
    var values: [String] = []
    var places: [String] = []
    for command in commands {
      for option in command.options {
        guard let value = option.value else { continue }
        let words = option.words.map { "\(quoted("\(command.name) \($0)"))" }
        values.append("    \(words.joined(separator: "|"))) wanted=(\(reply(value)));;\n")
      }
      for (index, argument) in command.arguments.enumerated() {
        let place = argument.isRepeated ? "'\(command.name) '*" : "'\(command.name) \(index)'"
        places.append("    \(place)) wanted=(\(reply(argument.value)));;\n")
      }
    }
    for (word, choices) in builtInChoices {
      places.append("    '\(word) 0') wanted=(\(reply(.words(choices))));;\n")
    }
    let options = commands.map { command in
      let words = command.options.flatMap(\.words).joined(separator: " ")
      return "    \(quoted(command.name))) options=\(quoted(words));;\n"
    }
    let names = (commands.map(\.name) + Self.builtInWords).joined(separator: " ")
    return """
      # bash completion for \(name): put this where your shell loads completions from

      # What the value of an option may be, as words for compgen; fails for what takes no value.
      _\(name)_value() {
        case "$1" in
      \(values.joined())    *) return 1;;
        esac
      }

      _\(name)() {
        local word="${COMP_WORDS[COMP_CWORD]}" before="${COMP_WORDS[COMP_CWORD-1]}"
        local command="${COMP_WORDS[1]}" options='' place=0 index
        local -a wanted=()
        COMPREPLY=()
        if [ "$COMP_CWORD" -eq 1 ]; then
          mapfile -t COMPREPLY < <(compgen -W '\(names) --help --version' -- "$word"); return
        fi
        # '--option=value' comes as three words.
        if [ "$word" = '=' ]; then word=''
        elif [ "$before" = '=' ]; then before="${COMP_WORDS[COMP_CWORD-2]}"; fi
        if _\(name)_value "$command $before"; then
          [ "${#wanted[@]}" -eq 0 ] || mapfile -t COMPREPLY < <(compgen "${wanted[@]}" -- "$word")
          return
        fi
        for (( index = 2; index < COMP_CWORD; index++ )); do
          if _\(name)_value "$command ${COMP_WORDS[index]}"; then
            [ "${COMP_WORDS[index+1]}" = '=' ] && (( index++ ))
            (( index++ ))
          else
            case "${COMP_WORDS[index]}" in -?*) ;; *) (( place++ ));; esac
          fi
        done
        wanted=()
        case "$command" in
      \(options.joined())  esac
        case "$command $place" in
      \(places.joined())  esac
        if [ "${#wanted[@]}" -eq 0 ] || [ "${word:0:1}" = '-' ]; then wanted=(-W "$options"); fi
        mapfile -t COMPREPLY < <(compgen "${wanted[@]}" -- "$word")
      }
      complete -o filenames -F _\(name) \(name)

      """
  }
}

// MARK: zsh

extension Program {
  private var zshCompletions: String {
    func escaped(_ text: String) -> String {
      text.reduce(into: "") { $0 += ("[]:\\".contains($1) ? "\\" : "") + String($1) }
    }
    func action(_ value: CommandSheet.ValueKind) -> String {
      switch value {
      case .file: "_files"
      case .folder: "_files -/"
      case .words(let words): "(\(words.joined(separator: " ")))"
      case .other: " "
      }
    }
    func specifications(_ command: CommandSheet) -> [String] {
      let options = command.options.flatMap { option in
        let excluded =
          option.isRepeated
          ? "*" : option.words.count > 1 ? "(\(option.words.joined(separator: " ")))" : ""
        let value = option.value.map { ":\(option.placeholder ?? ""):\(action($0))" } ?? ""
        return option.words.map { word in
          let joint = value.isEmpty ? "" : word.hasPrefix("--") ? "=" : "+"
          return "\(excluded)\(word)\(joint)[\(escaped(option.help))]\(value)"
        }
      }
      let arguments = command.arguments.enumerated().map { index, argument in
        "\(argument.isRepeated ? "*" : "\(index + 1)"):\(argument.name):\(action(argument.value))"
      }
      return options + arguments
    }
    let cases = commands.map { command in
      let words = specifications(command).map { " \\\n        " + quoted($0) }.joined()
      return "    \(command.name)) _arguments -s\(words);;\n"
    }
    let builtIn = builtInChoices.map { word, choices in
      "    \(word)) _arguments \(quoted("1:NAME:(\(choices.joined(separator: " ")))"));;\n"
    }
    let meanings =
      commands.map { ($0.name, $0.summary) } + [
        ("help", "help on a command or topic"), ("man", "manual page"),
        ("completions", "completion script for a shell"),
      ]
    let names = meanings.map { "\n    " + quoted("\($0):\(escaped($1))") }.joined()
    return """
      #compdef \(name)
      _\(name)() {
        local -a commands=(\(names)
        )
        if (( CURRENT == 2 )); then _describe command commands; return; fi
        local chosen=$words[2]
        shift words; (( CURRENT-- ))
        case $chosen in
      \((cases + builtIn).joined())  esac
      }
      # Loaded by the completion system, this file is the function itself; sourced, it defines it.
      if [ "$funcstack[1]" = "_\(name)" ]; then _\(name) "$@"; else compdef _\(name) \(name); fi

      """
  }
}

// MARK: fish

extension Program {
  private var fishCompletions: String {
    func quoted(_ text: String) -> String {
      "'" + text.reduce(into: "") { $0 += ("'\\".contains($1) ? "\\" : "") + String($1) } + "'"
    }
    func value(_ kind: CommandSheet.ValueKind) -> String {
      switch kind {
      case .file: "-F"
      case .folder: "-x -a '(__fish_complete_directories)'"
      case .words(let words): "-x -a \(quoted(words.joined(separator: " ")))"
      case .other: "-x"
      }
    }
    var lines: [String] = []
    func add(_ condition: String, _ words: String...) {
      lines.append("complete -c \(name) -n \(quoted(condition)) \(words.joined(separator: " "))\n")
    }
    for command in commands {
      add("not __\(name)_at", "-a", command.name, "-d", quoted(command.summary))
    }
    for (word, choices) in builtInChoices {
      add("not __\(name)_at", "-a", word)
      add("__\(name)_at \(word)", value(.words(choices)))
    }
    for command in commands {
      let here = "__\(name)_at \(command.name)"
      for argument in command.arguments {
        switch argument.value {
        case .words(let words): add(here, "-a", quoted(words.joined(separator: " ")))
        case .file, .folder, .other: add(here, "-F")
        }
      }
      for option in command.options {
        let short = option.short.map { ["-s", String($0)] } ?? []
        let taken = option.value.map { kind in [kind == .file ? "-r" : "", value(kind)] } ?? []
        let words = (short + ["-l", option.name] + taken).filter { !$0.isEmpty }
        add(here, words.joined(separator: " "), "-d", quoted(option.help))
      }
    }
    return """
      # fish completion for \(name): put this into ~/.config/fish/completions/\(name).fish

      # Whether a subcommand has been written, one of these if any are given.
      function __\(name)_at
        set -l words (commandline -opc)
        test (count $words) -gt 1; or return 1
        test (count $argv) -eq 0; or contains -- $words[2] $argv
      end

      complete -c \(name) -f
      \(lines.joined())
      """
  }
}
