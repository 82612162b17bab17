import FoundationEssentials

/// Why a file of examples cannot be used.
public struct ExampleFileError: Error, Sendable, Hashable {
  /// What kind of fault it is.
  public enum Code: Sendable, Hashable {
    /// No file there, or none that can be read.
    case unreadable
    /// No example in the whole file.
    case empty
    /// Bytes that are not UTF-8.
    case encoding
    /// A NUL character, which hosts refuse or cut at.
    case nul
    /// A line that is not one JSON object.
    case syntax
    /// A key that is absent, ill-typed or contradicted by another.
    case shape
    /// Nothing to train on or to read.
    case completion
    /// An id that another line has already.
    case duplicate
  }

  /// What kind of fault it is.
  public let code: Code
  /// The file, as the caller named it.
  public let file: String
  /// Line number as people and editors count, from 1; `nil` when the whole file is meant.
  public let line: Int?
  /// What is wrong, one phrase in lower case.
  public let reason: String
  /// What to do about it; `nil` when the reason says it.
  public let hint: String?

  package init(code: Code, file: String, line: Int?, reason: String, hint: String? = nil) {
    self.code = code
    self.file = file
    self.line = line
    self.reason = reason
    self.hint = hint
  }

  init(_ code: Code, file: String, line: Int?, _ foreign: ForeignFile) {
    self.init(
      code: code,
      file: file,
      line: line,
      reason: foreign.reason,
      hint: foreign.hint
    )
  }
}

