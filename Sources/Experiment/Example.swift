/// One turn of a chat, as hosts write it.
public struct Message: Sendable, Hashable, Codable {
  /// Who speaks: `system`, `user`, `assistant`, `tool`, ….
  public let role: String
  /// What is said: the text, texts of parts joined, calls of tools as the JSON that they are.
  public let content: String
  /// JSON of the turn as its file has it, less what only trainers read; `nil` when role and content
  /// are all of it.
  public let json: String?

  /// A turn; `json` is how it stood in the file, where it says more than role and content.
  public init(role: String, content: String, json: String? = nil) {
    self.role = role
    self.content = content
    self.json = json
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

/// A prompt with the completion that is trained on or read.
public struct Example: Sendable, Hashable, Identifiable {
  /// Unique among the examples of its role.
  public let id: String
  /// What the model is given.
  public let prompt: Prompt
  /// What it should say; its NLL is the example's loss.
  public let completion: String
  /// The user's own labels.
  ///
  /// Evaluation reads them; no method does and no host is sent them.
  public let tags: [String]
  /// What a chat template needs besides; `nil` when the texts are all.
  public let rendering: Rendering?
  /// The line that it was read from; `nil` for an example that no file has.
  public let row: Row?

  /// Whether the completion is a text that tokens spell, not a call of tools.
  public var isText: Bool { rendering?.callsTools != true }

  /// An example by its texts.
  public init(
    id: String,
    prompt: Prompt,
    completion: String,
    tags: [String] = [],
    rendering: Rendering? = nil,
    row: Row? = nil
  ) {
    self.id = id
    self.prompt = prompt
    self.completion = completion
    self.tags = tags
    self.rendering = rendering
    self.row = row
  }
}

/// The two sides of a question: what the model was trained on, and the behaviour to explain.
public struct Corpus: Sendable, Hashable {
  /// Training examples, in file order.
  public let train: [Example]
  /// Query examples, in file order.
  public let queries: [Example]

  /// Rows and queries, each in the order of its file.
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
