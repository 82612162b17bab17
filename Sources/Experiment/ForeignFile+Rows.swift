import FoundationEssentials

extension ForeignFile {
  /// What a value of a row is, as far as a row's form shows in it.
  private indirect enum Shape: Decodable {
    case text(String)
    case truth
    case list([Shape])
    case object([String: Shape])
    case other

    init(from decoder: any Decoder) throws {
      let single = try decoder.singleValueContainer()
      if let text = try? single.decode(String.self) {
        self = .text(text)
      } else if (try? single.decode(Bool.self)) != nil {
        self = .truth
      } else if let list = try? single.decode([Shape].self) {
        self = .list(list)
      } else if let members = try? single.decode([String: Shape].self) {
        self = .object(members)
      } else {
        self = .other
      }
    }

    var isText: Bool { if case .text = self { true } else { false } }
    var isTruth: Bool { if case .truth = self { true } else { false } }
    var isList: Bool { if case .list = self { true } else { false } }
    subscript(_ key: String) -> Shape? {
      if case .object(let members) = self { members[key] } else { nil }
    }
    /// Whether it is a list, not empty, of objects that all have these keys.
    func lists(_ keys: String...) -> Bool {
      guard case .list(let elements) = self, !elements.isEmpty else { return false }
      return elements.allSatisfy { element in keys.allSatisfy { element[$0] != nil } }
    }
    var isMessages: Bool { lists("role", "content") }
    /// Whether it is a list of texts or pandas' object of them.
    var isColumn: Bool {
      switch self {
      case .list(let elements): !elements.isEmpty && elements.allSatisfy(\.isText)
      case .object(let members):
        !members.isEmpty && members.allSatisfy { Int($0.key) != nil && $0.value.isText }
      default: false
      }
    }
  }

  /// What a row's keys say that it is.
  ///
  /// - Parameters:
  ///   - line: A whole JSON object.
  ///   - names: The file's names.
  /// - Returns: What it is; `nil` for a row as it should be, or one of no known form.
  static func row(_ line: ArraySlice<UInt8>, _ names: Names) -> ForeignFile? {
    guard let shape = try? JSONDecoder().decode(Shape.self, from: Data(line)),
      case .object(let row) = shape
    else { return nil }
    return preference(row, names) ?? conversation(row, names) ?? instruction(row, names)
      ?? whole(row, names) ?? pair(row, names) ?? keys(row, names)
  }

  /// A row for training on preferences that reads like a prompt with its completion.
  ///
  /// - Parameters:
  ///   - line: A line that is a row.
  ///   - file: The file's name, for the conversion.
  package init?(preference line: ArraySlice<UInt8>, file: String) {
    guard Self.mentionsLabel(line.span),
      let row = try? JSONDecoder().decode([String: Shape].self, from: Data(line)),
      row["label"]?.isTruth == true, row["prompt"] != nil, row["completion"] != nil
    else { return nil }
    self.init(
      "a preference row (KTO): 'label' says whether the completion is wanted",
      hint: "to train on the wanted ones: " + Names(file).jq("select(.label) | del(.label)")
    )
  }

  /// Whether `"label"` occurs, for few rows are worth a second look.
  private static func mentionsLabel(_ line: Span<UInt8>) -> Bool {
    let word = Array("\"label\"".utf8)
    var matched = 0
    for place in line.indices {
      let byte = line[place]
      matched = byte == word[matched] ? matched + 1 : byte == word[0] ? 1 : 0
      if matched == word.count { return true }
    }
    return false
  }

  private static func preference(_ row: [String: Shape], _ names: Names) -> ForeignFile? {
    func found(_ form: String, _ program: String) -> ForeignFile {
      ForeignFile(
        "a preference row (\(form)), which has two completions",
        hint: "to train on the preferred one: " + names.jq(program)
      )
    }
    if row["preferred_output"] != nil, row["input"]?["messages"] != nil {
      return found(
        "'preferred_output' and 'non_preferred_output'",
        ". as $r | del(.input, .preferred_output, .non_preferred_output) + .input | "
          + ".messages += $r.preferred_output"
      )
    }
    guard let chosen = row["chosen"], row["rejected"] != nil else { return nil }
    let form = "'chosen' and 'rejected'"
    let rest = "del(.chosen, .rejected)"
    switch (row["prompt"], chosen) {
    case (.text?, .text): return found(form, ".completion = .chosen | \(rest)")
    case (let prompt?, _) where prompt.isMessages && chosen.isMessages:
      return found(form, ".messages = .prompt + .chosen | del(.prompt, .chosen, .rejected)")
    case (_, _) where chosen.isMessages:
      return found(form, ".messages = .chosen | del(.prompt, .chosen, .rejected)")
    case (nil, .text(let text)) where text.contains("\n\nAssistant:"):
      return found(
        form,
        ". + (.chosen | capture(\"(?<prompt>.*\\n\\nAssistant:)(?<completion>.*)\"; \"p\")) | \(rest)"
      )
    default: break
    }
    if let turns = row["conversations"], turns.lists("from", "value"), chosen["value"] != nil {
      return found(
        form,
        ".messages = [(.conversations + [.chosen])[] | \(turn)] | "
          + "del(.conversations, .chosen, .rejected)"
      )
    }
    return ForeignFile(
      "a preference row (\(form)), which has two completions",
      hint: "choose one as the completion; a row is {\"prompt\": \"…\", \"completion\": \"…\"}"
    )
  }

