import Experiment

/// A JSON value as hosts send it.
///
/// Reading is lenient where hosts are: `NaN`, `Infinity` and `-Infinity` are numbers (RFC 8259 has no
/// such thing, Python servers do). Of two equal keys the last one counts. Texts are equal when their
/// bytes are.
package enum JSON: Sendable {
  case null
  case bool(Bool)
  /// Any number; whole ones below 2⁵³ are exact.
  case number(Double)
  case string(String)
  case array([JSON])
  case object(JSONObject)
  /// JSON that somebody else wrote, to be sent as it is: UTF-8 of one value. Never read from a reply.
  case verbatim([UInt8])

  /// An object of members that are told apart already.
  package static func object(_ members: [String: JSON]) -> JSON {
    .object(JSONObject(members.map { ($0.key, $0.value) }))
  }

  /// The member of that name; `nil` when this is no object or has no such member.
  package subscript(name: String) -> JSON? {
    guard case .object(let members) = self else { return nil }
    return members[name]
  }

  /// The element at that place; `nil` when this is no list or is shorter.
  package subscript(index: Int) -> JSON? {
    guard case .array(let elements) = self, elements.indices.contains(index) else { return nil }
    return elements[index]
  }

  /// The text; `nil` for anything else.
  package var string: String? {
    guard case .string(let value) = self else { return nil }
    return value
  }

  /// The number; `nil` for anything else.
  package var number: Double? {
    guard case .number(let value) = self else { return nil }
    return value
  }

  /// The number when it is whole; `nil` for anything else.
  package var int: Int? { number.flatMap { Int(exactly: $0) } }

  /// The truth value; `nil` for anything else.
  package var bool: Bool? {
    guard case .bool(let value) = self else { return nil }
    return value
  }

  /// The elements; `nil` for anything but a list.
  package var array: [JSON]? {
    guard case .array(let value) = self else { return nil }
    return value
  }

  /// The members; `nil` for anything but an object.
  package var object: JSONObject? {
    guard case .object(let value) = self else { return nil }
    return value
  }

  package var isNull: Bool { self == .null }
}

extension JSON: Hashable {
  package static func == (left: JSON, right: JSON) -> Bool {
    switch (left, right) {
    case (.null, .null): true
    case (.bool(let left), .bool(let right)): left == right
    case (.number(let left), .number(let right)): left == right
    case (.string(let left), .string(let right)): left.isSame(as: right)
    case (.array(let left), .array(let right)): left == right
    case (.object(let left), .object(let right)): left == right
    case (.verbatim(let left), .verbatim(let right)): left == right
    default: false
    }
  }

  package func hash(into hasher: inout Hasher) {
    switch self {
    case .null: hasher.combine(0)
    case .bool(let value): hasher.combine(value)
    case .number(let value): hasher.combine(value)
    case .string(let value): hasher.combine(value)
    case .array(let elements): hasher.combine(elements)
    case .object(let members): hasher.combine(members)
    case .verbatim(let bytes): hasher.combine(bytes)
    }
  }
}

extension JSON: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral, ExpressibleByFloatLiteral,
  ExpressibleByIntegerLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral,
  ExpressibleByNilLiteral
{
  package init(stringLiteral value: String) { self = .string(value) }
  package init(booleanLiteral value: Bool) { self = .bool(value) }
  package init(floatLiteral value: Double) { self = .number(value) }
  package init(integerLiteral value: Int) { self = .number(Double(value)) }
  package init(arrayLiteral elements: JSON...) { self = .array(elements) }
  package init(dictionaryLiteral elements: (String, JSON)...) {
    self = .object(JSONObject(elements.map { (key: $0.0, value: $0.1) }))
  }
  package init(nilLiteral: ()) { self = .null }
}
