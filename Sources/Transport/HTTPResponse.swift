/// A whole reply.
package struct HTTPResponse: Sendable {
  /// HTTP status.
  package let status: Int
  /// Header fields.
  package let fields: HTTPFields
  /// The body, decompressed.
  package let body: [UInt8]
  /// Time from sending to the last byte.
  package let took: Duration

  /// Creates a reply.
  package init(
    status: Int,
    fields: HTTPFields = HTTPFields(),
    body: [UInt8] = [],
    took: Duration = .zero
  ) {
    self.status = status
    self.fields = fields
    self.body = body
    self.took = took
  }
}

/// The header fields of a reply, kept as they came and read when asked for.
package struct HTTPFields: Sendable {
  private let bytes: [UInt8]

  /// Takes the raw lines of a reply's head, the status line with them or not.
  package init(_ bytes: [UInt8] = []) { self.bytes = bytes }

  /// Creates fields from names and values.
  package init(_ fields: KeyValuePairs<String, String>) {
    self.init(Array(fields.map { "\($0): \($1)\r\n" }.joined().utf8))
  }

  /// Value of the first field of that lower-case name.
  package subscript(name: String) -> String? { all.first { $0.name == name }?.value }

  /// Whether the text occurs anywhere in the fields as they came: a cheap look before reading them.
  package func mention(_ text: String) -> Bool {
    bytes.withUnsafeBytes { haystack in
      var text = text
      return text.withUTF8 { needle in
        haystack.firstIgnoringCase(of: UnsafeRawBufferPointer(needle)) != nil
      }
    }
  }

  private static func lowercased(_ byte: UInt8) -> UInt8 {
    (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
  }

  /// All fields in order, names in lower case, values without blanks at their ends.
  package var all: [(name: String, value: String)] { fields { _ in true } }

  /// The fields of some lower-case names, in order.
  package func named(_ names: Set<String>) -> [(name: String, value: String)] {
    fields(names.contains)
  }

  private func fields(_ isWanted: (String) -> Bool) -> [(name: String, value: String)] {
    var found: [(name: String, value: String)] = []
    var next = 0
    while next < bytes.count {
      let start = next
      let end = bytes[start...].firstIndex(of: 0x0A) ?? bytes.count
      next = end + 1
      guard let colon = bytes[start..<end].firstIndex(of: UInt8(ascii: ":")), colon > start else {
        continue
      }
      // Without an array in between: names are short, and short strings take no memory.
      let lower = String(unsafeUninitializedCapacity: colon - start) { buffer in
        for place in start..<colon { buffer[place - start] = Self.lowercased(bytes[place]) }
        return colon - start
      }
      // A status line such as `HTTP/1.1 200 OK: fine` is no field.
      guard isWanted(lower), !lower.utf8.contains(0x20) else { continue }
      let value = bytes[(colon + 1)..<end].drop { $0 <= 0x20 }
      let last = value.lastIndex { $0 > 0x20 }.map { $0 + 1 } ?? value.startIndex
      found.append((lower, String(decoding: value[..<last], as: UTF8.self)))
    }
    return found
  }
}
