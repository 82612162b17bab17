/// The members of a row that are read, before anything is decided about them.
struct RowFields: Decodable {
  let id: String?
  let tags: [String]?
  let prompt: String?
  let completion: String?
  let messages: [Turn]?
  let system: Content?

  /// A turn of a chat.
  struct Turn: Decodable {
    let role: String
    let content: Content
    /// 0 or 1 where hosts know it; 1 where nothing or something else stands.
    let weight: Double

    private enum CodingKeys: CodingKey { case role, content, weight }

    init(from decoder: any Decoder) throws {
      let members = try decoder.container(keyedBy: CodingKeys.self)
      role = try members.decode(String.self, forKey: .role)
      content = try members.decodeIfPresent(Content.self, forKey: .content) ?? Content()
      weight = (try? members.decodeIfPresent(Double.self, forKey: .weight)) ?? 1
    }
  }

  /// What is said: a text, or a list of parts.
  struct Content: Decodable {
    /// The text; texts of parts joined, empty where there are none.
    var text = ""
    /// Whether it is a list.
    var hasParts = false
    /// Whether a part is no text.
    var hasMedia = false

    private struct Part: Decodable {
      let text: String?

      private enum CodingKeys: CodingKey { case text }

      init(from decoder: any Decoder) throws {
        if let text = try? decoder.singleValueContainer().decode(String.self) {
          self.text = text
        } else {
          let members = try decoder.container(keyedBy: CodingKeys.self)
          text = try? members.decodeIfPresent(String.self, forKey: .text)
        }
      }
    }

    init() {}

    init(from decoder: any Decoder) throws {
      let value = try decoder.singleValueContainer()
      if let text = try? value.decode(String.self) {
        self.text = text
      } else if let parts = try? value.decode([Part].self) {
        text = parts.compactMap(\.text).joined()
        hasParts = true
        hasMedia = parts.contains { $0.text == nil }
      } else {
        text = try value.decode(String.self)
      }
    }
  }
}

/// What a row says, as far as this program reads it.
struct RowView {
  let prompt: Prompt
  let completion: String
  let rendering: Rendering?
  let row: Row

  /// Keys of a row that are read, or change neither training nor losses.
  private static let rowKeys: Set<String> = [
    "id", "tags", "prompt", "completion", "messages", "system", "tools", "weight",
    "chat_template_kwargs", "parallel_tool_calls",
  ]
  /// Keys of a turn that chat templates read.
  private static let turnKeys: Set<String> = [
    "role", "content", "name", "tool_calls", "tool_call_id", "function_call", "refusal",
    "reasoning_content", "reasoning", "thinking", "audio",
  ]

  /// Reads a row.
  ///
  /// - Parameters:
  ///   - fields: Its members, decoded.
  ///   - line: UTF-8 of the same row.
  /// - Throws: What is wrong with the row.
  init(_ fields: RowFields, of line: [UInt8]) throws(ExampleFile.Fault) {
    let members = try Members(line[...], of: "")
    var features = Features()
    var saysMore = members.names.contains {
      !["id", "tags", "prompt", "completion", "messages"].contains($0)
    }
    for name in members.names where !Self.rowKeys.contains(name) { features.add(.unknown(name)) }
    if members.isSet("weight") { features.add(.weight) }
    let tools = members.isSet("tools") ? members.text("tools") : nil
    if tools != nil { features.add(.tools) }
    let arguments =
      members.isSet("chat_template_kwargs") ? members.text("chat_template_kwargs") : nil
    var answer: String?
    var callsTools = false
    if let messages = fields.messages {
      if fields.prompt != nil || fields.completion != nil {
        throw ExampleFile.Fault(.shape, "both 'messages' and 'prompt' or 'completion'")
      }
      let turns = try Self.turns(messages, members, &features, &saysMore)
      let place = try Self.read(messages, &features)
      var before = turns[..<place].map(\.message)
      if let system = fields.system {
        // Beside the turns, as Anthropic has it; templates take it as the first turn.
        let json = system.hasParts ? members.text("system") : nil
        before.insert(
          Message(
            role: "system",
            content: system.text,
            json: json.map { "{\"role\":\"system\",\"content\":\($0)}" }
          ),
          at: 0
        )
        if system.hasMedia { features.add(.media) }
      }
      if turns[..<place].contains(where: \.callsTools) { features.add(.toolCalls) }
      callsTools = turns[place].callsTools
      if callsTools { features.add(.completionCallsTools) }
      prompt = .chat(before)
      completion = turns[place].message.content
      answer = turns[place].message.json
    } else {
      guard let prompt = fields.prompt else {
        throw ExampleFile.Fault(.shape, "neither 'prompt' and 'completion' nor 'messages'")
      }
      guard let completion = fields.completion else {
        throw ExampleFile.Fault(.completion, "no 'completion'")
      }
      if members.isSet("system") { features.add(.unknown("system")) }
      self.prompt = .text(prompt)
      self.completion = completion
    }
    if completion.isEmpty { throw ExampleFile.Fault(.completion, "the completion is empty") }
    rendering = Rendering(
      tools: tools,
      arguments: arguments,
      answer: answer,
      callsTools: callsTools
    )
    row = Row(
      bytes: members.kept(without: ["id", "tags"]),
      saysMore: saysMore,
      features: features.list
    )
  }

  /// A turn and whether it calls tools.
  private struct Turn {
    let message: Message
    let callsTools: Bool
  }

