/// NumPy's array file, format version 1.0.
/// - SeeAlso: NEP 1, "A Simple File Format for NumPy Arrays".
enum NPY {
  /// The first bytes of a C-ordered matrix of little-endian doubles: a multiple of 64.
  static func header(rows: Int, columns: Int) -> [UInt8] {
    var text = "{'descr': '<f8', 'fortran_order': False, 'shape': (\(rows), \(columns)), }"
    let unpadded = 10 + text.utf8.count + 1
    text += String(repeating: " ", count: (64 - unpadded % 64) % 64) + "\n"
    let length = text.utf8.count
    return [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(length & 0xFF), UInt8(length >> 8)]
      + Array(text.utf8)
  }

  /// Writes a matrix row by row.
  static func write(
    rows: Int,
    columns: Int,
    to sink: Export.Sink,
    _ value: (Int, Int) -> Double
  ) throws {
    try sink(header(rows: rows, columns: columns))
    let capacity = 1 << 16
    var buffer: [UInt8] = []
    buffer.reserveCapacity(capacity + 8)
    for row in 0..<rows {
      for column in 0..<columns {
        let bits = value(row, column).bitPattern
        for shift in stride(from: UInt64(0), to: 64, by: 8) {
          buffer.append(UInt8(truncatingIfNeeded: bits >> shift))
        }
        if buffer.count >= capacity {
          try sink(buffer)
          buffer.removeAll(keepingCapacity: true)
        }
      }
    }
    if !buffer.isEmpty { try sink(buffer) }
  }
}
