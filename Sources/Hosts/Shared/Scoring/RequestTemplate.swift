import Experiment

/// A JSON object but for one member, written once for many requests.
///
/// Its keys are sorted, so that equal requests are equal bytes.
struct RequestTemplate: Sendable {
  private let head: [UInt8]
  private let tail: [UInt8]

  /// Writes everything but one member.
  init(_ members: [String: JSON], lacking name: String) {
    var head = Array("{".utf8)
    var tail: [UInt8] = []
    for (key, value) in members.sorted(by: { $0.key < $1.key }) where key != name {
      var member: [UInt8] = []
      JSONText.append(key, to: &member)
      member.append(UInt8(ascii: ":"))
      member += value.bytes
      if key < name {
        head += member + [UInt8(ascii: ",")]
      } else {
        tail += [UInt8(ascii: ",")] + member
      }
    }
    JSONText.append(name, to: &head)
    head.append(UInt8(ascii: ":"))
    self.head = head
    self.tail = tail + Array("}".utf8)
  }

  func body(size: Int, _ write: (inout [UInt8]) -> Void) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(head.count + size + size / 8 + tail.count)
    bytes += head
    write(&bytes)
    bytes += tail
    return bytes
  }

  /// Appends a string given as UTF-8, with its quotes.
  static func append(text: [UInt8], to bytes: inout [UInt8]) {
    guard JSONText.isPlain(text.span) else {
      return JSONText.append(String(decoding: text, as: UTF8.self), to: &bytes)
    }
    bytes.append(UInt8(ascii: "\""))
    bytes += text
    bytes.append(UInt8(ascii: "\""))
  }

  /// Appends a list whose elements are written one by one.
  static func append<Element>(
    list: [Element],
    to bytes: inout [UInt8],
    _ write: (Element, inout [UInt8]) -> Void
  ) {
    bytes.append(UInt8(ascii: "["))
    for (index, element) in list.enumerated() {
      if index > 0 { bytes.append(UInt8(ascii: ",")) }
      write(element, &bytes)
    }
    bytes.append(UInt8(ascii: "]"))
  }

  /// Appends a list of token ids.
  static func append(ids: [Int], to bytes: inout [UInt8]) {
    append(list: ids, to: &bytes) { id, bytes in bytes += String(id).utf8 }
  }
}
