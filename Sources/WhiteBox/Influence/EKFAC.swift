package import Kernels

/// The inverse by eigenvalue-corrected Kronecker factors, a block a layer.
/// - SeeAlso: Grosse et al., "Studying Large Language Model Generalization with Influence Functions",
///   2023; conventions are those of Kronfluence.
package struct EKFAC: InverseCurvature, Hashable {
  /// Which Fisher matrix.
  package var labels: FisherLabels
  /// What is added to each layer's eigenvalues, relative to their mean.
  package var damping: Damping

  package init(_ labels: FisherLabels, damping: Damping = .relative(0.1)) {
    self.labels = labels
    self.damping = damping
  }

  package var name: String { "EK-FAC \(labels.name)" }

  package func solve(
    _ rows: DoubleMatrix,
    for problem: AttributionProblem,
    work: inout Work
  ) throws -> DoubleMatrix {
    let basis = try LayerEigenbasis(labels, of: problem, at: [problem.parameters], work: &work)
    return basis.inverting(rows, damping)
  }
}

extension Eigenbasis {
  /// Applies (C + λI)⁻¹ to every row, dropping eigenvalues that are zero to rounding.
  func inverting(_ rows: DoubleMatrix, _ damping: Damping) -> DoubleMatrix {
    applying(
      { value, mean in
        let damped = value + damping.value(mean: mean)
        return abs(damped) > 1e-12 * abs(mean) ? 1 / damped : 0
      },
      to: rows
    )
  }
}
