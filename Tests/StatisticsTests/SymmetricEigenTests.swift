import Statistics
import Testing

struct SymmetricEigenTests {
  private static func symmetric(_ order: Int, seed: UInt64) -> [Double] {
    var generator = SplitMix64(seed: seed)
    var matrix = [Double](repeating: 0, count: order * order)
    for row in 0..<order {
      for column in 0...row {
        matrix[row * order + column] = generator.normal()
        matrix[column * order + row] = matrix[row * order + column]
      }
    }
    return matrix
  }

  /// Expects Σ λvvᵀ = M, orthonormal vectors and ascending values, relative to the largest element.
  private static func expectDecomposition(
    _ eigen: SymmetricEigen,
    of matrix: [Double],
    scale: Double = 1
  ) {
    let order = eigen.order
    #expect(zip(eigen.values, eigen.values.dropFirst()).allSatisfy { $0 <= $1 })
    for row in 0..<order {
      for column in 0..<order {
        var sum = 0.0
        var overlap = 0.0
        for index in 0..<order {
          let left = eigen.vectors[index * order + row]
          sum += eigen.values[index] * left * eigen.vectors[index * order + column]
          overlap +=
            eigen.vectors[row * order + index] * eigen.vectors[column * order + index]
        }
        #expect(abs(sum - matrix[row * order + column]) < 1e-12 * scale)
        #expect(abs(overlap - (row == column ? 1 : 0)) < 1e-13)
      }
    }
  }

  @Test(arguments: 1...24)
  func `random matrices are rebuilt from orthonormal vectors`(order: Int) throws {
    let matrix = Self.symmetric(order, seed: UInt64(order))
    Self.expectDecomposition(try #require(SymmetricEigen(matrix, order: order)), of: matrix)
  }

  @Test func `the second difference has its known spectrum`() throws {
    // 2 − 2·cos(πk/(n + 1)), k = 1…n.
    let order = 40
    var matrix = [Double](repeating: 0, count: order * order)
    for place in 0..<order {
      matrix[place * order + place] = 2
      if place > 0 { matrix[place * order + place - 1] = -1 }
    }
    let eigen = try #require(SymmetricEigen(matrix, order: order))
    // 4·sin²(x/2) = 2 − 2·cos x, with sin from its series to avoid importing it.
    func sine(_ x: Double) -> Double {
      var term = x
      var sum = x
      for k in 1..<20 {
        term *= -x * x / Double(2 * k * (2 * k + 1))
        sum += term
      }
      return sum
    }
    for index in 0..<order {
      let root = sine(Double.pi * Double(index + 1) / Double(2 * (order + 1)))
      #expect(abs(eigen.values[index] - 4 * root * root) < 1e-13)
    }
  }

  @Test func `repeated eigenvalues have orthonormal vectors`() throws {
    // I + 11ᵀ: 1 nine times, then 11.
    let order = 10
    let matrix = (0..<order * order).map { $0 % (order + 1) == 0 ? 2.0 : 1.0 }
    let eigen = try #require(SymmetricEigen(matrix, order: order))
    for value in eigen.values.dropLast() { #expect(abs(value - 1) < 1e-14) }
    #expect(abs((eigen.values.last ?? 0) - 11) < 1e-13)
    Self.expectDecomposition(eigen, of: matrix)
  }

  @Test func `small and special matrices are decomposed exactly`() throws {
    #expect(try #require(SymmetricEigen([], order: 0)).values == [])
    let single = try #require(SymmetricEigen([-3], order: 1))
    #expect(single.values == [-3])
    #expect(single.vectors == [1])
    let zero = try #require(SymmetricEigen([0, 0, 0, 0], order: 2))
    #expect(zero.values == [0, 0])
    #expect(zero.vectors == [1, 0, 0, 1])
    let diagonal = try #require(SymmetricEigen([5, 0, 0, 0, -1, 0, 0, 0, 2], order: 3))
    #expect(diagonal.values == [-1, 2, 5])
    #expect(diagonal.vectors == [0, 1, 0, 0, 0, 1, 1, 0, 0])
    let swap = try #require(SymmetricEigen([0, 9, 1, 0], order: 2))
    #expect(abs(swap.values[0] + 1) < 1e-15)
    #expect(abs(swap.values[1] - 1) < 1e-15)
  }

  @Test(arguments: [1e-200, 1e200])
  func `the size of the elements does not matter`(scale: Double) throws {
    let matrix = Self.symmetric(6, seed: 4).map { scale * $0 }
    Self.expectDecomposition(
      try #require(SymmetricEigen(matrix, order: 6)),
      of: matrix,
      scale: scale
    )
  }

  @Test func `a weak coupling far from the diagonal counts`() throws {
    // [[0, 1, ε], [1, 0, 0], [ε, 0, 0]] has the eigenvalues ±√(1 + ε²) and 0; 0 has vector (0, −ε, 1).
    let small = 1e-9
    let eigen = try #require(SymmetricEigen([0, 1, small, 1, 0, 0, small, 0, 0], order: 3))
    #expect(abs(eigen.values[1]) < 1e-15)
    #expect(abs(abs(eigen.vectors[4]) - small) < 1e-15)
  }

  @Test func `matrices with elements that are not finite have no decomposition`() {
    #expect(SymmetricEigen([1, 0, .nan, 1], order: 2) == nil)
    #expect(SymmetricEigen([.infinity], order: 1) == nil)
  }
}
