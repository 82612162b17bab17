import Glibc
import Kernels
import Statistics

/// What a perturbed model minimises on its subset, starting from θ0.
///
/// The first three carry a random weight ξ ~ U(0, 1) for each member and need the logits of θ0; they
/// estimate with H⁻¹ and F⁻¹. The last three are what is left without the linear term. Only the first
/// of these, `loss`, is a limit of its counterpart: the squares drop the reference to θ0, too, and so
/// are algorithms of their own.
/// - SeeAlso: Pan et al., "DAUNCE: Data Attribution through Uncertainty Estimation", 2025, Tables 1
///   and 2, eq. 5.
package enum PerturbedObjective: String, Sendable, Hashable, CaseIterable {
  /// L − L⁰ − 2ξ⟨∇L⁰, z − z⁰⟩: curvature is the Gauss–Newton matrix (Table 1, H).
  case hessian
  /// ½(L − L⁰)² − (2ξ − 1)⟨∇L⁰, z − z⁰⟩: curvature is the empirical Fisher matrix (Table 1, E).
  case empiricalFisher = "empirical-fisher"
  /// ½(f − f⁰)² − (2ξ − 1)⟨∇f⁰, z − z⁰⟩ with margins f (Table 1, T).
  case trak
  /// L: fine-tuning on a subset, all that a host offers (Table 2, H).
  case loss
  /// ½L² (Table 2, E).
  case squaredLoss = "squared-loss"
  /// ½f²: drives margins to 0 and so unlearns confident examples (Table 2, T).
  case squaredMargin = "squared-margin"

  /// Whether each member has a random weight ξ.
  package var isWeighted: Bool {
    switch self {
    case .hessian, .empiricalFisher, .trak: true
    case .loss, .squaredLoss, .squaredMargin: false
    }
  }

  /// Whether the signals are margins instead of losses.
  package var readsMargins: Bool { self == .trak || self == .squaredMargin }

  /// What gradient descent needs: the gradient of the members' objectives with respect to the logits.
  ///
  /// - Parameters:
  ///   - parameters: θ0.
  ///   - xi: ξ of each example of the model by position; read for members only.
  /// - Returns: `nil` for the plain loss.
  package func descent(from parameters: [Double], xi: [Double]) -> GradientDescent.Objective? {
    if self == .loss { return nil }
    return { batch, members, logits in
      let reference = isWeighted ? batch.logits(at: parameters) : logits
      return gradient(
        batch: batch,
        logits: logits,
        reference: reference,
        xi: isWeighted ? members.map { xi[$0] } : []
      )
    }
  }

  /// The gradient of the sum of a batch's objectives with respect to its logits.
  func gradient(
    batch: Batch,
    logits: DoubleMatrix,
    reference: DoubleMatrix,
    xi: [Double]
  ) -> DoubleMatrix {
    var result = batch.lossGradient(ofLogits: logits)
    let losses = batch.losses(ofLogits: logits)
    let before = isWeighted ? batch.losses(ofLogits: reference) : []
    let base = isWeighted ? batch.lossGradient(ofLogits: reference) : result
    for (row, owner) in batch.owners.enumerated() {
      let (own, linear): (Double, Double) =
        switch self {
        case .hessian: (1, 2 * xi[owner])
        case .empiricalFisher: (losses[owner] - before[owner], 2 * xi[owner] - 1)
        case .trak:
          (
            (margin(ofLoss: losses[owner]) - margin(ofLoss: before[owner]))
              * marginSlope(ofLoss: losses[owner]),
            (2 * xi[owner] - 1) * marginSlope(ofLoss: before[owner])
          )
        case .loss: (1, 0)
        case .squaredLoss: (losses[owner], 0)
        case .squaredMargin:
          (margin(ofLoss: losses[owner]) * marginSlope(ofLoss: losses[owner]), 0)
        }
      for column in 0..<result.columns {
        result[row, column] = own * result[row, column] - linear * base[row, column]
      }
    }
    return result
  }
}

/// df/dL of the margin f of a loss L: −1/(1 − e^(−L)).
private func marginSlope(ofLoss loss: Double) -> Double { 1 / expm1(-max(loss, 1e-8)) }
