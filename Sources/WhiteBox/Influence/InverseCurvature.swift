package import Kernels
import Statistics

/// A way to solve (C + λI)·x = b.
package protocol InverseCurvature: Sendable {
  /// Its name in a leaderboard.
  var name: String { get }

  /// Solves for many right sides.
  ///
  /// - Parameters:
  ///   - rows: Right sides, one a row of p numbers.
  ///   - problem: Whose training set and θ the curvature is of.
  ///   - work: What is spent.
  /// - Returns: Solutions, one a row.
  /// - Throws: `WhiteBoxError` when there is no solution; `CancellationError`.
  func solve(
    _ rows: DoubleMatrix,
    for problem: AttributionProblem,
    work: inout Work
  ) throws -> DoubleMatrix
}

/// What is added to the diagonal of a curvature before it is inverted.
package enum Damping: Sendable, Hashable {
  /// λ itself, in units of the curvature.
  case absolute(Double)
  /// A share of the mean eigenvalue.
  case relative(Double)

  /// λ for a matrix of this mean eigenvalue.
  func value(mean: Double) -> Double {
    switch self {
    case .absolute(let value): value
    case .relative(let share): share * mean
    }
  }
}

/// The curvature as a matrix, factored once.
package struct ExactInverse: InverseCurvature, Hashable {
  /// Which matrix.
  package var curvature: Curvature
  /// What is added to its diagonal.
  package var damping: Damping

  package init(_ curvature: Curvature, damping: Damping = .absolute(0)) {
    self.curvature = curvature
    self.damping = damping
  }

  package var name: String { "exact \(curvature.name)" }

  package func solve(
    _ rows: DoubleMatrix,
    for problem: AttributionProblem,
    work: inout Work
  ) throws -> DoubleMatrix {
    let matrix = try MeanCurvature(curvature, of: problem, work: &work).matrix(work: &work)
    return try invert(matrix, damping, named: "the \(curvature.name) matrix", on: rows)
  }
}

/// Solves (M + λI)·x = b for every row b by Cholesky's factorisation.
///
/// - Throws: `WhiteBoxError` when the sum is not positive definite.
func invert(
  _ matrix: DoubleMatrix,
  _ damping: Damping,
  named name: String,
  on rows: DoubleMatrix
) throws -> DoubleMatrix {
  let order = matrix.rows
  var values = matrix.values
  var trace = 0.0
  for place in 0..<order { trace += values[place * order + place] }
  let added = damping.value(mean: trace / Double(order))
  for place in 0..<order { values[place * order + place] += added }
  guard let factor = CholeskyFactor(values, order: order) else {
    throw WhiteBoxError(
      .singular,
      "cannot invert \(name)",
      cause: "it is not positive definite with damping \(added)",
      hint: "use the Gauss–Newton matrix or raise the damping"
    )
  }
  let solutions = factor.solve(rows: rows.values)
  return DoubleMatrix(rows: rows.rows, columns: rows.columns, values: solutions)
}
