import Experiment
import FoundationEssentials
import Terminal

/// Reads the keys of one object, each once, and refuses those nobody asked for.
struct ConfigurationReader {
  let path: String
  private let members: [JSONValue.Member]
  /// What relative paths are put behind; empty, or ends in a slash.
  private let folder: String

  /// Every key that is there, sorted.
  var keys: [String] { members.map(\.key).sorted() }

  /// Opens an object whose keys must all be among `keys`, where those are known beforehand.
  private init(
    _ members: [JSONValue.Member],
    path: String,
    folder: String,
    keys: [String]?
  ) throws(ConfigurationError) {
    self.path = path
    self.members = members
    self.folder = folder
    guard let keys else { return }
    for key in self.keys where !keys.contains(key) { throw .unknown(key, at: path, known: keys) }
  }

  /// The full path of a key.
  func full(_ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

  /// Whether the key is there; `null` counts as absent.
  func has(_ key: String) -> Bool { value(key) != nil }

  func text(_ key: String) throws(ConfigurationError) -> String? {
    guard let value = value(key) else { return nil }
    guard case .string(let text) = value else { throw wrong(key, "a string", value) }
    if text.isEmpty { throw wrong(key, "a string that is not empty", value) }
    return text
  }

  /// A path, resolved against the folder of the file that names it.
  func file(_ key: String) throws(ConfigurationError) -> String? {
    try text(key).map(resolved)
  }

  func resolved(_ path: String) -> String { path.hasPrefix("/") ? path : folder + path }

  /// A list of texts, at least one unless none is allowed.
  func texts(
    _ key: String,
    canBeEmpty: Bool = false
  ) throws(ConfigurationError) -> [String]? {
    guard let value = value(key) else { return nil }
    guard case .array(let elements) = value, canBeEmpty || !elements.isEmpty else {
      throw wrong(key, "a list of strings", value)
    }
    var texts: [String] = []
    for element in elements {
      guard case .string(let text) = element, !text.isEmpty else {
        throw wrong(key, "a list of strings", element)
      }
      texts.append(text)
    }
    return texts
  }

  /// A list of whole numbers, at least one; a single number counts as a list of one.
  func wholes(_ key: String, atLeast minimum: Int = 1) throws(ConfigurationError) -> [Int]? {
    guard let value = value(key) else { return nil }
    let expected = "a list of whole numbers of \(minimum) or more"
    let elements: [JSONValue]
    switch value {
    case .array(let list) where !list.isEmpty: elements = list
    case .integer: elements = [value]
    default: throw wrong(key, expected, value)
    }
    var numbers: [Int] = []
    for element in elements {
      guard case .integer(let number) = element, number >= minimum else {
        throw wrong(key, expected, element)
      }
      numbers.append(number)
    }
    return numbers
  }

  func bool(_ key: String) throws(ConfigurationError) -> Bool? {
    guard let value = value(key) else { return nil }
    guard case .bool(let flag) = value else { throw wrong(key, "true or false", value) }
    return flag
  }

  func whole(_ key: String, atLeast minimum: Int = 1) throws(ConfigurationError) -> Int? {
    guard let value = value(key) else { return nil }
    guard case .integer(let number) = value, number >= minimum else {
      throw wrong(key, "a whole number of \(minimum) or more", value)
    }
    return number
  }

  func seed(_ key: String) throws(ConfigurationError) -> UInt64? {
    switch value(key) {
    case nil: return nil
    case .unsigned(let number): return number
    case .integer(let number) where number >= 0: return UInt64(number)
    case .some(let value): throw wrong(key, "a whole number from 0 to 2^64 - 1", value)
    }
  }

  /// A finite number that satisfies a condition, worded in `expected`.
  func number(
    _ key: String,
    _ expected: String,
    where isAllowed: (Double) -> Bool
  ) throws(ConfigurationError) -> Double? {
    guard let value = value(key) else { return nil }
    let number: Double? =
      switch value {
      case .integer(let number): Double(number)
      case .unsigned(let number): Double(number)
      case .number(let number): number
      default: nil
      }
    guard let number, number.isFinite, isAllowed(number) else { throw wrong(key, expected, value) }
    return number
  }

  /// A number above 0.
  func positive(_ key: String) throws(ConfigurationError) -> Double? {
    try number(key, "a number above 0") { $0 > 0 }
  }

  /// A number of 0 or more.
  func amount(_ key: String) throws(ConfigurationError) -> Double? {
    try number(key, "a number of 0 or more") { $0 >= 0 }
  }

  func choice<Value: RawRepresentable<String> & CaseIterable>(
    _ key: String,
    _ type: Value.Type
  ) throws(ConfigurationError) -> Value? {
    guard let value = value(key) else { return nil }
    guard case .string(let text) = value, let choice = Value(rawValue: text) else {
      let known = Value.allCases.map(\.rawValue)
      var hint: String?
      if case .string(let text) = value {
        hint = nearest(to: text, in: known).map { "did you mean \"\($0)\"?" }
      }
      let words = known.map { "\"\($0)\"" }.joined(separator: " or ")
      throw wrong(key, words, value, hint: hint)
    }
    return choice
  }

  /// Opens a nested object; `nil` when the key is absent.
  func object(_ key: String, keys: [String]?) throws(ConfigurationError) -> ConfigurationReader? {
    guard let value = value(key) else { return nil }
    guard case .object(let members) = value else { throw wrong(key, "an object", value) }
    return try ConfigurationReader(members, path: full(key), folder: folder, keys: keys)
  }

  /// Refuses keys that mean nothing, and says where.
  func refuse(_ keys: [String], _ place: String) throws(ConfigurationError) {
    guard let odd = keys.first(where: has) else { return }
    throw fault(.conflict, odd, "means nothing \(place)", hint: "leave it out")
  }

  /// The value of a key that must be there.
  func required<Value>(_ key: String, _ value: Value?) throws(ConfigurationError) -> Value {
    guard let value else { throw missing(key) }
    return value
  }

  /// The value of a key that must be there.
  func required<Value>(
    _ key: String,
    _ read: (String) throws(ConfigurationError) -> Value?
  ) throws(ConfigurationError) -> Value {
    try required(key, read(key))
  }

  /// An object that must be there.
  func part(_ key: String, keys: [String]?) throws(ConfigurationError) -> ConfigurationReader {
    try required(key, object(key, keys: keys))
  }

  func missing(_ key: String, hint: String? = nil) -> ConfigurationError {
    fault(.missing, key, "is missing", hint: hint)
  }

  /// A fault of a key, whose name begins the cause.
  func fault(
    _ code: ConfigurationError.Code,
    _ key: String,
    _ cause: String,
    hint: String? = nil
  ) -> ConfigurationError {
    ConfigurationError(code, path: full(key), "'\(full(key))' \(cause)", hint: hint)
  }

  /// Any value, for what is passed on as it is.
  func value(_ key: String) -> JSONValue? {
    members.first { $0.key.isSame(as: key) && $0.value != .null }?.value
  }

  private func wrong(
    _ key: String,
    _ expected: String,
    _ found: JSONValue,
    hint: String? = nil
  ) -> ConfigurationError {
    fault(.badValue, key, "should be \(expected), found \(Self.words(found))", hint: hint)
  }

  /// What a person would call a value; scalars as they are, strings cut at 40 characters.
  fileprivate static func words(_ value: JSONValue) -> String {
    switch value {
    case .null: "null"
    case .bool(let value): "\(value)"
    case .integer(let value): "\(value)"
    case .unsigned(let value): "\(value)"
    case .number(let value): "\(value)"
    case .string(let value): "\"\(value.prefix(40))\(value.count > 40 ? "…" : "")\""
    case .array: "a list"
    case .object: "an object"
    }
  }
}

extension ConfigurationReader {
  /// Reads a file and gives its name to every fault found in it.
  ///
  /// The body gets the content, the file's folder (empty, or ends in a slash) and its name without
  /// extension.
  static func reading<Result>(
    file: String,
    _ body: (_ json5: [UInt8], _ folder: String, _ name: String) throws(ConfigurationError) ->
      Result
  ) throws(ConfigurationError) -> Result {
    let url = URL(filePath: file)
    do throws(ConfigurationError) {
      guard let bytes = try? Data(contentsOf: url) else {
        throw ConfigurationError(.unreadable, path: "", whyUnreadable(file))
      }
      if let foreign = ForeignFile(notText: bytes, file: file) {
        throw ConfigurationError(.syntax, path: "", foreign.reason, hint: foreign.hint)
      }
      let folder = file.lastIndex(of: "/").map { String(file[...$0]) } ?? ""
      return try body(Array(bytes), folder, url.deletingPathExtension().lastPathComponent)
    } catch {
      var named = error
      named.file = file
      throw named
    }
  }

