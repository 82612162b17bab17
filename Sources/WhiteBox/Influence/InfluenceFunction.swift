import Kernels

/// How much the query's loss falls per weight on an example, to first order: S = G·C⁻¹·G_qᵀ.
///
/// Per unit of weight in the sum of the training losses the effect is this over N.
/// - SeeAlso: Koh and Liang, "Understanding Black-box Predictions via Influence Functions", 2017,
///   whose sign is the opposite; Barshan et al., "RelatIF", 2020.
package struct InfluenceFunction: GradientMethod {
  /// What scores are divided by, so that outliers do not win every query.
  package enum Relative: Sendable, Hashable {
    /// The change of θ, ‖C⁻¹g‖: θ-RelatIF.
    case parameters
    /// The example's own change of loss, √(gᵀC⁻¹g): ℓ-RelatIF.
    case loss
  }

  /// How C is inverted.
  package var inverse: any InverseCurvature
  /// What scores are divided by; `nil` for nothing.
  package var relative: Relative?
  /// Whether the training examples' own gᵀC⁻¹g are wanted as well, at the loss of N more right sides.
  package var includesSelfScores: Bool

  package init(
    _ inverse: any InverseCurvature,
    relative: Relative? = nil,
    includesSelfScores: Bool = false
  ) {
    self.inverse = inverse
    self.relative = relative
    self.includesSelfScores = includesSelfScores
  }

  package var name: String {
    switch relative {
    case nil: "influence, \(inverse.name)"
    case .parameters: "θ-RelatIF, \(inverse.name)"
    case .loss: "ℓ-RelatIF, \(inverse.name)"
    }
  }

  package func scores(_ problem: AttributionProblem) throws -> GradientScores {
    var work = Work()
    var train = problem.trainGradients(work: &work)
    var queries = problem.queryGradients(work: &work)
    guard relative != nil || includesSelfScores else {
      queries = try inverse.solve(queries, for: problem, work: &work)
      return try problem.scores(name, product(queries, train, transposingB: true), work)
    }
    // C is symmetric, so either side may be solved for; the training side's serve for all.
    let gradients = train
    train = try inverse.solve(train, for: problem, work: &work)
    let own = train.rowProducts(with: gradients)
    guard let relative else {
      let values = product(queries, train, transposingB: true)
      var result = try problem.scores(name, values, work)
      result.selfScores = own
      return result
    }
    let squares = relative == .loss ? own : train.rowProducts(with: train)
    // Without a gradient, or in directions of negative curvature only, there is no scale.
    let measurable = squares.map { $0 > 0 }
    train.divideRows(by: squares.map { $0 > 0 ? $0.squareRoot() : .infinity })
    let values = product(queries, train, transposingB: true)
    return try problem.scores(name, values, work, measurable: measurable)
  }
}