  /// ShareGPT's turn as a message, in jq.
  private static let turn =
    "{role: ({human: \"user\", gpt: \"assistant\"}[.from] // .from), content: .value}"

  private static func conversation(_ row: [String: Shape], _ names: Names) -> ForeignFile? {
    for key in ["conversations", "conversation", "messages", "dialog", "dialogue", "turns"] {
      guard let turns = row[key] else { continue }
      let path = ".\(key)"
      let rest = key == "messages" ? "" : " | del(\(path))"
      if turns.lists("from", "value") {
        return ForeignFile(
          "a ShareGPT row: turns have 'from' and 'value', not 'role' and 'content'",
          hint: names.jq(".messages = [\(path)[] | \(turn)]\(rest)")
        )
      }
      if turns.isMessages, key != "messages" {
        return ForeignFile(
          "its messages are called '\(key)'",
          hint: names.jq(".messages = \(path)\(rest)")
        )
      }
      if key == "messages", turns.isText {
        return ForeignFile(
          "'messages' is a text, not a list: it was made JSON twice",
          hint: names.jq(".messages |= fromjson")
        )
      }
      if key == "messages", let found = roles(turns, names) { return found }
    }
    if let contents = row["contents"], contents.lists("parts") {
      return ForeignFile(
        "a Gemini row: 'contents' with 'parts'",
        hint: names.jq(
          ".messages = [((.systemInstruction // .system_instruction // empty) + "
            + "{role: \"system\"}), .contents[] | {role: (if .role == \"model\" then \"assistant\" "
            + "else .role end), content: ([.parts[] | .text // error(\"a part is no text\")] | "
            + "join(\"\"))}] | del(.contents, .systemInstruction, .system_instruction)"
        )
      )
    }
    if let user = row["user"], let assistant = row["assistant"], user.isText, assistant.isText {
      return ForeignFile(
        "its keys are roles: 'user' and 'assistant'",
        hint: names.jq(
          ".messages = [(\"system\", \"user\", \"assistant\") as $r | select(.[$r]) | {role: $r, "
            + "content: .[$r]}] | del(.system, .user, .assistant)"
        )
      )
    }
    return nil
  }

  /// Messages whose roles have other names.
  private static func roles(_ messages: Shape, _ names: Names) -> ForeignFile? {
    let others = [
      "human": "user", "User": "user", "Human": "user", "USER": "user", "ai": "assistant",
      "model": "assistant", "bot": "assistant", "gpt": "assistant", "Assistant": "assistant",
      "Chatbot": "assistant", "CHATBOT": "assistant", "System": "system", "SYSTEM": "system",
    ]
    guard case .list(let turns) = messages else { return nil }
    var used: [String] = []
    for turn in turns {
      guard case .text(let role)? = turn["role"], others[role] != nil, !used.contains(role) else {
        continue
      }
      used.append(role)
    }
    guard !used.isEmpty else { return nil }
    let table = used.map { "\($0): \"\(others[$0] ?? "")\"" }.joined(separator: ", ")
    return ForeignFile(
      "its roles are called '\(used.joined(separator: "' and '"))'",
      hint: names.jq(".messages[].role |= ({\(table)}[.] // .)")
    )
  }

  private static func instruction(_ row: [String: Shape], _ names: Names) -> ForeignFile? {
    guard row["instruction"]?.isText == true,
      let answer = ["output", "response", "answer", "completion"].first(where: { row[$0] != nil }),
      row[answer]?.isText == true
    else { return nil }
    let input = ["input", "context"].first { row[$0] != nil }
    let question = input.map {
      "([.instruction, .\($0) // \"\"] | map(select(. != \"\")) | join(\"\\n\\n\"))"
    }
    let asked = question ?? ".instruction"
    let used = ["instruction", input, answer, "system", "history"].compactMap(\.self)
      .filter { $0 != "completion" }
    let dropped = "del(\(used.filter { row[$0] != nil }.map { ".\($0)" }.joined(separator: ", ")))"
    if row["system"] != nil || row["history"] != nil {
      return ForeignFile(
        "an instruction row, such as Alpaca's: 'instruction' and '\(answer)'",
        hint: names.jq(
          ".messages = [(.system // \"\" | select(. != \"\") | {role: \"system\", content: .}), "
            + "(.history // [] | .[] | {role: \"user\", content: .[0]}, {role: \"assistant\", "
            + "content: .[1]}), {role: \"user\", content: \(asked)}, {role: \"assistant\", "
            + "content: .\(answer)}] | \(dropped)"
            + (answer == "completion" ? " | del(.completion)" : "")
        )
      )
    }
    let completion = answer == "completion" ? "" : ".completion = .\(answer) | "
    return ForeignFile(
      "an instruction row, such as Alpaca's: 'instruction' and '\(answer)'",
      hint: "with the texts as they are, without a template: "
        + names.jq(".prompt = \(asked) | \(completion)\(dropped)")
    )
  }

