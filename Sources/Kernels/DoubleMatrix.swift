internal import CKernels

/// A matrix of `Double`, row after row, with the semantics of a value.
///
/// Large per-example quantities of the white-box methods (gradients, features, projections) travel in
/// it; training and scoring of the language model stay in `Float`.
package struct DoubleMatrix: Sendable, Hashable {
  /// Number of rows.
  package let rows: Int
  /// Number of columns.
  package let columns: Int
  /// All elements: `values[row × columns + column]`.
  package var values: [Double]

  package init(rows: Int, columns: Int, values: [Double]? = nil) {
    let values = values ?? [Double](repeating: 0, count: rows * columns)
    precondition(rows >= 0 && columns >= 0 && values.count == rows * columns)
    self.rows = rows
    self.columns = columns
    self.values = values
  }

  /// One element.
  package subscript(row: Int, column: Int) -> Double {
    get { values[row * columns + column] }
    set { values[row * columns + column] = newValue }
  }

  /// One row.
  package func row(_ index: Int) -> ArraySlice<Double> {
    values[index * columns..<(index + 1) * columns]
  }

  /// Columns as rows.
  package var transposed: DoubleMatrix {
    var result = DoubleMatrix(rows: columns, columns: rows)
    for row in 0..<rows {
      for column in 0..<columns { result[column, row] = self[row, column] }
    }
    return result
  }

  /// Chosen rows, in the order given.
  package func rows(_ indices: [Int]) -> DoubleMatrix {
    DoubleMatrix(rows: indices.count, columns: columns, values: indices.flatMap { row($0) })
  }
}

/// The product of two matrices, either transposed on demand.
///
/// Every element is one chain of multiply-adds over blocks of 256, whatever the shapes: its bits
/// depend on its own row and column only.
///
/// - Parameters:
///   - a: m×k, or k×m when `transposingA`.
///   - b: k×n, or n×k when `transposingB`.
///   - transposingA: Whether `a` is given transposed.
///   - transposingB: Whether `b` is given transposed.
///   - sum: m×n to add the product to; `nil` for zeros.
///   - set: Instruction set.
/// - Returns: m×n.
package func product(
  _ a: DoubleMatrix,
  _ b: DoubleMatrix,
  transposingA: Bool = false,
  transposingB: Bool = false,
  addingTo sum: DoubleMatrix? = nil,
  set: InstructionSet = .best
) -> DoubleMatrix {
  let m = transposingA ? a.columns : a.rows
  let k = transposingA ? a.rows : a.columns
  let n = transposingB ? b.rows : b.columns
  precondition((transposingB ? b.columns : b.rows) == k)
  precondition(sum == nil || (sum?.rows == m && sum?.columns == n))
  var result = sum ?? DoubleMatrix(rows: m, columns: n)
  a.values.withUnsafeBufferPointer { left in
    b.values.withUnsafeBufferPointer { right in
      result.values.withUnsafeMutableBufferPointer { out in
        set.table.pointee.product(
          m,
          n,
          k,
          left.baseAddress,
          transposingA ? 1 : a.columns,
          transposingA ? a.columns : 1,
          right.baseAddress,
          transposingB ? 1 : b.columns,
          transposingB ? b.columns : 1,
          out.baseAddress,
          sum == nil ? 0 : 1
        )
      }
    }
  }
  return result
}

/// Turns every row of logits into probabilities.
///
/// - Parameters:
///   - logits: One row a target, at least one column.
///   - set: Instruction set.
/// - Returns: log Σ exp(logit) of each row.
@discardableResult
package func softmax(_ logits: inout DoubleMatrix, set: InstructionSet = .best) -> [Double] {
  let rows = logits.rows
  let columns = logits.columns
  precondition(columns > 0)
  return [Double](unsafeUninitializedCapacity: rows) { totals, count in
    logits.values.withUnsafeMutableBufferPointer {
      set.table.pointee.softmax($0.baseAddress, rows, columns, totals.baseAddress)
    }
    count = rows
  }
}
