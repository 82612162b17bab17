import Glibc

/// A rule that weighs what a player adds to coalitions by their size.
///
/// The Beta(α, β) family: (1, 1) is Shapley's value, which treats all sizes alike; a larger α looks at
/// small coalitions, where examples add most and noise counts least, a larger β at large ones.
/// - SeeAlso: Kwon and Zou, "Beta Shapley: a Unified and Noise-reduced Data Valuation Framework for
///   Machine Learning", AISTATS 2022, equation 5.
public struct Semivalue: Sendable, Hashable, CustomStringConvertible {
  /// Weight of small coalitions, above 0.
  public let alpha: Double
  /// Weight of large coalitions, above 0.
  public let beta: Double

  /// Shapley's value.
  public static let shapley = Semivalue(unchecked: 1, 1)

  /// A member of the family.
  ///
  /// - Parameters:
  ///   - alpha: Weight of small coalitions.
  ///   - beta: Weight of large coalitions.
  /// - Returns: The rule.
  /// - Throws: `invalidDesign` unless both are positive and finite.
  public static func beta(
    _ alpha: Double,
    _ beta: Double
  ) throws(AttributionError) -> Semivalue {
    guard alpha > 0, beta > 0, alpha.isFinite, beta.isFinite else {
      throw AttributionError(
        .invalidDesign,
        "cannot weigh coalitions by Beta(\(alpha), \(beta))",
        cause: "both parameters are positive numbers",
        hint: "(1, 1) is Shapley's value, (16, 1) looks at small coalitions"
      )
    }
    return Semivalue(unchecked: alpha, beta)
  }

  private init(unchecked alpha: Double, _ beta: Double) {
    self.alpha = alpha
    self.beta = beta
  }

  /// `shapley`, or `beta-shapley` with its parameters.
  public var description: String {
    func plain(_ value: Double) -> String {
      Int(exactly: value).map(String.init) ?? String(value)
    }
    return self == .shapley ? "shapley" : "beta-shapley(\(plain(alpha)),\(plain(beta)))"
  }

  /// The weight of what a player adds at each place of a random permutation; 1 on average.
  ///
  /// A beta-binomial distribution over the n places, times n.
  func weights(players: Int) -> [Double] {
    func logBeta(_ a: Double, _ b: Double) -> Double { lgamma(a) + lgamma(b) - lgamma(a + b) }
    let others = Double(players - 1)
    return (0..<players).map { place in
      let (before, after) = (Double(place), others - Double(place))
      let coalitions = lgamma(others + 1) - lgamma(before + 1) - lgamma(after + 1)
      return Double(players)
        * exp(coalitions + logBeta(before + beta, after + alpha) - logBeta(alpha, beta))
    }
  }
}
