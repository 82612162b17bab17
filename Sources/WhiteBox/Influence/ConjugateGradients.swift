package import Kernels
import Statistics

/// Conjugate gradients on products with the curvature, which is never formed.
/// - SeeAlso: Hestenes and Stiefel, 1952; Martens, "Deep learning via Hessian-free optimization", 2010.
package struct ConjugateGradients: InverseCurvature, Hashable {
  /// Which matrix.
  package var curvature: Curvature
  /// λ, added to its diagonal.
  package var damping: Double
  /// Residual over right side, both by Euclidean norm, that counts as solved.
  package var tolerance: Double
  /// Most iterations a right side.
  package var iterations: Int

  package init(
    _ curvature: Curvature,
    damping: Double = 0,
    tolerance: Double = 1e-3,
    iterations: Int = 100
  ) {
    self.curvature = curvature
    self.damping = damping
    self.tolerance = tolerance
    self.iterations = iterations
  }

  package var name: String { "conjugate gradients \(curvature.name)" }

  package func solve(
    _ rows: DoubleMatrix,
    for problem: AttributionProblem,
    work: inout Work
  ) throws -> DoubleMatrix {
    let mean = MeanCurvature(curvature, of: problem, work: &work)
    var result: [Double] = []
    for row in 0..<rows.rows {
      try Task.checkCancellation()
      result += try solve(Array(rows.row(row)), mean, &work)
    }
    return DoubleMatrix(rows: rows.rows, columns: rows.columns, values: result)
  }

  private func solve(
    _ right: [Double],
    _ mean: MeanCurvature,
    _ work: inout Work
  ) throws -> [Double] {
    var solution = [Double](repeating: 0, count: right.count)
    var residual = right
    var direction = right
    var square = dot(residual, residual)
    let goal = tolerance * tolerance * square
    for _ in 0..<iterations {
      guard square > goal else { break }
      var image = mean.product(with: direction, work: &work)
      add(direction, times: damping, to: &image)
      let bend = dot(direction, image)
      guard bend > 0, bend.isFinite else {
        throw WhiteBoxError(
          .singular,
          "cannot invert the \(curvature.name) matrix by conjugate gradients",
          cause: "it is not positive definite with damping \(damping)",
          hint: "use the Gauss–Newton matrix or raise the damping"
        )
      }
      let step = square / bend
      add(direction, times: step, to: &solution)
      add(image, times: -step, to: &residual)
      let next = dot(residual, residual)
      for place in direction.indices {
        direction[place] = residual[place] + next / square * direction[place]
      }
      square = next
    }
    if square > goal { work.unconverged += 1 }
    return solution
  }
}
