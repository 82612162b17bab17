/// A table as text: cells between delimiters, a record a line, quotes as RFC 4180 has them.
struct DelimitedText {
  /// A record and the line that it begins on, from 1.
  struct Record: Hashable {
    let line: Int
    let cells: [String]
  }

  /// Why a text is no table.
  struct Fault: Error {
    let line: Int
    let reason: String
  }

  private let bytes: ArraySlice<UInt8>
  private let delimiter: UInt8
  private var place: Int
  private var line = 1

  /// Starts at the first record.
  ///
  /// - Parameters:
  ///   - bytes: UTF-8, without a byte order mark.
  ///   - delimiter: What stands between two cells.
  init(_ bytes: ArraySlice<UInt8>, delimiter: UInt8) {
    self.bytes = bytes
    self.delimiter = delimiter
    place = bytes.startIndex
  }

  /// The next record; blank lines are skipped but counted, `nil` is the end.
  mutating func next() throws(Fault) -> Record? {
    while place < bytes.endIndex {
      let start = line
      let cells = try record()
      if cells != [""] { return Record(line: start, cells: cells) }
    }
    return nil
  }

  private mutating func record() throws(Fault) -> [String] {
    var cells: [String] = []
    while true {
      cells.append(try cell())
      guard place < bytes.endIndex else { return cells }
      let byte = bytes[place]
      place += 1
      if byte == delimiter { continue }
      // A carriage return alone ends a line, too.
      if byte == Self.carriageReturn, place < bytes.endIndex, bytes[place] == Self.lineFeed {
        place += 1
      }
      line += 1
      return cells
    }
  }

  private mutating func cell() throws(Fault) -> String {
    guard place < bytes.endIndex, bytes[place] == Self.quote else {
      let start = place
      while place < bytes.endIndex, !isEnd(bytes[place]) { place += 1 }
      return String(decoding: bytes[start..<place], as: UTF8.self)
    }
    let opened = line
    var text: [UInt8] = []
    place += 1
    while place < bytes.endIndex {
      let byte = bytes[place]
      place += 1
      if byte == Self.quote {
        guard place < bytes.endIndex, bytes[place] == Self.quote else {
          guard place == bytes.endIndex || isEnd(bytes[place]) else {
            throw Fault(
              line: line,
              reason: "text behind a closing quotation mark; within a cell it is doubled"
            )
          }
          return String(decoding: text, as: UTF8.self)
        }
        place += 1
      }
      if byte == Self.lineFeed { line += 1 }
      text.append(byte)
    }
    throw Fault(line: opened, reason: "a cell whose quotation mark is never closed")
  }

  private func isEnd(_ byte: UInt8) -> Bool {
    byte == delimiter || byte == Self.lineFeed || byte == Self.carriageReturn
  }

  private static let quote = UInt8(ascii: "\"")
  private static let lineFeed = UInt8(ascii: "\n")
  private static let carriageReturn = UInt8(ascii: "\r")
}