/// Files of examples in the hosts' own formats: JSON Lines, each row a prompt with its completion.
///
/// A row is `{"prompt": …, "completion": …}` or `{"messages": [{"role": …, "content": …}, …]}`, whose
/// last message is from the assistant. The completion is the last assistant turn that is trained on:
/// one of weight 0 is not. `id` and `tags` are ours; everything else is the host's and stays as it
/// stands in `Example.row`. Blank lines are skipped but counted.
public enum ExampleFile {
  /// Reads all examples of a file.
  ///
  /// - Parameters:
  ///   - bytes: The file's content, UTF-8, with or without a byte order mark.
  ///   - role: Decides the default id: `train-<line>` or `query-<line>`, lines counted from 0.
  ///   - file: What to call the file in errors.
  /// - Returns: At least one example, in file order, ids distinct.
  /// - Throws: The first fault, with its line.
  public static func parse(
    _ bytes: [UInt8],
    role: Role,
    file: String
  ) throws(ExampleFileError) -> [Example] {
    if let foreign = ForeignFile(notLines: bytes, file: file) {
      throw ExampleFileError(.syntax, file: file, line: nil, foreign)
    }
    let decoder = JSONDecoder()
    var examples: [Example] = []
    var lines: [ByteText: Int] = [:]
    var rest = bytes[...]
    var number = 0
    while !rest.isEmpty {
      let end = rest.firstIndex(of: UInt8(ascii: "\n")) ?? rest.endIndex
      var line = rest[..<end]
      rest = end < rest.endIndex ? rest[(end + 1)...] : []
      defer { number += 1 }
      // Also where files were put together.
      if line.starts(with: [0xEF, 0xBB, 0xBF]) { line = line.dropFirst(3) }
      if line.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }) { continue }
      let example: Example
      do throws(Fault) {
        example = try read(line, defaultID: "\(role.rawValue)-\(number)", decoder)
        if let other = lines.updateValue(number + 1, forKey: ByteText(example.id)) {
          throw Fault(.duplicate, "the id '\(example.id)' is also on line \(other)")
        }
      } catch {
        if error.code != .duplicate,
          let foreign = ForeignFile(line: line, in: bytes, file: file)
        {
          throw ExampleFileError(error.code, file: file, line: number + 1, foreign)
        }
        throw ExampleFileError(
          code: error.code,
          file: file,
          line: number + 1,
          reason: error.reason
        )
      }
      if let foreign = ForeignFile(preference: line, file: file) {
        throw ExampleFileError(.shape, file: file, line: number + 1, foreign)
      }
      examples.append(example)
    }
    guard !examples.isEmpty else {
      throw ExampleFileError(code: .empty, file: file, line: nil, reason: "no examples in it")
    }
    return examples
  }

  /// One example as a line of a file, without the line break: what the view says, nothing more.
  ///
  /// - Parameters:
  ///   - example: The example.
  ///   - includingIdentity: Whether `id` and `tags` are written.
  /// - Returns: UTF-8 bytes that `parse` reads back to the same prompt and completion.
  public static func line(for example: Example, includingIdentity: Bool) -> [UInt8] {
    var bytes = Array("{".utf8)
    func add(_ key: String, _ text: String) {
      bytes += Array("\"\(key)\":".utf8)
      JSONText.append(text, to: &bytes)
    }
    if includingIdentity {
      add("id", example.id)
      bytes += Array(",\"tags\":[".utf8)
      for (index, tag) in example.tags.enumerated() {
        if index > 0 { bytes.append(UInt8(ascii: ",")) }
        JSONText.append(tag, to: &bytes)
      }
      bytes += Array("],".utf8)
    }
    switch example.prompt {
    case .text(let text):
      add("prompt", text)
      bytes.append(UInt8(ascii: ","))
      add("completion", example.completion)
    case .chat(let messages):
      bytes += Array("\"messages\":[".utf8)
      for message in messages + [Message(role: "assistant", content: example.completion)] {
        if bytes.last == UInt8(ascii: "}") { bytes.append(UInt8(ascii: ",")) }
        bytes.append(UInt8(ascii: "{"))
        add("role", message.role)
        bytes.append(UInt8(ascii: ","))
        add("content", message.content)
        bytes.append(UInt8(ascii: "}"))
      }
      bytes.append(UInt8(ascii: "]"))
    }
    bytes.append(UInt8(ascii: "}"))
    return bytes
  }

  /// What a host is sent of a training example, without the line break.
  ///
  /// - Parameters:
  ///   - example: The example.
  ///   - weight: Weight of the example in this training, which multiplies a weight that the row has;
  ///     `nil` leaves the row as it is.
  /// - Returns: The row's own bytes; those of its view where it has no row.
  public static func trainingLine(for example: Example, weight: Double? = nil) -> [UInt8] {
    var bytes = example.row?.bytes ?? line(for: example, includingIdentity: false)
    guard let weight else { return bytes }
    var text: [UInt8] = []
    let own = JSONPlaces.members(of: bytes[...]).last {
      JSONText.unescaped(bytes[$0.key]) == "weight"
    }
    if let own {
      let value = Double(String(decoding: bytes[own.value], as: UTF8.self))
      JSONText.append(weight * (value ?? 1), to: &text)
      bytes.replaceSubrange(own.value, with: text)
    } else {
      text += ",\"weight\":".utf8
      JSONText.append(weight, to: &text)
      bytes.insert(contentsOf: text, at: bytes.count - 1)
    }
    return bytes
  }

  /// Reads a row that was kept without its `id` and `tags`.
  ///
  /// - Parameters:
  ///   - bytes: UTF-8 of the row.
  ///   - id: The example's id.
  ///   - tags: Its tags.
  /// - Returns: The example; `nil` when it is no row.
  package static func example(_ bytes: [UInt8], id: String, tags: [String]) -> Example? {
    guard let read = try? read(bytes[...], defaultID: id, JSONDecoder()) else { return nil }
    return Example(
      id: id,
      prompt: read.prompt,
      completion: read.completion,
      tags: tags,
      rendering: read.rendering,
      row: read.row
    )
  }

  /// What is wrong with one row.
  struct Fault: Error {
    let code: ExampleFileError.Code
    let reason: String
    init(_ code: ExampleFileError.Code, _ reason: String) {
      self.code = code
      self.reason = reason
    }
  }

  private static func read(
    _ line: ArraySlice<UInt8>,
    defaultID: String,
    _ decoder: JSONDecoder
  ) throws(Fault) -> Example {
    // NUL first: the decoder would take some of these lines for UTF-16.
    if line.contains(0) { throw Fault(.nul, "a NUL character") }
    guard String(validating: line, as: UTF8.self) != nil else {
      throw Fault(.encoding, "not valid UTF-8")
    }
    // The decoder lets a comma before a bracket pass, which hosts do not.
    guard case .complete(let end) = JSONWalk.end(of: line),
      line[end...].allSatisfy({ [0x20, 0x09, 0x0D].contains($0) })
    else { throw Fault(.syntax, "not valid JSON") }
    let fields: RowFields
    do {
      fields = try decoder.decode(RowFields.self, from: Data(line))
    } catch let error as DecodingError {
      throw fault(error)
    } catch {
      throw Fault(.syntax, "not valid JSON")
    }
    let view = try RowView(fields, of: Array(line))
    let example = Example(
      id: fields.id ?? defaultID,
      prompt: view.prompt,
      completion: view.completion,
      tags: fields.tags ?? [],
      rendering: view.rendering,
      row: view.row
    )
    if example.id.isEmpty { throw Fault(.shape, "the id is empty") }
    var texts = [example.id, example.completion] + example.tags
    switch example.prompt {
    case .text(let text): texts.append(text)
    case .chat(let messages): texts += messages.flatMap { [$0.role, $0.content] }
    }
    if texts.contains(where: { $0.utf8.contains(0) }) { throw Fault(.nul, "a NUL character") }
    return example
  }

  private static func fault(_ error: DecodingError) -> Fault {
    func path(_ keys: [any CodingKey]) -> String {
      keys.reduce("") { path, key in
        key.intValue.map { "\(path)[\($0)]" } ?? (path.isEmpty ? "" : path + ".") + key.stringValue
      }
    }
    switch error {
    case .typeMismatch(let type, let context), .valueNotFound(let type, let context):
      guard !context.codingPath.isEmpty else { return Fault(.syntax, "not a JSON object") }
      let name =
        type == String.self ? "a string" : type is [Any].Type ? "a list" : "an object"
      return Fault(.shape, "'\(path(context.codingPath))' is not \(name)")
    case .keyNotFound(let key, let context):
      return Fault(.shape, "'\(path(context.codingPath))' has no '\(key.stringValue)'")
    case .dataCorrupted: return Fault(.syntax, "not valid JSON")
    @unknown default: return Fault(.syntax, "not valid JSON")
    }
  }
}