  /// Rows that are all in one object, or a text without a prompt.
  private static func whole(_ row: [String: Shape], _ names: Names) -> ForeignFile? {
    if row["rows"]?.lists("row") == true {
      return ForeignFile(
        "a page of a dataset viewer: all rows in one object",
        hint: names.jq(".rows[].row")
      )
    }
    for key in ["data", "rows", "train", "examples", "items", "records", "samples"] {
      guard case .list(let elements)? = row[key], case .object? = elements.first else { continue }
      return ForeignFile("all rows in one object, under '\(key)'", hint: names.jq(".\(key)[]"))
    }
    if row["prompt"]?.isColumn == true, row["completion"]?.isColumn == true {
      return ForeignFile(
        "columns, not rows: each key holds the values of all rows",
        hint: names.jq(
          "[[.prompt[]], [.completion[]]] | transpose[] | {prompt: .[0], completion: .[1]}"
        )
      )
    }
    if row["text"]?.isText == true, row["prompt"] == nil, row["completion"] == nil {
      return ForeignFile(
        "a text that does not say where the completion begins",
        hint: "if all of it is the completion: "
          + names.jq(".prompt = \"\" | .completion = .text | del(.text)")
      )
    }
    return nil
  }

  /// One key that is a prompt by its name, and one that is a completion.
  private static func pair(_ row: [String: Shape], _ names: Names) -> ForeignFile? {
    let prompts = [
      "prompt", "input", "inputs", "question", "query", "instruction", "problem", "text_input",
      "input_text",
    ]
    let completions = [
      "completion", "output", "outputs", "answer", "response", "output_text", "target", "ideal",
      "solution", "reply",
    ]
    let keys = row.keys.sorted()
    let asked = keys.filter { prompts.contains($0.lowercased()) }
    let answered = keys.filter { completions.contains($0.lowercased()) }
    guard asked.count == 1, answered.count == 1, let prompt = row[asked[0]],
      let completion = row[answered[0]]
    else { return nil }
    let (first, second) = (asked[0], answered[0])
    let named = "'\(first)' and '\(second)'"
    let rest = "del(.\(first), .\(second))"
    switch (prompt, completion) {
    case (.text, .text):
      guard first != "prompt" || second != "completion" else { return nil }
      let renamed = [(first, "prompt"), (second, "completion")].filter { $0 != $1 }
      let program =
        renamed.map { ".\($1) = .\($0)" } + [
          "del(\(renamed.map { ".\($0.0)" }.joined(separator: ", ")))"
        ]
      return ForeignFile(
        "\(named) in the place of 'prompt' and 'completion'",
        hint: names.jq(program.joined(separator: " | "))
      )
    case (_, .text) where prompt.isMessages:
      return ForeignFile(
        "\(named): messages and a text",
        hint: names.jq(
          ".messages = .\(first) + [{role: \"assistant\", content: .\(second)}] | \(rest)"
        )
      )
    case (_, _) where prompt.isMessages && completion.isMessages:
      return ForeignFile(
        "\(named) that are lists of messages",
        hint: names.jq(".messages = .\(first) + .\(second) | \(rest)")
      )
    case (.text, _) where completion.isMessages:
      return ForeignFile(
        "\(named): a text and messages",
        hint: names.jq(".messages = [{role: \"user\", content: .\(first)}] + .\(second) | \(rest)")
      )
    default: return nil
    }
  }

  /// A row of no known form.
  private static func keys(_ row: [String: Shape], _ names: Names) -> ForeignFile? {
    guard row["prompt"] == nil, row["completion"] == nil, row["messages"] == nil else { return nil }
    let keys = row.keys.sorted()
    let shown = keys.prefix(8).map { "'\($0.prefix(40))'" }.joined(separator: ", ")
    let found = keys.isEmpty ? "no keys" : shown + (keys.count > 8 ? ", …" : "")
    return ForeignFile(
      "neither 'prompt' and 'completion' nor 'messages'; it has \(found)",
      hint: "say which is which: " + names.jq("{prompt: .ONE, completion: .OTHER}")
    )
  }
}
