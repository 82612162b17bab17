// What a model is given and says is text from outside: it is compared by its bytes.

extension Message {
  /// Whether role, content and JSON have the same bytes.
  public static func == (left: Message, right: Message) -> Bool {
    left.role.isSame(as: right.role) && left.content.isSame(as: right.content)
      && areSame(left.json, right.json)
  }

  /// Hashes the bytes.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(ByteText(role))
    hasher.combine(ByteText(content))
  }
}

extension Rendering {
  /// Whether all parts have the same bytes.
  public static func == (left: Rendering, right: Rendering) -> Bool {
    areSame(left.tools, right.tools) && areSame(left.arguments, right.arguments)
      && areSame(left.answer, right.answer) && left.callsTools == right.callsTools
  }

  /// Hashes the bytes of the answer.
  public func hash(into hasher: inout Hasher) { hasher.combine(answer.map { ByteText($0) }) }
}

/// Whether both are absent, or have the same bytes.
private func areSame(_ left: String?, _ right: String?) -> Bool {
  left.map { ByteText($0) } == right.map { ByteText($0) }
}

extension Prompt {
  /// Whether both are of one kind and have the same bytes.
  public static func == (left: Prompt, right: Prompt) -> Bool {
    switch (left, right) {
    case (.text(let left), .text(let right)): left.isSame(as: right)
    case (.chat(let left), .chat(let right)): left == right
    case (.text, .chat), (.chat, .text): false
    }
  }

  /// Hashes the bytes.
  public func hash(into hasher: inout Hasher) {
    switch self {
    case .text(let text): hasher.combine(ByteText(text))
    case .chat(let messages): hasher.combine(messages)
    }
  }
}

extension Example {
  /// Whether all texts have the same bytes, id, tags and row included.
  public static func == (left: Example, right: Example) -> Bool {
    left.id.isSame(as: right.id) && left.completion.isSame(as: right.completion)
      && left.prompt == right.prompt && left.tags.areSame(as: right.tags)
      && left.rendering == right.rendering && left.row == right.row
  }

  /// Hashes the bytes of the id, which nearly always tells examples apart.
  public func hash(into hasher: inout Hasher) { hasher.combine(ByteText(id)) }
}
