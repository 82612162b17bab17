/// Least squares with an absolute-value penalty, solved from second moments.
///
/// Minimises ½·βᵀGβ − βᵀp + λ·Σ|β|, where G = XᵀX/m and p = Xᵀy/m are moments of *centred* features
/// and outcomes; the intercept is then the mean outcome minus β times the mean features. One G serves
/// every outcome.
/// - SeeAlso: Friedman, Hastie, Tibshirani, "Regularization Paths for Generalized Linear Models via
///   Coordinate Descent", Journal of Statistical Software 33, 2010.
public struct Lasso: Sendable {
  /// Number of features.
  public let order: Int
  /// G, row-major, `order × order`, symmetric.
  private let moments: [Double]

  /// Takes the second moments of centred features.
  ///
  /// - Parameters:
  ///   - moments: G, row-major, `order × order`, symmetric and positive semi-definite.
  ///   - order: Number of features.
  public init(moments: [Double], order: Int) {
    precondition(moments.count == order * order)
    self.moments = moments
    self.order = order
  }

  /// The coefficients under one penalty, by coordinate descent on a growing set of features.
  ///
  /// A feature without variance has coefficient 0. Ends when no coefficient moves its gradient by more
  /// than 1e−4 of the penalty, or after 10,000 sweeps.
  ///
  /// - Parameters:
  ///   - products: p, one a feature.
  ///   - penalty: λ, above 0.
  ///   - start: Where to start, such as the solution under a larger penalty; same count.
  /// - Returns: β, one a feature.
  public func coefficients(products: [Double], penalty: Double, from start: [Double]) -> [Double] {
    precondition(products.count == order && start.count == order && penalty > 0)
    var coefficients = start
    var isActive = [Bool](repeating: false, count: order)
    let tolerance = 1e-4 * penalty
    var sweepsLeft = 10_000
    while true {
      let gradient = gradient(coefficients, products: products)
      var isComplete = true
      for feature in 0..<order where !isActive[feature] {
        let isNeeded = coefficients[feature] != 0 || abs(gradient[feature]) > penalty + tolerance
        guard isNeeded, moments[feature * order + feature] > 0 else { continue }
        isActive[feature] = true
        isComplete = false
      }
      guard !isComplete, sweepsLeft > 0 else { return coefficients }
      let active = (0..<order).filter { isActive[$0] }
      var part = ActiveFeatures(
        moments: active.flatMap { row in active.map { moments[row * order + $0] } },
        gradient: active.map { gradient[$0] },
        coefficients: active.map { coefficients[$0] }
      )
      while sweepsLeft > 0, part.sweep(penalty: penalty) > tolerance { sweepsLeft -= 1 }
      for (place, feature) in active.enumerated() {
        coefficients[feature] = part.coefficients[place]
      }
    }
  }

  /// p − Gβ.
  private func gradient(_ coefficients: [Double], products: [Double]) -> [Double] {
    var gradient = products
    for other in 0..<order where coefficients[other] != 0 {
      subtract(coefficients[other], times: moments, from: other * order, of: &gradient)
    }
    return gradient
  }
}

/// Features that may have coefficients, with their part of the moments.
private struct ActiveFeatures {
  /// Row-major.
  let moments: [Double]
  var gradient: [Double]
  var coefficients: [Double]

  /// Minimises over each feature in turn; returns the largest change of a gradient.
  mutating func sweep(penalty: Double) -> Double {
    var largest = 0.0
    let count = coefficients.count
    for feature in 0..<count {
      let curvature = moments[feature * count + feature]
      let old = coefficients[feature]
      let target = gradient[feature] + curvature * old
      let shrunk = max(0, abs(target) - penalty)
      let change = (target < 0 ? -shrunk : shrunk) / curvature - old
      guard change != 0 else { continue }
      coefficients[feature] = shrunk == 0 ? 0 : old + change
      subtract(change, times: moments, from: feature * count, of: &gradient)
      largest = max(largest, abs(change) * curvature)
    }
    return largest
  }
}

/// Subtracts a multiple of a matrix row from a vector of the row's length.
private func subtract(
  _ factor: Double,
  times matrix: [Double],
  from start: Int,
  of vector: inout [Double]
) {
  let row = matrix[start..<start + vector.count].span
  var result = vector.mutableSpan
  for place in 0..<result.count { result[place] -= factor * row[place] }
}
