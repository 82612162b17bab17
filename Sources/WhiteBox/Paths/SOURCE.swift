import Glibc
import Kernels

/// Unrolled differentiation with one mean curvature a stretch of training.
///
/// S = Σ_ℓ ⟨Π_{ℓ'>ℓ} e^(−τ_ℓ'·C_ℓ')·g_q, (1/N)·(I − e^(−τ_ℓ·C_ℓ))·C_ℓ⁻¹·ḡ_ℓ⟩, the problem's ridge
/// in every C.
/// - SeeAlso: Bae et al., "Training Data Attribution via Approximate Unrolled Differentiation", 2024,
///   eq. 12.
package struct SOURCE: GradientMethod {
  /// How a curvature is decomposed.
  package enum Basis: Sendable, Hashable {
    /// Eigenvectors of the whole matrix.
    case exact(Curvature)
    /// EK-FAC's, a block a layer.
    case layers(FisherLabels)
  }

  /// The stretches in order; at least one.
  package var segments: [TrainingPath.Segment]
  /// How a curvature is decomposed.
  package var basis: Basis

  package init(segments: [TrainingPath.Segment], basis: Basis) {
    self.segments = segments
    self.basis = basis
  }

  package var name: String {
    switch basis {
    case .exact(let curvature): "SOURCE, \(curvature.name)"
    case .layers(let labels): "SOURCE, EK-FAC \(labels.name)"
    }
  }

  package func scores(_ problem: AttributionProblem) throws -> GradientScores {
    guard !segments.isEmpty, segments.allSatisfy({ !$0.points.isEmpty }) else {
      throw missingCheckpoints(name)
    }
    var work = Work()
    var queries = problem.queryGradients(work: &work)
    var sum = DoubleMatrix(rows: problem.queries.count, columns: problem.train.count)
    for segment in segments.reversed() {
      let time = segment.time
      let eigenbasis = try eigenbasis(problem, segment.points, &work)
      var train = DoubleMatrix(rows: problem.train.count, columns: queries.columns)
      for point in segment.points {
        try Task.checkCancellation()
        let gradients = problem.trainGradients(at: point, work: &work)
        train.values = zip(train.values, gradients.values).map { $0 + $1 }
      }
      var moved = eigenbasis.applying(
        { value, _ in abs(time * value) < 1e-12 ? time : -expm1(-time * value) / value },
        to: queries
      )
      moved.scale(by: 1 / Double(segment.points.count * problem.train.count))
      sum = product(moved, train, transposingB: true, addingTo: sum)
      queries = eigenbasis.applying({ value, _ in exp(-time * value) }, to: queries)
    }
    return try problem.scores(name, sum, work)
  }

  private func eigenbasis(
    _ problem: AttributionProblem,
    _ points: [[Double]],
    _ work: inout Work
  ) throws -> any Eigenbasis {
    switch basis {
    case .layers(let labels):
      return try LayerEigenbasis(labels, of: problem, at: points, work: &work)
    case .exact(let curvature):
      var mean = DoubleMatrix(rows: problem.parameters.count, columns: problem.parameters.count)
      for point in points {
        let one = try MeanCurvature(curvature, of: problem, at: point, work: &work)
          .matrix(work: &work)
        mean.values = zip(mean.values, one.values).map { $0 + $1 / Double(points.count) }
      }
      return try DenseEigenbasis(mean)
    }
  }
}
