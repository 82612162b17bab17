/// Rows of another form, made rows as hosts take them.
///
/// It knows the forms that `ForeignFile` can name and that say all of a row: lists of rows, tables,
/// instructions, questions with answers, ShareGPT's conversations.
package struct ConvertedRows: Sendable, Hashable {
  /// What the file was, one phrase in lower case.
  package let form: String
  /// The rows as JSON Lines, always the same for the same file.
  package let bytes: [UInt8]
  /// Keys or columns that nothing was made of, in the order in which they were met.
  package let dropped: [String]

  /// Reads a file and converts it where it needs to be.
  ///
  /// - Parameters:
  ///   - bytes: The file's content.
  ///   - role: Which side its rows are on.
  ///   - file: What to call it in errors.
  /// - Returns: The converted rows; `nil` for a file that hosts take as it is.
  /// - Throws: The first fault, with its line in the file as it was.
  package static func reading(
    _ bytes: [UInt8],
    role: Role,
    file: String
  ) throws(ExampleFileError) -> ConvertedRows? {
    let asIs: ExampleFileError
    do throws(ExampleFileError) {
      _ = try ExampleFile.parse(bytes, role: role, file: file)
      return nil
    } catch {
      asIs = error
    }
    if ForeignFile(notText: bytes, file: file) != nil { throw asIs }
    let content = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes[3...] : bytes[...]
    guard let first = content.first(where: { $0 > 0x20 }) else { throw asIs }
    var conversion = Conversion(file: file, role: role, asIs: asIs)
    switch first {
    case UInt8(ascii: "["): try conversion.list(content)
    case UInt8(ascii: "{"): try conversion.lines(content)
    default:
      guard try conversion.table(content) else { throw asIs }
    }
    return try conversion.finished()
  }
}

/// Rows as they are converted.
private struct Conversion {
  let file: String
  let role: Role
  /// What the reader of examples says, for rows that nothing better can be said of.
  private let asIs: ExampleFileError
  private var forms: [String] = []
  private var rows: [(line: Int, bytes: [UInt8])] = []
  private var dropped: [String] = []

  init(file: String, role: Role, asIs: ExampleFileError) {
    self.file = file
    self.asIs = asIs
    self.role = role
  }

  private func fault(
    _ line: Int?,
    _ reason: String,
    _ code: ExampleFileError.Code = .shape,
    hint: String? = nil
  ) -> ExampleFileError {
    ExampleFileError(code: code, file: file, line: line, reason: reason, hint: hint)
  }

  /// Converts the elements of a JSON array.
  mutating func list(_ text: ArraySlice<UInt8>) throws(ExampleFileError) {
    guard let start = text.firstIndex(where: { $0 > 0x20 }),
      case .complete(let end) = JSONWalk.end(of: text[start...]),
      text[end...].allSatisfy({ $0 <= 0x20 })
    else {
      throw fault(nil, "a JSON array that is broken or cut short", .syntax, hint: "write it again")
    }
    forms.append("a JSON array")
    var line = 1
    var place = text.startIndex
    for element in JSONPlaces.elements(of: text) {
      line += text[place..<element.lowerBound].count { $0 == UInt8(ascii: "\n") }
      place = element.lowerBound
      try object(text[element], line: line)
    }
  }

