/// One turn of a chat, as hosts write it.
public struct Message: Sendable, Hashable, Codable {
  /// Who speaks: `system`, `user` or `assistant`.
  public let role: String
  /// What is said.
  public let content: String

  /// Creates a turn.
  public init(role: String, content: String) {
    self.role = role
    self.content = content
  }
}

/// What a model is given before the completion.
public enum Prompt: Sendable, Hashable {
  /// Plain text, for completion endpoints.
  case text(String)
  /// Chat turns before the assistant's last one.
  case chat([Message])

  /// The prompt as one text, for display and text search; chat turns are joined by line breaks.
  public var text: String {
    switch self {
    case .text(let text): text
    case .chat(let messages): messages.map(\.content).joined(separator: "\n")
    }
  }
}

/// A prompt with the completion that is trained on or priced.
public struct Example: Sendable, Hashable, Identifiable {
  /// Unique among the examples of its role.
  public let id: String
  /// What the model is given.
  public let prompt: Prompt
  /// What it should say; its NLL is the example's price.
  public let completion: String
  /// The user's own labels.
  ///
  /// Evaluation reads them; no method does and no host is sent them.
  public let tags: [String]

  /// Creates an example.
  public init(id: String, prompt: Prompt, completion: String, tags: [String] = []) {
    self.id = id
    self.prompt = prompt
    self.completion = completion
    self.tags = tags
  }
}

/// The two sides of a question: what the model was trained on, and the behaviour to explain.
public struct Corpus: Sendable, Hashable {
  /// Training examples, in file order.
  public let train: [Example]
  /// Query examples, in file order.
  public let queries: [Example]

  /// Creates a corpus.
  public init(train: [Example], queries: [Example]) {
    self.train = train
    self.queries = queries
  }
}

/// Which side of the corpus an example is on.
public enum Role: String, Sendable, Hashable, CaseIterable {
  /// A training example: a candidate cause.
  case train
  /// A query: behaviour whose cause is asked for.
  case query
}
