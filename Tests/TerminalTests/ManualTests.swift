import Terminal
import Testing

@Suite struct ManualTests {
  @Test(.enabled(if: hasTool("mandoc"), "needs mandoc"), arguments: [[], ["list"], ["odd"]])
  func `manual pages have nothing that mandoc would mention`(words: [String]) async throws {
    let page = words.isEmpty ? try await written("man") : try await written("man", words[0])
    let (status, said) = try answer("mandoc", ["-T", "lint", "-W", "all"], to: page)
    #expect(status == 0 && said.isEmpty, "\(said)")
  }

  @Test(.enabled(if: hasTool("mandoc"), "needs mandoc"))
  func `a formatted page shows the table's words unchanged`() async throws {
    let (_, text) = try answer(
      "mandoc",
      ["-T", "utf8", "-O", "width=300"],
      to: try await written("man")
    )
    // A formatter's bold is a letter struck twice.
    let plain = text.replacing(/.\u{8}/, with: "")
    for words in [
      "tool - .does 'things' to \"files\" \\ and θ0…", "-n, --count N",
      "lines to show (default: 20)",
      "don't; say \\n & $HOME `x`", "a folder with a $name and a \\", "EXIT STATUS", "'wrong'",
      "WEATHER", "'shines'", "'Quoted' at its start. .dotted – and so on.",
      "tool-list(1), tool-odd(1)",
    ] {
      #expect(plain.contains(words), "\(words)\n\(plain)")
    }
  }

  @Test func `a manual of nothing known is refused`() async throws {
    for words in [["man", "lits"], ["man", "list", "odd"]] {
      let error = await #expect(throws: UsageError.self) {
        try await Odd.program.run(words, output: Program.Output(width: 80, style: .plain) { _ in })
      }
      #expect(error?.hint.contains(words.count == 2 ? "'list'" : "'tool man COMMAND'") == true)
    }
  }
}
