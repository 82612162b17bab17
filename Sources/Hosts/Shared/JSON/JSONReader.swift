/// A reader of JSON that a host sent: lenient in numbers, strict in structure, bounded in depth.
package struct JSONReader {
  private var scanner: JSONScanner

  /// Reads one whole document.
  ///
  /// - Returns: The value; `nil` when the bytes are anything but one JSON value.
  package static func read(_ bytes: [UInt8]) -> JSON? {
    var reader = JSONReader(scanner: JSONScanner(bytes))
    do throws(MalformedJSON) {
      let value = try reader.value(depth: 0)
      try reader.scanner.finish()
      return value
    } catch {
      return nil
    }
  }

  private mutating func value(depth: Int) throws(MalformedJSON) -> JSON {
    guard depth < JSONScanner.deepest else { throw MalformedJSON() }
    switch scanner.peek() {
    case UInt8(ascii: "{"):
      try scanner.enterObject()
      var members = JSONObject()
      while let name = try scanner.nextKey() { members.append(name, try value(depth: depth + 1)) }
      return .object(members)
    case UInt8(ascii: "["):
      try scanner.enterArray()
      var elements: [JSON] = []
      while try scanner.nextElement() { elements.append(try value(depth: depth + 1)) }
      return .array(elements)
    case UInt8(ascii: "\""): return .string(try scanner.string())
    case UInt8(ascii: "t"), UInt8(ascii: "f"): return .bool(try scanner.bool())
    case UInt8(ascii: "n"):
      guard scanner.takeNull() else { throw MalformedJSON() }
      return .null
    default: return .number(try scanner.number())
    }
  }
}
