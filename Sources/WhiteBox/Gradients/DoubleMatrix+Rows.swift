import Kernels

extension DoubleMatrix {
  /// Multiplies every element.
  mutating func scale(by factor: Double) {
    values = values.map { $0 * factor }
  }

  /// Divides every row by its Euclidean norm; rows of zeros stay.
  mutating func normaliseRows() {
    let norms = rowProducts(with: self).map { $0 > 0 ? $0.squareRoot() : 1 }
    divideRows(by: norms)
  }

  /// Divides every row by a number of its own.
  mutating func divideRows(by divisors: [Double]) {
    precondition(divisors.count == rows)
    var result = values
    for row in 0..<rows {
      let factor = 1 / divisors[row]
      for place in row * columns..<(row + 1) * columns { result[place] *= factor }
    }
    values = result
  }

  /// The inner product of each row with the same row of another matrix.
  func rowProducts(with other: DoubleMatrix) -> [Double] {
    precondition(rows == other.rows && columns == other.columns)
    let (left, right) = (values, other.values)
    return (0..<rows).map { row in
      var sum = 0.0
      for place in row * columns..<(row + 1) * columns { sum += left[place] * right[place] }
      return sum
    }
  }

  /// Chosen columns.
  func columns(_ range: Range<Int>) -> DoubleMatrix {
    var result: [Double] = []
    result.reserveCapacity(rows * range.count)
    for row in 0..<rows {
      let start = row * columns
      result += values[start + range.lowerBound..<start + range.upperBound]
    }
    return DoubleMatrix(rows: rows, columns: range.count, values: result)
  }

  /// Replaces columns from a place on.
  mutating func setColumns(from start: Int, _ block: DoubleMatrix) {
    precondition(block.rows == rows)
    var result = values
    let source = block.values
    for row in 0..<rows {
      for column in 0..<block.columns {
        result[row * columns + start + column] = source[row * block.columns + column]
      }
    }
    values = result
  }

  /// Multiplies every column by a number of its own.
  mutating func scaleColumns(by factors: [Double]) {
    precondition(factors.count == columns)
    var result = values
    for row in 0..<rows {
      for column in 0..<columns { result[row * columns + column] *= factors[column] }
    }
    values = result
  }

  /// Every row with a 1 after it.
  var appendingOnes: DoubleMatrix {
    var result = DoubleMatrix(
      rows: rows,
      columns: columns + 1,
      values: [Double](repeating: 1, count: rows * (columns + 1))
    )
    result.setColumns(from: 0, self)
    return result
  }

  /// L·g·Rᵀ for every row, read as the matrix g of a layer's weights.
  ///
  /// - Parameters:
  ///   - left: L, a × the layer's rows.
  ///   - right: R, b × the layer's outputs.
  /// - Returns: a·b columns.
  func between(_ left: DoubleMatrix, _ right: DoubleMatrix) -> DoubleMatrix {
    let (inputs, outputs) = (left.columns, right.columns)
    precondition(columns == inputs * outputs)
    let stacked = DoubleMatrix(rows: rows * inputs, columns: outputs, values: values)
    let turned = product(stacked, right, transposingB: true)
    var result: [Double] = []
    result.reserveCapacity(rows * left.rows * right.rows)
    for row in 0..<rows {
      let part = turned.values[row * inputs * right.rows..<(row + 1) * inputs * right.rows]
      let block = DoubleMatrix(rows: inputs, columns: right.rows, values: Array(part))
      result += product(left, block).values
    }
    return DoubleMatrix(rows: rows, columns: left.rows * right.rows, values: result)
  }
}
