/// A JSON value as hosts send it.
///
/// Reading is lenient where hosts are: `NaN`, `Infinity` and `-Infinity` are numbers (RFC 8259 has no
/// such thing, Python servers do). Of two equal keys the last one counts.
package enum JSON: Sendable, Hashable {
  /// `null`.
  case null
  /// A truth value.
  case bool(Bool)
  /// Any number; whole ones below 2⁵³ are exact.
  case number(Double)
  /// A text.
  case string(String)
  /// A list.
  case array([JSON])
  /// An object.
  case object([String: JSON])
  /// JSON that somebody else wrote, to be sent as it is: UTF-8 of one value. Never read from a reply.
  case verbatim([UInt8])

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
  package var object: [String: JSON]? {
    guard case .object(let value) = self else { return nil }
    return value
  }

  /// Whether this is `null`.
  package var isNull: Bool { self == .null }
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
    self = .object(Dictionary(elements, uniquingKeysWith: { _, last in last }))
  }
  package init(nilLiteral: ()) { self = .null }
}