  /// Converts objects, one a line.
  mutating func lines(_ text: ArraySlice<UInt8>) throws(ExampleFileError) {
    var isOwn = true
    var number = 0
    for line in text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
      number += 1
      guard line.contains(where: { $0 > 0x20 }) else { continue }
      guard case .complete(let end) = JSONWalk.end(of: line),
        line[end...].allSatisfy({ $0 <= 0x20 })
      else { throw asIs }
      let isConverted = try object(line, line: number)
      isOwn = isOwn && !isConverted
    }
    // What is wrong with rows in the hosts' form has been said.
    if isOwn { throw asIs }
  }

  /// Converts a table that begins with names of columns.
  ///
  /// - Parameter text: The file's text.
  /// - Returns: Whether it is one.
  /// - Throws: The first fault of a row.
  mutating func table(_ text: ArraySlice<UInt8>) throws(ExampleFileError) -> Bool {
    let kinds: [(name: String, delimiter: UInt8)] = [
      ("comma-separated values", UInt8(ascii: ",")),
      ("values separated by semicolons", UInt8(ascii: ";")),
      ("tab-separated values", UInt8(ascii: "\t")),
    ]
    for (name, delimiter) in kinds {
      var reader = DelimitedText(text, delimiter: delimiter)
      guard let header = try? reader.next() else { continue }
      let columns = header.cells.map { $0.trimmedOfSpaces.lowercased() }
      guard RowForm(keys: columns, hasOwn: false) != nil else { continue }
      for (index, column) in columns.enumerated() where columns[..<index].contains(column) {
        throw fault(header.line, "two columns are named '\(column)'")
      }
      forms.append(name)
      try validate(text)
      do throws(DelimitedText.Fault) {
        while let record = try reader.next() {
          guard record.cells.count == columns.count else {
            throw DelimitedText.Fault(
              line: record.line,
              reason:
                "\(record.cells.count) cells, but line \(header.line) names \(columns.count) columns"
            )
          }
          let members = zip(columns, record.cells).map { JSONValue.Member($0, .string($1)) }
          try row(members, line: record.line, named: header.cells)
        }
      } catch {
        throw fault(error.line, error.reason)
      }
      return true
    }
    return false
  }

  /// Refuses bytes that are no UTF-8.
  private func validate(_ text: ArraySlice<UInt8>) throws(ExampleFileError) {
    let names = ForeignFile.Names(file)
    var number = 0
    for line in text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
      number += 1
      if let foreign = ForeignFile.misencoded(line, names) {
        throw ExampleFileError(.encoding, file: file, line: number, foreign)
      }
    }
  }

  private mutating func row(
    _ members: [JSONValue.Member],
    line: Int,
    named columns: [String]
  ) throws(DelimitedText.Fault) {
    do throws(ExampleFileError) {
      try convert(members, line: line, names: columns)
    } catch {
      throw DelimitedText.Fault(line: line, reason: error.reason)
    }
  }

  /// Takes an object: one in the hosts' form as it stands, another one converted.
  @discardableResult
  private mutating func object(
    _ text: ArraySlice<UInt8>,
    line: Int
  ) throws(ExampleFileError) -> Bool {
    guard let value = try? JSON5Reader.read(Array(text)), case .object(let members) = value else {
      throw fault(line, "row \(rows.count + 1) is not an object", .syntax)
    }
    if case .own? = RowForm(keys: members.map(\.key), hasOwn: true) {
      // Within a valid text line breaks are nothing but layout.
      rows.append((line, text.filter { $0 != 0x0A && $0 != 0x0D }))
      return false
    }
    try convert(members, line: line, names: members.map(\.key))
    return true
  }

  private mutating func convert(
    _ members: [JSONValue.Member],
    line: Int,
    names: [String]
  ) throws(ExampleFileError) {
    let number = rows.count + 1
    guard let form = RowForm(keys: members.map(\.key), hasOwn: false) else {
      // Where all before it was as it should be, this row is the one that was refused.
      if forms.isEmpty { throw asIs }
      let keys = names.prefix(8).map { "'\($0)'" }.joined(separator: ", ")
      throw fault(
        line,
        "row \(number) has \(keys.isEmpty ? "no keys" : keys), which is no known form",
        hint: "rows have prompt and completion, instruction and output, question and answer, "
          + "conversations, or messages"
      )
    }
    var fields = RowFieldsInUse(members)
    do throws(RowFieldsInUse.Fault) {
      let row = try form.row(&fields)
      rows.append((line, row.bytes))
    } catch {
      throw fault(line, "row \(number): \(error.reason)")
    }
    if !forms.contains(form.words) { forms.append(form.words) }
    for (member, name) in zip(members, names)
    where !fields.used.contains(member.key) && !dropped.contains(name) {
      dropped.append(name)
    }
  }

  /// The file, once its rows are as they should be.
  func finished() throws(ExampleFileError) -> ConvertedRows {
    let bytes: [UInt8] = rows.flatMap { $0.bytes + [0x0A] }
    do throws(ExampleFileError) {
      _ = try ExampleFile.parse(bytes, role: role, file: file)
    } catch {
      let line = error.line.flatMap { rows.indices.contains($0 - 1) ? rows[$0 - 1].line : nil }
      let number = error.line.map { "row \($0): " } ?? ""
      throw fault(line, number + error.reason, error.code)
    }
    return ConvertedRows(form: forms.joined(separator: " of "), bytes: bytes, dropped: dropped)
  }
}

/// The forms of a row, by the names of its keys or columns.
private enum RowForm {
  /// A prompt with a completion, or messages.
  case own
  /// An instruction, perhaps with an input, and the output under this key.
  case instruction(output: String)
  /// A question and an answer.
  case question
  /// ShareGPT's turns.
  case conversation

  /// Tells a form by its keys; messages are the hosts' own form, which a table cannot have.
  init?(keys: [String], hasOwn: Bool) {
    func has(_ names: String...) -> Bool { names.allSatisfy(keys.contains) }
    if has("prompt", "completion") || hasOwn && has("messages") {
      self = .own
    } else if has("instruction"), let output = ["output", "response"].first(where: keys.contains) {
      self = .instruction(output: output)
    } else if has("conversations") {
      self = .conversation
    } else if has("question", "answer") {
      self = .question
    } else {
      return nil
    }
  }

  var words: String {
    switch self {
    case .own: "prompts with completions"
    case .instruction: "instructions, such as Alpaca's"
    case .question: "questions with answers"
    case .conversation: "ShareGPT's conversations"
    }
  }

