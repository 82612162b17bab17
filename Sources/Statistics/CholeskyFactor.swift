/// The lower triangular factor L of a symmetric positive-definite matrix M = L·Lᵀ.
///
/// Factor once, then solve for as many right sides as needed. O(n³/3) to factor, O(n²) a solve.
public struct CholeskyFactor: Sendable {
  /// Rows (and columns) of the matrix.
  public let order: Int
  /// Row-major, the upper part unused.
  private let lower: [Double]

  /// Factors a matrix; `nil` unless it is numerically positive definite.
  ///
  /// - Parameters:
  ///   - matrix: Row-major, `order × order`; only the lower part is read.
  ///   - order: Number of rows.
  public init?(_ matrix: [Double], order: Int) {
    precondition(matrix.count == order * order)
    var lower = matrix
    var largest = 0.0
    for row in 0..<order { largest = max(largest, matrix[row * order + row]) }
    let floor = largest * Double(order) * 1e-16
    for column in 0..<order {
      var pivot = lower[column * order + column]
      for k in 0..<column { pivot -= lower[column * order + k] * lower[column * order + k] }
      guard pivot > floor, pivot.isFinite else { return nil }
      let diagonal = pivot.squareRoot()
      lower[column * order + column] = diagonal
      for row in (column + 1)..<max(order, column + 1) {
        var sum = lower[row * order + column]
        for k in 0..<column { sum -= lower[row * order + k] * lower[column * order + k] }
        lower[row * order + column] = sum / diagonal
      }
    }
    self.order = order
    self.lower = lower
  }

  /// The solution x of M·x = `rightSide`.
  public func solve(_ rightSide: [Double]) -> [Double] {
    precondition(rightSide.count == order)
    var x = rightSide
    for row in 0..<order {
      var sum = x[row]
      for k in 0..<row { sum -= lower[row * order + k] * x[k] }
      x[row] = sum / lower[row * order + row]
    }
    for row in stride(from: order - 1, through: 0, by: -1) {
      var sum = x[row]
      for k in (row + 1)..<max(order, row + 1) { sum -= lower[k * order + row] * x[k] }
      x[row] = sum / lower[row * order + row]
    }
    return x
  }
}
