/// A JSON document with its keys in the order they are to be read.
package indirect enum JSONValue: Sendable, Hashable {
  /// `null`, also what a number that is not finite becomes.
  case null
  /// A truth value.
  case bool(Bool)
  /// A whole number.
  case integer(Int)
  /// A whole number from 2⁶³ on.
  case unsigned(UInt64)
  /// A number, written so that it reads back to the same bits.
  case number(Double)
  /// A text.
  case string(String)
  /// A list.
  case array([JSONValue])
  /// An object; keys must be distinct.
  case object([Member])

  /// A key with its value.
  package struct Member: Sendable, Hashable {
    /// The key.
    package let key: String
    /// Its value.
    package let value: JSONValue

    package init(_ key: String, _ value: JSONValue) {
      self.key = key
      self.value = value
    }
  }

  /// An object of these keys and values.
  package static func object(_ members: [(String, JSONValue)]) -> JSONValue {
    .object(members.map { Member($0.0, $0.1) })
  }

  /// An object with more members at its end; anything else as it is.
  package func adding(_ members: [(String, JSONValue)]) -> JSONValue {
    guard case .object(let known) = self else { return self }
    return .object(known + members.map { Member($0.0, $0.1) })
  }

  /// A number, or `null` for none.
  package static func number(_ value: Double?) -> JSONValue { value.map { .number($0) } ?? .null }

  /// A text, or `null` for none.
  package static func string(_ value: String?) -> JSONValue { value.map { .string($0) } ?? .null }

  /// A whole number, or `null` for none.
  package static func integer(_ value: Int?) -> JSONValue {
    value.map { .integer($0) } ?? .null
  }

  /// Texts by name, sorted.
  package static func texts(_ members: [String: String]) -> JSONValue {
    .object(members.sorted { $0.key.precedes($1.key) }.map { ($0.key, .string($0.value)) })
  }

  /// A list of texts.
  package static func strings(_ values: [String]) -> JSONValue {
    .array(values.map { .string($0) })
  }

  /// The document as UTF-8 on one line, without a line break at its end.
  package var bytes: [UInt8] {
    var result: [UInt8] = []
    append(to: &result)
    return result
  }

  private func append(to bytes: inout [UInt8]) {
    switch self {
    case .null: bytes += "null".utf8
    case .bool(let value): bytes += (value ? "true" : "false").utf8
    case .integer(let value): bytes += "\(value)".utf8
    case .unsigned(let value): bytes += "\(value)".utf8
    case .number(let value): JSONText.append(value, to: &bytes)
    case .string(let value): JSONText.append(value, to: &bytes)
    case .array(let values):
      bytes.append(UInt8(ascii: "["))
      for (index, value) in values.enumerated() {
        if index > 0 { bytes.append(UInt8(ascii: ",")) }
        value.append(to: &bytes)
      }
      bytes.append(UInt8(ascii: "]"))
    case .object(let members):
      bytes.append(UInt8(ascii: "{"))
      for (index, member) in members.enumerated() {
        if index > 0 { bytes.append(UInt8(ascii: ",")) }
        JSONText.append(member.key, to: &bytes)
        bytes.append(UInt8(ascii: ":"))
        member.value.append(to: &bytes)
      }
      bytes.append(UInt8(ascii: "}"))
    }
  }
}
