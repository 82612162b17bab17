/// A value of a JSON5 file, before anything is known about it.
enum ConfigurationValue: Decodable, Sendable, Hashable {
  case null
  case bool(Bool)
  case whole(Int)
  case large(UInt64)
  case number(Double)
  case string(String)
  case list([ConfigurationValue])
  case object([String: ConfigurationValue])

  init(from decoder: any Decoder) throws {
    let single = try decoder.singleValueContainer()
    if single.decodeNil() {
      self = .null
    } else if let value = try? single.decode(Bool.self) {
      self = .bool(value)
    } else if let value = try? single.decode(Int.self) {
      self = .whole(value)
    } else if let value = try? single.decode(UInt64.self) {
      self = .large(value)
    } else if let value = try? single.decode(Double.self) {
      self = .number(value)
    } else if let value = try? single.decode(String.self) {
      self = .string(value)
    } else if let value = try? single.decode([ConfigurationValue].self) {
      self = .list(value)
    } else {
      self = .object(try single.decode([String: ConfigurationValue].self))
    }
  }

  /// What a person would call it; scalars with their value, strings cut at 40 characters.
  var description: String {
    switch self {
    case .null: "null"
    case .bool(let value): "\(value)"
    case .whole(let value): "\(value)"
    case .large(let value): "\(value)"
    case .number(let value): "\(value)"
    case .string(let value): "\"\(value.prefix(40))\(value.count > 40 ? "…" : "")\""
    case .list: "a list"
    case .object: "an object"
    }
  }
}
