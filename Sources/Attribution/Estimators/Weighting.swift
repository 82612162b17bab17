import Statistics

/// How a query's centred profile becomes one weight per model, ready to be applied to many queries.
enum Weighting: Sendable {
  case product
  case correlation
  /// (M + λI)⁻¹, applied to b.
  case ridge(CholeskyFactor)
  /// −R (RᵀR + λI)⁻¹, applied to b.
  case designRegression(ModelMatrix, CholeskyFactor)
  /// Nothing varies: all weights are 0.
  case nothing

  /// Prepares a weighting.
  ///
  /// - Parameters:
  ///   - kind: Which one.
  ///   - matrix: G for ridge, R for design regression, on the rows in use; unused otherwise.
  ///   - shrinkage: c of λ = c·tr(G)/(K − 1), or of λ = c·tr(RᵀR)/K.
  init(_ kind: EstimatorForm.Weighting, matrix: ModelMatrix?, shrinkage: Double) {
    switch (kind, matrix) {
    case (.product, _): self = .product
    case (.correlation, _): self = .correlation
    case (.ridge, let gram?):
      let strength = shrinkage * gram.trace / Double(gram.order - 1)
      self = Self.factor(gram, plus: strength).map { .ridge($0) } ?? .nothing
    case (.designRegression, let product?):
      let square = product.transposedTimesSelf()
      let strength = shrinkage * square.trace / Double(square.order)
      self =
        Self.factor(square, plus: strength).map { .designRegression(product, $0) } ?? .nothing
    case (.ridge, nil), (.designRegression, nil): self = .nothing
    }
  }

  /// The weights for a profile that sums to 0.
  func weights(for profile: [Double]) -> [Double] {
    switch self {
    case .product:
      let divisor = Double(profile.count - 1)
      return profile.map { $0 / divisor }
    case .correlation:
      let divisor = standardDeviation(of: profile) * Double(profile.count - 1)
      return profile.map { divisor > 0 ? $0 / divisor : 0 }
    case .ridge(let factor):
      return factor.solve(profile)
    case .designRegression(let product, let factor):
      return product.times(factor.solve(profile)).map { -$0 }
    case .nothing:
      return [Double](repeating: 0, count: profile.count)
    }
  }

  private static func factor(_ matrix: ModelMatrix, plus strength: Double) -> CholeskyFactor? {
    var shifted = matrix
    for row in 0..<matrix.order { shifted[row, row] += strength }
    return CholeskyFactor(shifted.values, order: matrix.order)
  }
}
