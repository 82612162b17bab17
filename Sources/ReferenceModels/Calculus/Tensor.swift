package import Kernels

/// A rectangle of scalars, row after row.
package struct Tensor<Element: Scalar>: Sendable {
  /// Number of rows.
  package let rows: Int
  /// Number of columns.
  package let columns: Int
  /// All elements: `values[row × columns + column]`.
  package var values: [Element]

  package init(rows: Int, columns: Int, values: [Element]) {
    precondition(values.count == rows * columns)
    self.rows = rows
    self.columns = columns
    self.values = values
  }

  /// A tensor of zeros.
  package init(rows: Int, columns: Int) {
    self.init(
      rows: rows,
      columns: columns,
      values: [Element](repeating: Element(0), count: rows * columns)
    )
  }

  /// One element.
  package subscript(row: Int, column: Int) -> Element {
    get { values[row * columns + column] }
    set { values[row * columns + column] = newValue }
  }

  /// The product with another, either transposed on demand.
  func times(
    _ other: Tensor,
    transposingSelf: Bool = false,
    transposingOther: Bool = false
  ) -> Tensor {
    Element.product(self, other, transposingA: transposingSelf, transposingB: transposingOther)
  }

  /// Adds another of the same shape.
  mutating func add(_ other: Tensor) {
    precondition(rows == other.rows && columns == other.columns)
    for index in values.indices { values[index] += other.values[index] }
  }
}

extension Tensor<Double> {
  /// A matrix's elements.
  package init(_ matrix: DoubleMatrix) {
    self.init(rows: matrix.rows, columns: matrix.columns, values: matrix.values)
  }

  /// The elements as a matrix.
  package var matrix: DoubleMatrix { DoubleMatrix(rows: rows, columns: columns, values: values) }
}

extension Tensor<Dual> {
  /// Numbers with their derivatives.
  package init(_ primals: DoubleMatrix, tangents: DoubleMatrix) {
    self.init(
      rows: primals.rows,
      columns: primals.columns,
      values: zip(primals.values, tangents.values).map { Dual($0, tangent: $1) }
    )
  }

  /// The numbers without their derivatives.
  package var primals: DoubleMatrix {
    DoubleMatrix(rows: rows, columns: columns, values: values.map(\.primal))
  }

  /// The derivatives.
  package var tangents: DoubleMatrix {
    DoubleMatrix(rows: rows, columns: columns, values: values.map(\.tangent))
  }
}
