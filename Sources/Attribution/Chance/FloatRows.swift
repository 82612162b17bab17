/// Rows in single precision, scaled by a power of two so that the largest value is about 1.
struct FloatRows: Sendable {
  /// Values of a row, at least 1.
  let depth: Int
  /// Row after row.
  let values: [Float]
  /// The power of two that was taken out.
  let exponent: Int
  /// The largest Euclidean norm of a row, scaled.
  let norm: Double

  /// Rows, or weight vectors.
  var count: Int { values.count / depth }

  /// Rounds rows of `depth` values, which stand one after another.
  init(_ values: [Double], depth: Int) {
    precondition(depth > 0 && values.count % depth == 0)
    self.depth = depth
    let largest = values.reduce(0) { max($0, abs($1)) }
    exponent = largest > 0 ? Int(largest.exponent) : 0
    let factor = Double(sign: .plus, exponent: -exponent, significand: 1)
    let scaled = values.map { Float($0 * factor) }
    self.values = scaled
    norm = stride(from: 0, to: scaled.count, by: depth).reduce(0) { norm, first in
      var square = 0.0
      for value in scaled[first..<first + depth] { square += Double(value) * Double(value) }
      return max(norm, square.squareRoot())
    }
  }
}
