/// Where a server turns texts into its own token ids: the `tokenizer` of a profile.
package struct Tokenizer: ProfileKind {
  /// What a server does with chats.
  package enum Chats: Sendable {
    case none
    /// `/apply-template` gives their text, the last turn left open.
    case asText
    /// `/tokenize` takes them as they are.
    case asTokens
  }

  package let name: String
  let chats: Chats
  /// The body that asks `/tokenize` for a text's ids, with or without special tokens.
  let text: @Sendable (_ text: String, _ special: Bool) -> [String: JSON]

  package init(
    _ name: String,
    chats: Chats,
    text: @escaping @Sendable (_ text: String, _ special: Bool) -> [String: JSON]
  ) {
    self.name = name
    self.chats = chats
    self.text = text
  }

  package static func all(of host: HostProfile) -> [Tokenizer] {
    (host.scoring?.tokenizer).map { [$0] } ?? []
  }

  /// The body of servers that call the text a prompt.
  @Sendable static func promptBody(_ text: String, _ special: Bool) -> [String: JSON] {
    ["prompt": .string(text), "add_special_tokens": .bool(special)]
  }
}
