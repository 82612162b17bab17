import Foundation
import Testing

@Suite struct CompletionTests {
  @Test(
    .enabled(if: hasTool("bash") && hasTool("zsh") && hasTool("fish"), "needs bash, zsh and fish"),
    arguments: ["bash", "zsh", "fish"]
  )
  func `each shell takes its script without a word`(shell: String) async throws {
    let (status, said) = try answer(shell, ["-n"], to: try await written("completions", shell))
    #expect(status == 0 && said.isEmpty, "\(said)")
  }

  /// What bash offers behind some words, the last of which is being typed.
  private func offered(_ words: [String], in folder: URL) async throws -> [String] {
    let quoted = words.map { "'\($0)'" }.joined(separator: " ")
    let script =
      try await written("completions", "bash") + """
        cd '\(folder.path)'
        COMP_WORDS=(\(quoted)); COMP_CWORD=\(words.count - 1)
        _tool; printf '%s\\n' "${COMPREPLY[@]}"

        """
    let (_, said) = try answer("bash", ["--norc", "-s"], to: script)
    return said.split(separator: "\n").map(String.init).sorted()
  }

  @Test(.enabled(if: hasTool("bash"), "needs bash"))
  func `bash is offered what can stand where it completes`() async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(
      at: folder.appending(path: "inner"),
      withIntermediateDirectories: true
    )
    defer { try? FileManager.default.removeItem(at: folder) }
    try Data().write(to: folder.appending(path: "a file.txt"))
    let options = [
      "--count", "--depth", "--help", "--long", "--name", "--order", "--verbose", "--weight",
    ]
    for (words, expected) in [
      (["tool", "l"], ["list"]),
      (["tool", "help", ""], ["list", "odd", "weather"]),
      (["tool", "man", ""], ["list", "odd"]),
      (["tool", "completions", "z"], ["zsh"]),
      (["tool", "list", "--"], options),
      (["tool", "list", "--order", ""], ["falling", "rising"]),
      (["tool", "list", "--order", "=", "f"], ["falling"]),
      (["tool", "list", "--order", "="], ["falling", "rising"]),
      (["tool", "list", "--count", ""], []),
      (["tool", "list", ""], ["a file.txt", "inner"]),
      (["tool", "list", "x", ""], ["heads", "tails"]),
      (["tool", "list", "-n", "5", "x", "t"], ["tails"]),
      (["tool", "list", "--count", "=", "5", "x", "-v", "t"], ["tails"]),
      (["tool", "list", "x", "heads", "more", "a"], ["a file.txt"]),
      (["tool", "odd", "--folder", ""], ["inner"]),
      (["tool", "odd", "-f", ""], ["a file.txt", "inner"]),
      (["tool", "odd", ""], ["inner"]),
      (["tool", "nothing", "x", ""], []),
    ] as [([String], [String])] {
      #expect(try await offered(words, in: folder) == expected, "\(words)")
    }
  }

  @Test(.enabled(if: hasTool("fish"), "needs fish"))
  func `fish is offered commands, options and choices`() async throws {
    let script = try await written("completions", "fish")
    for (line, expected) in [
      ("tool ", ["completions", "help", "list", "man", "odd"]),
      ("tool list --ord", ["--order"]),
      ("tool list --order ", ["falling", "rising"]),
      ("tool help we", ["weather"]),
    ] {
      let (_, said) = try answer("fish", ["--no-config"], to: script + "complete -C '\(line)'\n")
      let words = said.split(separator: "\n").map { String($0.split(separator: "\t")[0]) }
      #expect(words.sorted() == expected, "\(line): \(said)")
    }
  }
}