  /// The row in the hosts' form.
  func row(_ fields: inout RowFieldsInUse) throws(RowFieldsInUse.Fault) -> JSONValue {
    let identity = try fields.identity()
    switch self {
    case .own:
      return .object(identity + (try fields.pair("prompt", "completion")))
    case .question:
      return .object(identity + (try fields.pair("question", "answer")))
    case .instruction(let output):
      let parts = [try fields.needed("instruction"), try fields.text("input") ?? ""]
      let prompt = parts.filter { !$0.isEmpty }.joined(separator: "\n\n")
      let completion = try fields.needed(output)
      var before: [JSONValue] = []
      if let system = try fields.text("system"), !system.isEmpty {
        before.append(Self.message("system", system))
      }
      for turn in try fields.history() {
        before += [Self.message("user", turn.question), Self.message("assistant", turn.answer)]
      }
      guard !before.isEmpty else {
        return .object(
          identity + [("prompt", .string(prompt)), ("completion", .string(completion))]
        )
      }
      before += [Self.message("user", prompt), Self.message("assistant", completion)]
      return .object(identity + [("messages", .array(before))])
    case .conversation:
      var messages: [JSONValue] = []
      if let system = try fields.text("system"), !system.isEmpty {
        messages.append(Self.message("system", system))
      }
      for turn in try fields.turns() { messages.append(Self.message(turn.role, turn.text)) }
      return .object(identity + [("messages", .array(messages))])
    }
  }

  private static func message(_ role: String, _ content: String) -> JSONValue {
    .object([("role", .string(role)), ("content", .string(content))])
  }
}

/// A row's keys and values, with a mark on each that was used.
private struct RowFieldsInUse {
  /// What is wrong with a row.
  struct Fault: Error {
    let reason: String
  }

  private let members: [JSONValue.Member]
  private(set) var used: Set<String> = []

  init(_ members: [JSONValue.Member]) { self.members = members }

  private mutating func value(_ key: String) -> JSONValue? {
    guard let value = members.first(where: { $0.key == key })?.value else { return nil }
    used.insert(key)
    return value == .null ? nil : value
  }

  /// A text that may be absent.
  mutating func text(_ key: String) throws(Fault) -> String? {
    switch value(key) {
    case nil: return nil
    case .string(let text): return text
    default: throw Fault(reason: "'\(key)' is not a text")
    }
  }

  /// A text that must be there.
  mutating func needed(_ key: String) throws(Fault) -> String {
    guard let text = try text(key) else { throw Fault(reason: "no '\(key)'") }
    return text
  }

  mutating func pair(
    _ prompt: String,
    _ completion: String
  ) throws(Fault) -> [(String, JSONValue)] {
    [
      ("prompt", .string(try needed(prompt))), ("completion", .string(try needed(completion))),
    ]
  }

  /// The row's own id and tags, as far as it has them.
  mutating func identity() throws(Fault) -> [(String, JSONValue)] {
    var result: [(String, JSONValue)] = []
    switch value("id") {
    case nil, .string(""): break
    case .string(let text): result.append(("id", .string(text)))
    case .integer(let number): result.append(("id", .string("\(number)")))
    default: throw Fault(reason: "'id' is neither a text nor a whole number")
    }
    switch value("tags") {
    case nil: break
    case .string(let text):
      let tags = text.split(whereSeparator: { ",;|".contains($0) }).map {
        String($0).trimmedOfSpaces
      }
      .filter { !$0.isEmpty }
      if !tags.isEmpty { result.append(("tags", .strings(tags))) }
    case .some(let list): result.append(("tags", list))
    }
    return result
  }

  /// ShareGPT's turns with the hosts' names of roles.
  mutating func turns() throws(Fault) -> [(role: String, text: String)] {
    guard case .array(let elements)? = value("conversations"), !elements.isEmpty else {
      throw Fault(reason: "'conversations' is not a list of turns")
    }
    let roles = [
      "human": "user", "user": "user", "gpt": "assistant", "assistant": "assistant",
      "system": "system",
    ]
    var turns: [(role: String, text: String)] = []
    for (index, element) in elements.enumerated() {
      guard case .object(let members) = element else {
        throw Fault(reason: "turn \(index + 1) is not an object")
      }
      var turn = RowFieldsInUse(members)
      let from = try turn.needed("from")
      guard let role = roles[from] else {
        throw Fault(reason: "turn \(index + 1) is from '\(from)', not from human, gpt or system")
      }
      turns.append((role, try turn.needed("value")))
      if let odd = members.first(where: { !turn.used.contains($0.key) })?.key {
        throw Fault(reason: "turn \(index + 1) has '\(odd)', which messages have no place for")
      }
    }
    return turns
  }

  /// Earlier questions with their answers, as Alpaca's relatives have them.
  mutating func history() throws(Fault) -> [(question: String, answer: String)] {
    guard let value = value("history"), value != .string("") else { return [] }
    let fault = Fault(reason: "'history' is not a list of questions with their answers")
    guard case .array(let pairs) = value else { throw fault }
    var turns: [(question: String, answer: String)] = []
    for pair in pairs {
      guard case .array(let two) = pair, two.count == 2, case .string(let question) = two[0],
        case .string(let answer) = two[1]
      else { throw fault }
      turns.append((question, answer))
    }
    return turns
  }
}

extension String {
  /// The text without blanks at both ends.
  fileprivate var trimmedOfSpaces: String {
    let start = drop { $0 == " " }
    return String(start.reversed().drop { $0 == " " }.reversed())
  }
}