  /// Opens the object that a text holds, whose relative paths are put behind a folder.
  init(
    json5: [UInt8],
    folder: String = "",
    keys: [String]
  ) throws(ConfigurationError) {
    let members = try JSONValue.object(json5: json5)
    try self.init(members, path: "", folder: folder, keys: keys)
  }
}

extension JSONValue {
  /// The members of the one object that a JSON5 text holds.
  static func object(json5: [UInt8]) throws(ConfigurationError) -> [Member] {
    let value: JSONValue
    do throws(JSON5Fault) {
      value = try JSON5Reader.read(json5)
    } catch {
      let hint = error.isRepeatedKey ? "keep one of them" : nil
      throw ConfigurationError(.syntax, path: "", error.description, hint: hint)
    }
    guard case .object(let members) = value else {
      let found = ConfigurationReader.words(value)
      throw ConfigurationError(.syntax, path: "", "the file should hold an object, found \(found)")
    }
    return members
  }
}

extension ConfigurationError {
  /// A key of the object at `path` that nobody reads.
  static func unknown(_ key: String, at path: String, known: [String]) -> ConfigurationError {
    ConfigurationError(
      .unknownKey,
      path: path.isEmpty ? key : "\(path).\(key)",
      "unknown key '\(key)'\(path.isEmpty ? "" : " in '\(path)'")",
      hint: nearest(to: key, in: known).map { "did you mean '\($0)'?" }
        ?? "known here: \(known.joined(separator: ", "))"
    )
  }
}
