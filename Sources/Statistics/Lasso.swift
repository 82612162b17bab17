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
  /// than 1e−5 of the penalty, or after 10,000 sweeps.
  ///
  /// - Parameters:
  ///   - products: p, one a feature.
  ///   - penalty: λ, above 0.
  ///   - start: Where to start, such as the solution under a larger penalty; same count.
  /// - Returns: β, one a feature.
  public func coefficients(products: [Double], penalty: Double, from start: [Double]) -> [Double] {
    precondition(products.count == order && start.count == order && penalty > 0)
    var coefficients = start
    var active = coefficients.indices.filter { coefficients[$0] != 0 }
    var isActive = coefficients.map { $0 != 0 }
    let tolerance = 1e-5 * penalty
    var sweepsLeft = 10_000
    while true {
      var gradient = gradient(coefficients, products: products, at: active)
      var largest = Double.infinity
      while largest > tolerance, sweepsLeft > 0 {
        largest = sweep(active, &coefficients, &gradient, penalty: penalty)
        sweepsLeft -= 1
      }
      let all = self.gradient(coefficients, products: products, at: Array(0..<order))
      let added = (0..<order).filter {
        !isActive[$0] && abs(all[$0]) > penalty + tolerance && moments[$0 * order + $0] > 0
      }
      guard !added.isEmpty, sweepsLeft > 0 else { return coefficients }
      for feature in added { isActive[feature] = true }
      active = (0..<order).filter { isActive[$0] }
    }
  }

  /// p − Gβ at some features.
  private func gradient(_ coefficients: [Double], products: [Double], at features: [Int])
    -> [Double]
  {
    var gradient = features.map { products[$0] }
    for other in 0..<order where coefficients[other] != 0 {
      let (row, value) = (other * order, coefficients[other])
      for place in features.indices { gradient[place] -= value * moments[row + features[place]] }
    }
    return gradient
  }

  /// Minimises over each active feature in turn; returns the largest change of a gradient.
  private func sweep(
    _ active: [Int],
    _ coefficients: inout [Double],
    _ gradient: inout [Double],
    penalty: Double
  ) -> Double {
    var largest = 0.0
    for place in active.indices {
      let feature = active[place]
      let row = feature * order
      let curvature = moments[row + feature]
      let old = coefficients[feature]
      let target = gradient[place] + curvature * old
      let shrunk = max(0, abs(target) - penalty)
      let new = (target < 0 ? -shrunk : shrunk) / curvature
      let change = new - old
      guard change != 0 else { continue }
      coefficients[feature] = new
      for other in active.indices { gradient[other] -= change * moments[row + active[other]] }
      largest = max(largest, abs(change) * curvature)
    }
    return largest
  }
}
