import Kernels

/// Memory for one pass, handed out front to back and taken back all at once.
final class Arena {
  private var buffers: [Buffer] = []
  private var used = 0

  /// A view of fresh memory whose values are not defined.
  func matrix(_ rows: Int, _ columns: Int) -> Matrix {
    let count = (rows * columns + 15) / 16 * 16
    if buffers.isEmpty || used + count > (buffers.last?.count ?? 0) {
      buffers.append(Buffer(count: max(count, 1 << 16)))
      used = 0
    }
    defer { used += count }
    return Matrix(buffers[buffers.count - 1], offset: used, rows: rows, columns: columns)
  }

  /// Takes everything back; views made before must not be used any more.
  func reset() {
    if buffers.count > 1 {
      let total = buffers.reduce(0) { $0 + $1.count }
      buffers = [Buffer(count: total)]
    }
    used = 0
  }
}
