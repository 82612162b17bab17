import Experiment
import Testing

@testable import Hosts

@Suite struct `tokens that do not come as plain text` {
  private func read(
    _ tokens: [String],
    _ prompt: String,
    _ completion: String,
    hasTail: Bool = true
  ) -> Alignment {
    Alignment.read(
      TokenRow(tokens.map { ($0, -1) }),
      PromptedText(prompt: prompt, completion: completion),
      hasTail: hasTail
    )
  }

  @Test func `are read as SentencePiece's pieces, with or without its space in front`() {
    #expect(read(["<s>", "▁a", "▁cat", "▁sat", "!"], "a cat", " sat") == .target(3..<4))
    #expect(read(["a", "▁cat", "▁sat", "!"], "a cat", " sat") == .target(2..<3))
    #expect(read(["▁", "a", "▁c", "at", "▁▁s", "!"], "a", " cat  s") == .target(2..<5))
    #expect(read(["▁ca", "<0xC3>", "<0xA9>", "▁x", "!"], "ca", "é x") == .target(1..<4))
    #expect(read(["▁a", "▁cat", "!"], "", "a cat") == .target(0..<2))
    #expect(read(["▁a▁c", "at", "!"], "a", " cat") == .merged)
  }

  @Test func `are read as bytes wherever they stand`() {
    #expect(read(["<0xE2>", "<0x82>", "<0xAC>", " 5", "!"], "€", " 5") == .target(3..<4))
    #expect(read([#"bytes:\xe2\x82"#, #"bytes:\xac"#, " 5", "!"], "€", " 5") == .target(2..<3))
    #expect(read([#"bytes: \xf0\x9f"#, #"bytes:\xa6\x9c"#, "b", "!"], " 🦜", "b") == .target(2..<3))
    // A text may say so itself.
    #expect(read(["<0xE2>", " 5", "!"], "<0xE2>", " 5") == .target(1..<2))
    #expect(read(["<0xE2>", " 5", "!"], "€", " 5") == .ignored)
  }

  @Test func `are read as GPT-2's letters for bytes`() {
    #expect(read(["a", "Ġcat", "Ċ", "ĠcafÃ©", "!"], "a cat\n", " café") == .target(3..<4))
    #expect(read(["Ã©", "Ġx", "!"], "é", " x") == .target(1..<2))
    #expect(read(["aĠc", "at", "!"], "a", " cat") == .merged)
  }

  @Test func `may spell a text in another canonical form`() {
    // É as two characters, sent; as one, returned.
    #expect(read(["\u{C9}t", "e", " x", "!"], "E\u{301}te", " x") == .target(2..<3))
    #expect(read(["<s>", "a", " \u{1ED9}", "!"], "a", " o\u{323}\u{302}") == .target(2..<3))
    #expect(read(["E\u{301}", " x"], "\u{C9}", " x", hasTail: false) == .target(1..<2))
    #expect(read(["\u{C9}", " x"], "E\u{301}", " x") == .target(1..<2))
    // What was sent in two parts and returned as one has no boundary.
    #expect(read(["a\u{E9}", "!"], "ae", "\u{301}") != .target(0..<1))
    // Ligatures and capitals are other texts.
    #expect(read(["fi", "é", "!"], "\u{FB01}", "é") == .ignored)
    #expect(read(["é", "a", "!"], "É", "a") == .ignored)
  }
}
