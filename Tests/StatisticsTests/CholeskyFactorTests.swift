import Statistics
import Testing

struct CholeskyFactorTests {
  @Test(arguments: UInt64(0)..<10)
  func `a Cholesky factor solves for several right sides`(seed: UInt64) throws {
    var generator = SplitMix64(seed: seed)
    let order = 1 + Int(seed)
    let root = (0..<order * order).map { _ in generator.normal() }
    var matrix = [Double](repeating: 0, count: order * order)
    for row in 0..<order {
      for column in 0..<order {
        for k in 0..<order {
          matrix[row * order + column] += root[row * order + k] * root[column * order + k]
        }
      }
      matrix[row * order + row] += 0.5
    }
    let factor = try #require(CholeskyFactor(matrix, order: order))
    for _ in 0..<3 {
      let expected = (0..<order).map { _ in generator.normal() }
      let rightSide = (0..<order).map { row in
        (0..<order).reduce(0) { $0 + matrix[row * order + $1] * expected[$1] }
      }
      for (value, truth) in zip(factor.solve(rightSide), expected) {
        #expect(abs(value - truth) < 1e-9)
      }
    }
  }

  @Test func `matrices that are not positive definite have no factor`() {
    #expect(CholeskyFactor([1, 2, 2, 1], order: 2) == nil)
    #expect(CholeskyFactor([1, 1, 1, 1], order: 2) == nil)
    #expect(CholeskyFactor([0], order: 1) == nil)
    #expect(CholeskyFactor([.nan], order: 1) == nil)
    #expect(CholeskyFactor([], order: 0) != nil)
  }

  /// AAᵀ + ½I of order `order`, row-major.
  private static func definite(_ order: Int, seed: UInt64) -> [Double] {
    var generator = SplitMix64(seed: seed)
    let root = (0..<order * 3).map { _ in generator.normal() }
    var matrix = [Double](repeating: 0, count: order * order)
    for row in 0..<order {
      for column in 0..<order {
        for k in 0..<3 { matrix[row * order + column] += root[row * 3 + k] * root[column * 3 + k] }
      }
      matrix[row * order + row] += 0.5
    }
    return matrix
  }

  // Panels are 64 columns wide, tiles 48 and vectors 4: orders on both sides of each.
  @Test(arguments: [1, 3, 4, 47, 48, 49, 63, 64, 65, 113, 130])
  func `solutions of any order satisfy the system, alone or many at once`(order: Int) throws {
    var matrix = Self.definite(order, seed: 7)
    var generator = SplitMix64(seed: 8)
    let rightSides = (0..<11 * order).map { _ in generator.normal() }
    var residuals: [Double] = []
    // The upper part is not read.
    for row in 0..<order {
      for column in row + 1..<max(order, row + 1) { matrix[row * order + column] = .nan }
    }
    let factor = try #require(CholeskyFactor(matrix, order: order))
    let solutions = factor.solve(rows: rightSides)
    for side in 0..<11 {
      let x = Array(solutions[side * order..<(side + 1) * order])
      let alone = factor.solve(Array(rightSides[side * order..<(side + 1) * order]))
      for row in 0..<order {
        var sum = -rightSides[side * order + row]
        for column in 0..<order {
          sum += matrix[max(row, column) * order + min(row, column)] * x[column]
        }
        residuals.append(abs(sum))
        #expect(abs(alone[row] - x[row]) < 1e-9)
      }
    }
    #expect((residuals.max() ?? 0) < 1e-9)
  }

  @Test func `a matrix that is singular in its last column has no factor`() {
    var matrix = Self.definite(100, seed: 9)
    for k in 0..<99 {
      matrix[99 * 100 + k] = matrix[98 * 100 + k]
      matrix[k * 100 + 99] = matrix[99 * 100 + k]
    }
    matrix[99 * 100 + 98] = matrix[98 * 100 + 98]
    matrix[99 * 100 + 99] = matrix[98 * 100 + 98]
    #expect(CholeskyFactor(matrix, order: 100) == nil)
  }

  @Test func `no right sides have no solutions`() throws {
    let factor = try #require(CholeskyFactor([4], order: 1))
    #expect(factor.solve(rows: []) == [])
    #expect(factor.solve(rows: [8, 4]) == [2, 1])
  }
}
