/// The lower triangular factor L of a symmetric positive-definite matrix M = L·Lᵀ.
///
/// Factor once, then solve for as many right sides as needed. O(n³/3) to factor, O(n²) a solve.
/// - SeeAlso: Golub, Van Loan, "Matrix Computations", 4th edition, §4.2.6 (blocked, outer product).
public struct CholeskyFactor: Sendable {
  /// Rows (and columns) of the matrix.
  public let order: Int
  /// Row after row, each padded with zeros to whole vectors; the upper part unused.
  private var lower: [SIMD4<Double>]
  /// Vectors a row.
  private let stride: Int

  /// Vectors a panel: the columns that are factored before the rest is brought up to date.
  private static let panel = 16

  /// Factors a matrix; `nil` unless it is numerically positive definite.
  ///
  /// - Parameters:
  ///   - matrix: Row-major, `order × order`; only the lower part is read.
  ///   - order: Number of rows.
  public init?(_ matrix: [Double], order: Int) {
    precondition(matrix.count == order * order)
    self.order = order
    stride = (order + 3) / 4
    lower = [SIMD4<Double>](repeating: .zero, count: order * stride)
    var largest = 0.0
    for row in 0..<order {
      largest = max(largest, matrix[row * order + row])
      for column in 0...row {
        lower[row * stride + column / 4][column % 4] = matrix[row * order + column]
      }
    }
    let floor = largest * Double(order) * 1e-16
    for start in Swift.stride(from: 0, to: stride, by: Self.panel) {
      let width = min(Self.panel, stride - start)
      guard factor(from: start, width: width, floor: floor) else { return nil }
      update(from: start, width: width)
    }
  }

  /// Factors the columns of one panel; whether all its pivots are above the floor.
  private mutating func factor(from start: Int, width: Int, floor: Double) -> Bool {
    let first = 4 * start
    let end = min(order, first + 4 * width)
    for row in first..<order {
      for column in first..<min(end, row + 1) {
        let (left, right) = (row * stride, column * stride)
        let whole = column / 4
        var sums = SIMD4<Double>.zero
        for k in start..<whole { sums += lower[left + k] * lower[right + k] }
        let (last, other) = (lower[left + whole], lower[right + whole])
        var sum = last[column % 4] - sums.sum()
        for lane in 0..<column % 4 { sum -= last[lane] * other[lane] }
        if row == column {
          guard sum > floor, sum.isFinite else { return false }
          lower[left + whole][column % 4] = sum.squareRoot()
        } else {
          lower[left + whole][column % 4] = sum / other[column % 4]
        }
      }
    }
    return true
  }

  /// Takes the products of a factored panel's rows off the columns after it.
  private mutating func update(from start: Int, width: Int) {
    let first = 4 * (start + width)
    guard first < order else { return }
    // The panel's rows on their own, so that those of a tile lie in the nearest cache.
    let count = 4 * stride - first
    var rows = [SIMD4<Double>](repeating: .zero, count: count * width)
    for row in first..<order {
      for k in 0..<width { rows[(row - first) * width + k] = lower[row * stride + start + k] }
    }
    let tile = 12
    for begin in Swift.stride(from: start + width, to: stride, by: tile) {
      for row in 4 * begin..<order {
        let left = (row - first) * width
        for column in begin..<min(begin + tile, row / 4 + 1) {
          let right = (4 * column - first) * width
          var a = SIMD4<Double>.zero
          var b = a
          var c = a
          var d = a
          for k in 0..<width {
            let x = rows[left + k]
            a += x * rows[right + k]
            b += x * rows[right + width + k]
            c += x * rows[right + 2 * width + k]
            d += x * rows[right + 3 * width + k]
          }
          lower[row * stride + column] -= SIMD4(a.sum(), b.sum(), c.sum(), d.sum())
        }
      }
    }
  }

  /// The solution x of M·x = `rightSide`.
  public func solve(_ rightSide: [Double]) -> [Double] {
    precondition(rightSide.count == order)
    var x = [SIMD4<Double>](repeating: .zero, count: stride)
    for row in 0..<order { x[row / 4][row % 4] = rightSide[row] }
    for row in 0..<order {
      let start = row * stride
      var sums = SIMD4<Double>.zero
      for k in 0..<row / 4 { sums += lower[start + k] * x[k] }
      let last = lower[start + row / 4]
      var sum = x[row / 4][row % 4] - sums.sum()
      for lane in 0..<row % 4 { sum -= last[lane] * x[row / 4][lane] }
      x[row / 4][row % 4] = sum / last[row % 4]
    }
    for row in Swift.stride(from: order - 1, through: 0, by: -1) {
      let start = row * stride
      let last = lower[start + row / 4]
      let value = x[row / 4][row % 4] / last[row % 4]
      x[row / 4][row % 4] = value
      for lane in 0..<row % 4 { x[row / 4][lane] -= last[lane] * value }
      for k in 0..<row / 4 { x[k] -= lower[start + k] * value }
    }
    return (0..<order).map { x[$0 / 4][$0 % 4] }
  }

  /// The solutions of M·x = b for many right sides, eight at a time.
  ///
  /// - Parameter rightSides: Right sides one after another, `order` numbers each.
  /// - Returns: Solutions one after another, in the same order.
  public func solve(rows rightSides: [Double]) -> [Double] {
    precondition(order > 0 ? rightSides.count % order == 0 : rightSides.isEmpty)
    var result = rightSides
    var x = [SIMD8<Double>](repeating: .zero, count: order)
    for start in Swift.stride(from: 0, to: rightSides.count, by: max(1, 8 * order)) {
      let lanes = min(8, (rightSides.count - start) / order)
      for row in 0..<order {
        for lane in 0..<lanes { x[row][lane] = rightSides[start + lane * order + row] }
      }
      solve(&x)
      for row in 0..<order {
        for lane in 0..<lanes { result[start + lane * order + row] = x[row][lane] }
      }
    }
    return result
  }

  /// Solves for eight right sides that lie side by side.
  private func solve(_ x: inout [SIMD8<Double>]) {
    for row in 0..<order {
      var sum = x[row]
      for k in 0..<row / 4 {
        let weights = lower[row * stride + k]
        sum -= weights[0] * x[4 * k]
        sum -= weights[1] * x[4 * k + 1]
        sum -= weights[2] * x[4 * k + 2]
        sum -= weights[3] * x[4 * k + 3]
      }
      let last = lower[row * stride + row / 4]
      for lane in 0..<row % 4 { sum -= last[lane] * x[row / 4 * 4 + lane] }
      x[row] = sum / last[row % 4]
    }
    for row in Swift.stride(from: order - 1, through: 0, by: -1) {
      let last = lower[row * stride + row / 4]
      let value = x[row] / last[row % 4]
      x[row] = value
      for lane in 0..<row % 4 { x[row / 4 * 4 + lane] -= last[lane] * value }
      for k in 0..<row / 4 {
        let weights = lower[row * stride + k]
        x[4 * k] -= weights[0] * value
        x[4 * k + 1] -= weights[1] * value
        x[4 * k + 2] -= weights[2] * value
        x[4 * k + 3] -= weights[3] * value
      }
    }
  }
}
