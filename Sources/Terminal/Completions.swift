/// What a shell needs to know about one option.
struct CompletionWord: Sendable {
  let name: String
  let short: Character?
  let help: String
  let takesValue: Bool
  let choices: [String]
}

extension Program {
  /// A bash script that completes subcommands, options, choices and file names.
  var bashCompletions: String {
    var cases = ""
    for command in subcommands {
      for flag in command.words where !flag.choices.isEmpty {
        cases += "    '\(command.name) --\(flag.name)') "
        cases += "COMPREPLY=($(compgen -W '\(flag.choices.joined(separator: " "))' -- \"$word\"));"
        cases += " return;;\n"
      }
    }
    var lists = ""
    for command in subcommands {
      let words = command.words.map { "--" + $0.name } + ["--help"] + command.positionalChoices
      lists += "    '\(command.name)') words='\(words.joined(separator: " "))';;\n"
    }
    let names = subcommands.map(\.name).joined(separator: " ")
    return """
      # bash completion for \(name): put this where your shell loads completions from
      _\(name)() {
        local word="${COMP_WORDS[COMP_CWORD]}" words=''
        if [ "$COMP_CWORD" -eq 1 ]; then
          COMPREPLY=($(compgen -W '\(names) help completions' -- "$word")); return
        fi
        case "${COMP_WORDS[1]} ${COMP_WORDS[COMP_CWORD-1]}" in
      \(cases)  esac
        case "${COMP_WORDS[1]}" in
          help) COMPREPLY=($(compgen -W '\(names)' -- "$word")); return;;
      \(lists)  esac
        COMPREPLY=($(compgen -W "$words" -- "$word") $(compgen -f -- "$word"))
      }
      complete -o filenames -F _\(name) \(name)

      """
  }

  /// A zsh function that completes subcommands, options with their help, choices and file names.
  var zshCompletions: String {
    func quoted(_ text: String) -> String {
      var result = ""
      for character in text {
        if character == "'" {
          result += "'\\''"
        } else {
          if "[]:".contains(character) { result += "\\" }
          result.append(character)
        }
      }
      return result
    }
    var cases = ""
    for command in subcommands {
      var arguments = command.words.map { flag in
        let value =
          flag.takesValue
          ? ":value:"
            + (flag.choices.isEmpty ? "_files" : "(\(flag.choices.joined(separator: " ")))")
          : ""
        return "'--\(flag.name)[\(quoted(flag.help))]\(value)'"
      }
      if !command.positionalChoices.isEmpty {
        arguments.append("'*: :(\(command.positionalChoices.joined(separator: " ")))'")
      }
      arguments.append("'*:file:_files'")
      cases += "    \(command.name)) _arguments \(arguments.joined(separator: " "));;\n"
    }
    let names = subcommands.map { "'\($0.name):\(quoted($0.summary))'" }.joined(separator: " ")
    return """
      #compdef \(name)
      _\(name)() {
        local -a commands=(\(names))
        if (( CURRENT == 2 )); then _describe command commands; return; fi
        local chosen=$words[2]
        shift words; (( CURRENT-- ))
        case $chosen in
      \(cases)  esac
      }
      compdef _\(name) \(name)

      """
  }
}
