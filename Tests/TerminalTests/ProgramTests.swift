import Synchronization
import Terminal
import Testing

private final class Sheet: Sendable {
  private let text = Mutex("")
  func write(_ more: String) { text.withLock { $0 += more } }
  var content: String { text.withLock { $0 } }
}

private let program = Program(
  "tool",
  "does things to files",
  version: "1.2",
  date: "2026-01-02",
  samples: [Sample("list a.txt heads")],
  subcommands: [Subcommand(Listing.command) { Int32($0.count) }]
)

private func run(_ words: String...) async throws -> (status: Int32, text: String) {
  let sheet = Sheet()
  let output = Program.Output(width: 72, style: .plain) { sheet.write($0) }
  return (try await program.run(words, output: output), sheet.content)
}

@Suite struct ProgramTests {
  @Test func `a subcommand's status is the program's`() async throws {
    #expect(try await run("list", "a", "heads", "-n", "7").status == 7)
  }

  @Test func `help of a command is complete and fits its width`() async throws {
    let expected = """
      tool list: show what a file holds

      usage: tool list FILE heads|tails [EXTRA …] [options]

      examples:
        tool list a.txt heads  the first 20 lines
        tool list a.txt tails -n 5 --order falling

      arguments:
        FILE   file to read
        PART   which end: heads, tails
        EXTRA  more files

      options:
        -n, --count N      lines to show (default: 20)
            --depth D      how deep to look
        -w, --weight W     weight of a line (default: 0.5)
        -N, --name TEXT    keep lines with this name (may be repeated)
            --order ORDER  order of the lines: rising, falling (default:
                           rising)

      output:
        -v, --verbose  say more
        -l, --long     show whole lines instead of cutting them
        -h, --help     show this help

      Lines are counted from one.

      """
    for words in [["help", "list"], ["list", "--help"], ["list", "x", "-h"]] {
      let sheet = Sheet()
      let output = Program.Output(width: 72, style: .plain) { sheet.write($0) }
      #expect(try await program.run(words, output: output) == 0)
      #expect(sheet.content == expected)
    }
    for line in expected.split(separator: "\n") { #expect(line.displayWidth <= 72) }
  }

  @Test func `help of the program lists its commands`() async throws {
    let expected = """
      tool: does things to files

      usage: tool COMMAND [options]

      examples:
        tool list a.txt heads

      commands:
        list  show what a file holds

      also:
        help COMMAND               options and examples of a command
        man [COMMAND]              manual page
        completions bash|zsh|fish  completion script for a shell
        --version                  the program's version

      """
    for word in ["help", "--help", "-h"] { #expect(try await run(word).text == expected) }
    let silent = try await run()
    #expect(silent.status == 0 && silent.text == expected)
    #expect(try await run("--version").text == "tool 1.2\n")
  }

  @Test(arguments: [
    (["lsit"], "unknown subcommand 'lsit'", "did you mean 'list'?"),
    (["help", "lits"], "unknown subcommand 'lits'", "did you mean 'list'?"),
    (["frobnicate"], "unknown subcommand 'frobnicate'", "see 'tool help'"),
    (["--count"], "unknown option '--count'", "options follow the subcommand; see 'tool help'"),
    (
      ["completions", "tcsh"], "cannot write completions for 'tcsh'",
      "write 'tool completions bash|zsh|fish'"
    ),
  ])
  func `a wrong word is named with the nearest right one`(
    words: [String],
    message: String,
    hint: String
  ) async throws {
    let error = await #expect(throws: UsageError.self) {
      try await program.run(words, output: Program.Output(width: 80, style: .plain) { _ in })
    }
    #expect(error?.message == message)
    #expect(error?.hint == hint)
  }

  @Test(arguments: ["bash", "zsh", "fish"])
  func `completions name every command, option and choice`(shell: String) async throws {
    let script = try await run("completions", shell).text
    let dashes = shell == "fish" ? "-l " : "--"
    for word in ["list", "\(dashes)count", "\(dashes)order", "rising", "falling", "heads"] {
      #expect(script.contains(word))
    }
  }
}
