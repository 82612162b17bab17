import Terminal

/// Reads the keys of one object, each once, and refuses those nobody asked for.
struct ConfigurationReader {
  let path: String
  private let values: [String: ConfigurationValue]

  /// Every key that is there, sorted.
  var keys: [String] { values.keys.sorted() }

  /// Opens an object whose keys must all be among `keys`, where those are known beforehand.
  init(
    _ values: [String: ConfigurationValue],
    path: String,
    keys: [String]?
  ) throws(ConfigurationError) {
    self.path = path
    self.values = values
    guard let keys else { return }
    for key in values.keys.sorted() where !keys.contains(key) {
      let place = path.isEmpty ? "" : " in '\(path)'"
      throw ConfigurationError(
        .unknownKey,
        path: path.isEmpty ? key : "\(path).\(key)",
        "unknown key '\(key)'\(place)",
        hint: nearest(to: key, in: keys).map { "did you mean '\($0)'?" }
          ?? "known here: \(keys.joined(separator: ", "))"
      )
    }
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

  /// A list of texts, at least one unless none is allowed.
  func texts(
    _ key: String,
    canBeEmpty: Bool = false
  ) throws(ConfigurationError) -> [String]? {
    guard let value = value(key) else { return nil }
    guard case .list(let elements) = value, canBeEmpty || !elements.isEmpty else {
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
    let elements: [ConfigurationValue]
    switch value {
    case .list(let list) where !list.isEmpty: elements = list
    case .whole: elements = [value]
    default: throw wrong(key, expected, value)
    }
    var numbers: [Int] = []
    for element in elements {
      guard case .whole(let number) = element, number >= minimum else {
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
    guard case .whole(let number) = value, number >= minimum else {
      throw wrong(key, "a whole number of \(minimum) or more", value)
    }
    return number
  }

  func seed(_ key: String) throws(ConfigurationError) -> UInt64? {
    switch value(key) {
    case nil: return nil
    case .large(let number): return number
    case .whole(let number) where number >= 0: return UInt64(number)
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
      case .whole(let number): Double(number)
      case .large(let number): Double(number)
      case .number(let number): number
      default: nil
      }
    guard let number, number.isFinite, isAllowed(number) else { throw wrong(key, expected, value) }
    return number
  }

  func choice<Value: RawRepresentable<String> & CaseIterable>(
    _ key: String,
    _ type: Value.Type
  ) throws(ConfigurationError) -> Value? {
    guard let value = value(key) else { return nil }
    guard case .string(let text) = value, let choice = Value(rawValue: text) else {
      let words = Value.allCases.map { "\"\($0.rawValue)\"" }
      throw wrong(key, words.joined(separator: " or "), value)
    }
    return choice
  }

  /// Opens a nested object; `nil` when the key is absent.
  func object(_ key: String, keys: [String]?) throws(ConfigurationError) -> ConfigurationReader? {
    guard let value = value(key) else { return nil }
    guard case .object(let values) = value else { throw wrong(key, "an object", value) }
    return try ConfigurationReader(values, path: full(key), keys: keys)
  }

  /// The value of a key that must be there.
  func required<Value>(_ key: String, _ value: Value?) throws(ConfigurationError) -> Value {
    guard let value else {
      throw ConfigurationError(.missing, path: full(key), "'\(full(key))' is missing")
    }
    return value
  }

  private func value(_ key: String) -> ConfigurationValue? {
    values[key].flatMap { $0 == .null ? nil : $0 }
  }

  private func wrong(
    _ key: String,
    _ expected: String,
    _ found: ConfigurationValue
  ) -> ConfigurationError {
    ConfigurationError(
      .badValue,
      path: full(key),
      "'\(full(key))' should be \(expected), found \(found.description)"
    )
  }
}
