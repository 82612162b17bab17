/// A block of `Float` memory, aligned to a cache line.
///
/// Sharing one between threads is safe as long as they write disjoint parts; every owner in this
/// package partitions its work that way.
package final class Buffer: @unchecked Sendable {
  /// Number of floats.
  package let count: Int
  let base: UnsafeMutablePointer<Float>

  /// Allocates zeros.
  package init(count: Int) {
    precondition(count >= 0)
    self.count = count
    let raw = UnsafeMutableRawPointer.allocate(
      byteCount: max(count, 16) * MemoryLayout<Float>.stride,
      alignment: 64
    )
    base = raw.bindMemory(to: Float.self, capacity: max(count, 16))
    base.initialize(repeating: 0, count: max(count, 16))
  }

  deinit { UnsafeMutableRawPointer(base).deallocate() }

  /// One value.
  package subscript(index: Int) -> Float {
    get {
      precondition(index >= 0 && index < count)
      return base[index]
    }
    set {
      precondition(index >= 0 && index < count)
      base[index] = newValue
    }
  }

  /// A copy of all values.
  package var array: [Float] { Array(UnsafeBufferPointer(start: base, count: count)) }

  /// Copies values in; counts must agree.
  package func assign(_ values: [Float]) {
    precondition(values.count == count)
    values.withUnsafeBufferPointer { source in
      if let start = source.baseAddress { base.update(from: start, count: count) }
    }
  }

  /// The values as little-endian IEEE bytes.
  package var bytes: [UInt8] {
    [UInt8](unsafeUninitializedCapacity: count * 4) { target, initialised in
      let words = UnsafeMutableRawBufferPointer(target).assumingMemoryBound(to: UInt32.self)
      for index in 0..<count { words[index] = base[index].bitPattern.littleEndian }
      initialised = count * 4
    }
  }

  /// Copies little-endian IEEE bytes in; there must be four times as many as values.
  package func assign(bytes: ArraySlice<UInt8>) {
    precondition(bytes.count == count * 4)
    bytes.withUnsafeBytes { source in
      for index in 0..<count {
        base[index] = Float(
          bitPattern: UInt32(
            littleEndian: source.loadUnaligned(fromByteOffset: index * 4, as: UInt32.self)
          )
        )
      }
    }
  }

  /// Copies another buffer's values in; counts must agree.
  package func assign(_ other: Buffer) {
    precondition(other.count == count)
    base.update(from: other.base, count: count)
  }

  /// Sets every value to zero.
  package func clear() { base.update(repeating: 0, count: count) }
}

/// A rectangular view of a buffer, row after row; its bounds are checked once, when it is made.
package struct Matrix: Sendable {
  /// The memory looked at.
  package let buffer: Buffer
  /// Position of the first value.
  package let offset: Int
  /// Rows.
  package let rows: Int
  /// Columns.
  package let columns: Int
  /// Distance between rows, at least `columns`.
  package let stride: Int

  package init(_ buffer: Buffer, offset: Int = 0, rows: Int, columns: Int, stride: Int? = nil) {
    let stride = stride ?? columns
    precondition(offset >= 0 && rows >= 0 && columns >= 0 && stride >= columns)
    precondition(rows == 0 || offset + (rows - 1) * stride + columns <= buffer.count)
    self.buffer = buffer
    self.offset = offset
    self.rows = rows
    self.columns = columns
    self.stride = stride
  }

  /// A part of the rows.
  package func rows(_ range: Range<Int>) -> Matrix {
    Matrix(
      buffer,
      offset: offset + range.lowerBound * stride,
      rows: range.count,
      columns: columns,
      stride: stride
    )
  }

  /// A part of the columns.
  package func columns(_ range: Range<Int>) -> Matrix {
    precondition(range.lowerBound >= 0 && range.upperBound <= columns)
    return Matrix(
      buffer,
      offset: offset + range.lowerBound,
      rows: rows,
      columns: range.count,
      stride: stride
    )
  }

  /// One value.
  package subscript(row: Int, column: Int) -> Float {
    get {
      precondition(row >= 0 && row < rows && column >= 0 && column < columns)
      return base[row * stride + column]
    }
    nonmutating set {
      precondition(row >= 0 && row < rows && column >= 0 && column < columns)
      base[row * stride + column] = newValue
    }
  }

  var base: UnsafeMutablePointer<Float> { buffer.base + offset }

  func row(_ index: Int) -> UnsafeMutablePointer<Float> {
    precondition(index >= 0 && index < rows)
    return base + index * stride
  }
}
