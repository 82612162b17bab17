/// The eigenvalues λ and orthonormal eigenvectors v of a symmetric matrix: M·v = λ·v.
///
/// Householder reflections to tridiagonal form, then QL steps with implicit shifts. O(n³).
/// - SeeAlso: Bowdler, Martin, Reinsch, Wilkinson, "The QR and QL Algorithms for Symmetric
///   Matrices", Numerische Mathematik 11, 1968; Golub, Van Loan, "Matrix Computations", §8.3.
public struct SymmetricEigen: Sendable {
  /// Rows (and columns) of the matrix.
  public let order: Int
  /// Eigenvalues, ascending.
  public let values: [Double]
  /// Eigenvectors as rows, in the order of `values`: `vectors[index × order + component]`.
  public let vectors: [Double]

  /// Decomposes a matrix; `nil` when an element is not finite.
  ///
  /// - Parameters:
  ///   - matrix: Row-major, `order × order`; only the lower part is read.
  ///   - order: Number of rows.
  public init?(_ matrix: [Double], order: Int) {
    precondition(matrix.count == order * order)
    var largest = 0.0
    for row in 0..<order {
      for column in 0...row {
        let size = abs(matrix[row * order + column])
        guard size.isFinite else { return nil }
        largest = max(largest, size)
      }
    }
    // A power of two near the largest element, so that squares neither overflow nor vanish.
    let scale = largest > 0 ? largest.binade : 1
    var form = Tridiagonal(matrix, order: order, scale: scale)
    guard form.diagonalise() else { return nil }
    let ascending = (0..<order).sorted { (form.diagonal[$0], $0) < (form.diagonal[$1], $1) }
    self.order = order
    values = ascending.map { form.diagonal[$0] * scale }
    vectors = ascending.flatMap { form.basis[$0 * order..<($0 + 1) * order] }
  }
}

/// M = BᵀTB with T tridiagonal and B orthogonal.
private struct Tridiagonal {
  let order: Int
  var diagonal: [Double]
  /// Element i couples places i and i + 1; the last is 0.
  var coupling: [Double]
  /// Rows of B; eigenvectors of M once T is diagonal.
  var basis: [Double]

  /// Reduces M/scale by reflections I − βuuᵀ.
  init(_ matrix: [Double], order: Int, scale: Double) {
    self.order = order
    var m = matrix
    for row in 0..<order {
      for column in 0...row {
        m[row * order + column] = matrix[row * order + column] / scale
        m[column * order + row] = m[row * order + column]
      }
    }
    diagonal = [Double](repeating: 0, count: order)
    coupling = diagonal
    var betas = diagonal
    for k in 0..<max(0, order - 1) {
      let next = k + 1
      let lead = m[k * order + next]
      var tail = 0.0
      for place in k * order + next + 1..<next * order { tail += m[place] * m[place] }
      guard tail > 0 else {
        coupling[k] = lead
        continue
      }
      let square = lead * lead + tail
      let norm = lead > 0 ? -square.squareRoot() : square.squareRoot()
      coupling[k] = norm
      m[k * order + next] = lead - norm
      let beta = 1 / (square - lead * norm)
      betas[k] = beta
      Self.reflect(&m, order: order, row: k, beta: beta)
    }
    for place in 0..<order { diagonal[place] = m[place * order + place] }
    basis = Self.basis(m, betas, order: order)
  }

  /// Replaces the part of M below and right of a row by HMH; the row holds u from its next column.
  private static func reflect(_ m: inout [Double], order: Int, row: Int, beta: Double) {
    let next = row + 1
    let u = Array(m[row * order + next..<next * order])
    var w = u
    var overlap = 0.0
    for i in u.indices {
      let start = (next + i) * order + next
      var sum = SIMD4<Double>.zero
      var j = 0
      while j + 4 <= u.count {
        let left = SIMD4(m[start + j], m[start + j + 1], m[start + j + 2], m[start + j + 3])
        sum += left * SIMD4(u[j], u[j + 1], u[j + 2], u[j + 3])
        j += 4
      }
      var total = sum.sum()
      while j < u.count {
        total += m[start + j] * u[j]
        j += 1
      }
      w[i] = beta * total
      overlap += w[i] * u[i]
    }
    for i in u.indices { w[i] -= 0.5 * beta * overlap * u[i] }
    for i in u.indices {
      let start = (next + i) * order + next
      let (left, right) = (u[i], w[i])
      for j in u.indices { m[start + j] -= left * w[j] + right * u[j] }
    }
  }

  /// B, the product of all reflections, last first; their u are the rows of `m` after the diagonal.
  private static func basis(_ m: [Double], _ betas: [Double], order: Int) -> [Double] {
    var result = [Double](repeating: 0, count: order * order)
    for place in 0..<order { result[place * order + place] = 1 }
    // B = ⋯H₁·H₀ from the left: each reflection acts on the tails of rows.
    for k in stride(from: order - 2, through: 0, by: -1) where betas[k] > 0 {
      let next = k + 1
      let u = Array(m[k * order + next..<next * order])
      for row in next..<order {
        let start = row * order + next
        var sum = 0.0
        for j in u.indices { sum += result[start + j] * u[j] }
        let factor = betas[k] * sum
        for j in u.indices { result[start + j] -= factor * u[j] }
      }
    }
    return result
  }

  /// Makes T diagonal and carries the rotations into the basis; `false` if it does not converge.
  mutating func diagonalise() -> Bool {
    for low in 0..<order {
      var rounds = 0
      while let high = block(from: low), high > low {
        rounds += 1
        guard rounds <= 60 else { return false }
        step(low, high)
      }
    }
    return true
  }

  /// The last place of the block that starts at `low` and is not yet decoupled.
  private func block(from low: Int) -> Int? {
    (low..<order).first { place in
      place == order - 1
        || abs(coupling[place])
          <= 0x1p-53 * (abs(diagonal[place]) + abs(diagonal[place + 1])) + 0x1p-900
    }
  }

  /// One QL step with Wilkinson's shift.
  private mutating func step(_ low: Int, _ high: Int) {
    var g = (diagonal[low + 1] - diagonal[low]) / (2 * coupling[low])
    var r = (g * g + 1).squareRoot()
    g = diagonal[high] - diagonal[low] + coupling[low] / (g + (g < 0 ? -r : r))
    var sine = 1.0
    var cosine = 1.0
    var shift = 0.0
    for place in stride(from: high - 1, through: low, by: -1) {
      let f = sine * coupling[place]
      let b = cosine * coupling[place]
      r = (f * f + g * g).squareRoot()
      coupling[place + 1] = r
      if r == 0 {
        diagonal[place + 1] -= shift
        coupling[high] = 0
        return
      }
      sine = f / r
      cosine = g / r
      g = diagonal[place + 1] - shift
      let s = (diagonal[place] - g) * sine + 2 * cosine * b
      shift = sine * s
      diagonal[place + 1] = g + shift
      g = cosine * s - b
      rotate(place, sine, cosine)
    }
    diagonal[low] -= shift
    coupling[low] = g
    coupling[high] = 0
  }

  private mutating func rotate(_ place: Int, _ sine: Double, _ cosine: Double) {
    let start = place * order
    for column in start..<start + order {
      let (x, y) = (basis[column], basis[column + order])
      basis[column + order] = sine * x + cosine * y
      basis[column] = cosine * x - sine * y
    }
  }
}
