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

  /// All fields in order, names in lower case, values without blanks at their ends.
  package var all: [(name: String, value: String)] {
    fields { name in String(decoding: name.map(Self.lowercased), as: UTF8.self) }
  }

  /// The fields of some lower-case names, in order.
  package func named(_ names: [StaticString]) -> [(name: String, value: String)] {
    fields { name in
      names.first { wanted in
        wanted.utf8CodeUnitCount == name.count
          && zip(name.indices, 0...).allSatisfy { place, index in
            Self.lowercased(name[place]) == wanted.utf8Start[index]
          }
      }?.description
    }
  }

  private static func lowercased(_ byte: UInt8) -> UInt8 {
    (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
  }

  /// The fields that are wanted, under the names they are given.
  private func fields(
    _ name: (ArraySlice<UInt8>) -> String?
  ) -> [(name: String, value: String)] {
    var found: [(name: String, value: String)] = []
    var next = 0
    while next < bytes.count {
      let start = next
      let end = bytes[start...].firstIndex(of: 0x0A) ?? bytes.count
      next = end + 1
      // A status line such as `HTTP/1.1 200 OK: fine` is no field.
      guard let colon = bytes[start..<end].firstIndex(of: UInt8(ascii: ":")), colon > start,
        !bytes[start..<colon].contains(0x20), let name = name(bytes[start..<colon])
      else { continue }
      let value = bytes[(colon + 1)..<end].drop { $0 <= 0x20 }
      let last = value.lastIndex { $0 > 0x20 }.map { $0 + 1 } ?? value.startIndex
      found.append((name, String(decoding: value[..<last], as: UTF8.self)))
    }
    return found
  }
}
