import Experiment

/// Lines of text on their way to a sink, handed over in pieces of about 64 KiB.
struct RowWriter {
  private let sink: Export.Sink
  private var buffer: [UInt8] = []
  private static let capacity = 1 << 16

  init(_ sink: @escaping Export.Sink) { self.sink = sink }

  /// A CSV row: texts, then numbers; one that is not finite gives an empty cell.
  mutating func csv(_ texts: [String], _ numbers: ArraySlice<Double>) throws {
    var isFirst = true
    for text in texts {
      if !isFirst { buffer.append(UInt8(ascii: ",")) }
      isFirst = false
      quote(text)
    }
    for number in numbers {
      if !isFirst { buffer.append(UInt8(ascii: ",")) }
      isFirst = false
      if number.isFinite { buffer += JSONText.shortest(number).utf8 }
    }
    buffer.append(0x0A)
    try flushIfFull()
  }

  /// A JSON document on a line of its own.
  mutating func line(_ value: JSONValue) throws {
    buffer += value.bytes
    buffer.append(0x0A)
    try flushIfFull()
  }

  /// Hands over what is left.
  mutating func flush() throws {
    if !buffer.isEmpty { try sink(buffer) }
    buffer.removeAll(keepingCapacity: true)
  }

  private mutating func flushIfFull() throws {
    if buffer.count >= Self.capacity { try flush() }
  }

  private mutating func quote(_ text: String) {
    let special: Set<UInt8> = [0x22, 0x2C, 0x0A, 0x0D]
    guard text.utf8.contains(where: special.contains) else {
      buffer += text.utf8
      return
    }
    buffer.append(0x22)
    for byte in text.utf8 {
      if byte == 0x22 { buffer.append(0x22) }
      buffer.append(byte)
    }
    buffer.append(0x22)
  }
}
