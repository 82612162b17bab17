package import Kernels
import Statistics

/// The inverse on the dominant eigenvectors, found in the Krylov space of a random vector.
///
/// Signs of eigenvalues are kept; directions outside the chosen ones are dropped.
/// - SeeAlso: Schioppa et al., "Scaling Up Influence Functions", 2022, Algorithm 1.
package struct Arnoldi: InverseCurvature, Hashable {
  /// Which matrix.
  package var curvature: Curvature
  /// λ, added to its diagonal.
  package var damping: Double
  /// Products that span the Krylov space.
  package var iterations: Int
  /// Eigenvectors that are kept, those of the largest absolute eigenvalues.
  package var rank: Int
  /// Seed of the first vector.
  package var seed: UInt64

  package init(
    _ curvature: Curvature,
    damping: Double = 0,
    iterations: Int = 100,
    rank: Int = 50,
    seed: UInt64 = 0
  ) {
    self.curvature = curvature
    self.damping = damping
    self.iterations = iterations
    self.rank = rank
    self.seed = seed
  }

  package var name: String { "Arnoldi \(curvature.name)" }

  package func solve(
    _ rows: DoubleMatrix,
    for problem: AttributionProblem,
    work: inout Work
  ) throws -> DoubleMatrix {
    guard iterations > 0, rank > 0 else {
      throw WhiteBoxError(
        .settings,
        "cannot run Arnoldi's iteration",
        cause: "iterations and rank must be above 0",
        hint: "start from 100 iterations and a rank of 50"
      )
    }
    return try basis(of: problem, work: &work).inverting(rows, .absolute(damping))
  }

  /// The dominant eigenvectors and their eigenvalues.
  func basis(of problem: AttributionProblem, work: inout Work) throws -> DenseEigenbasis {
    let mean = MeanCurvature(curvature, of: problem, work: &work)
    let order = problem.parameters.count
    var generator = SplitMix64(seed: seed, stream: 5)
    var next = (0..<order).map { _ in generator.normal() }
    var krylov: [[Double]] = []
    var images: [[Double]] = []
    var largest = 0.0
    for _ in 0..<min(iterations, order) {
      try Task.checkCancellation()
      // Twice is enough to keep the vectors orthogonal to rounding.
      for _ in 0..<2 {
        for vector in krylov { add(vector, times: -dot(vector, next), to: &next) }
      }
      let norm = dot(next, next).squareRoot()
      // The space is invariant: more products would only add rounding errors.
      guard norm > 1e-10 * largest else { break }
      krylov.append(next.map { $0 / norm })
      next = mean.product(with: krylov[krylov.count - 1], work: &work)
      largest = max(largest, dot(next, next).squareRoot())
      images.append(next)
    }
    let count = krylov.count
    let vectors = DoubleMatrix(rows: count, columns: order, values: krylov.flatMap(\.self))
    let curved = DoubleMatrix(rows: count, columns: order, values: images.flatMap(\.self))
    var projected = product(vectors, curved, transposingB: true)
    let mirrored = projected.transposed
    projected.values = zip(projected.values, mirrored.values).map { 0.5 * ($0 + $1) }
    let eigen = try decomposed(projected)
    let chosen = eigen.values.indices
      .sorted { abs(eigen.values[$0]) > abs(eigen.values[$1]) }
      .prefix(rank)
    let coordinates = DoubleMatrix(rows: count, columns: count, values: eigen.vectors)
    return DenseEigenbasis(
      vectors: product(coordinates.rows(Array(chosen)), vectors),
      values: chosen.map { eigen.values[$0] }
    )
  }
}