  private static func turns(
    _ messages: [RowFields.Turn],
    _ members: Members,
    _ features: inout Features,
    _ saysMore: inout Bool
  ) throws(ExampleFile.Fault) -> [Turn] {
    let places = members.elements("messages")
    var turns: [Turn] = []
    for (message, place) in zip(messages, places) {
      let own = try Members(members.line[place], of: "messages[\(turns.count)].")
      let calls = ["tool_calls", "function_call"].filter { own.isSet($0) }
      let hasMore =
        message.content.hasParts || own.names.contains { $0 != "role" && $0 != "content" }
      saysMore = saysMore || hasMore
      for name in own.names where name != "weight" && !turnKeys.contains(name) {
        features.add(.unknown("messages[].\(name)"))
      }
      if own.isSet("name") { features.add(.names) }
      if message.content.hasMedia || own.isSet("audio") { features.add(.media) }
      let read = own.names.filter(turnKeys.contains)
      let isPlain = !message.content.hasParts && read.allSatisfy { $0 == "role" || $0 == "content" }
      turns.append(
        Turn(
          message: Message(
            role: message.role,
            content: message.content.text + calls.compactMap(own.text).joined(),
            json: isPlain
              ? nil
              : "{"
                + own.list.filter { turnKeys.contains($0.name) }.map(\.text)
                .joined(separator: ",") + "}"
          ),
          callsTools: !calls.isEmpty
        )
      )
    }
    return turns
  }

  /// The turn whose loss is read: the last one of the assistant that is trained on.
  private static func read(
    _ messages: [RowFields.Turn],
    _ features: inout Features
  ) throws(ExampleFile.Fault) -> Int {
    guard let last = messages.last else {
      throw ExampleFile.Fault(.completion, "'messages' is empty")
    }
    guard last.role == "assistant" else {
      throw ExampleFile.Fault(
        .completion,
        "the last message is from '\(last.role)', not from 'assistant'"
      )
    }
    let answers = messages.indices.filter { messages[$0].role == "assistant" }
    let trained = answers.filter { messages[$0].weight != 0 }
    if trained.count > 1 { features.add(.severalTurns) }
    if trained.isEmpty {
      features.add(.nothingTrained)
    } else if trained.count < answers.count {
      features.add(.turnsWithoutWeight)
    }
    let place = trained.last ?? messages.count - 1
    if place < messages.count - 1 { features.add(.laterTurns) }
    return place
  }

  /// Features in the order they were met, each once.
  private struct Features {
    private(set) var list: [Row.Feature] = []

    mutating func add(_ feature: Row.Feature) {
      if !list.contains(feature) { list.append(feature) }
    }
  }

  /// The members of an object with their own bytes.
  private struct Members {
    let line: ArraySlice<UInt8>
    let list: [(name: String, value: Range<Int>, text: String)]
    private let whole: [Range<Int>]

    var names: [String] { list.map(\.name) }

    /// Finds them; a key that is read and stands twice is refused, because readers differ in which
    /// one they take.
    init(_ line: ArraySlice<UInt8>, of path: String) throws(ExampleFile.Fault) {
      self.line = line
      let members = JSONPlaces.members(of: line)
      var list: [(name: String, value: Range<Int>, text: String)] = []
      for member in members {
        let name = JSONText.unescaped(line[member.key])
        if list.contains(where: { $0.name.isSame(as: name) }) {
          throw ExampleFile.Fault(.shape, "the key '\(path)\(name)' stands twice")
        }
        let text = String(decoding: line[member.whole], as: UTF8.self)
        list.append((name, member.value, text))
      }
      self.list = list
      whole = members.map(\.whole)
    }

    /// The value's own text.
    func text(_ name: String) -> String? {
      list.first { $0.name == name }.map { String(decoding: line[$0.value], as: UTF8.self) }
    }

    /// Whether there is a value other than `null` and an empty list.
    func isSet(_ name: String) -> Bool {
      guard let value = list.first(where: { $0.name == name })?.value else { return false }
      let text = line[value]
      return !text.elementsEqual("null".utf8)
        && !(text.first == UInt8(ascii: "[") && JSONPlaces.elements(of: text).isEmpty)
    }

    /// Where the elements of a list are.
    func elements(_ name: String) -> [Range<Int>] {
      list.first { $0.name == name }.map { JSONPlaces.elements(of: line[$0.value]) } ?? []
    }

    /// The object's bytes without some members and the comma of each.
    func kept(without names: Set<String>) -> [UInt8] {
      guard let start = line.firstIndex(of: UInt8(ascii: "{")),
        let end = line.lastIndex(of: UInt8(ascii: "}"))
      else { return Array(line) }
      var bytes: [UInt8] = []
      var from = start
      var isFirst = true
      for (index, member) in list.enumerated() {
        let next = index + 1 < whole.count ? whole[index + 1].lowerBound : nil
        if names.contains(member.name) {
          // With the comma after it; of what stays, the last one's comma goes below.
          bytes += line[from..<whole[index].lowerBound]
          from = next ?? whole[index].upperBound
        } else {
          bytes += line[from..<whole[index].upperBound]
          from = whole[index].upperBound
          isFirst = false
        }
      }
      if !isFirst, let last = list.last, names.contains(last.name) {
        // Everything from the last comma on belonged to members that went.
        while let byte = bytes.last, byte == UInt8(ascii: ",") || byte <= 0x20 {
          bytes.removeLast()
        }
      }
      return bytes + line[from...end]
    }
  }
}
