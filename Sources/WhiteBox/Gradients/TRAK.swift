import Glibc
import Kernels
import ReferenceModels
import Statistics

/// Influence of randomly projected margin gradients, S = (1 − p̄)·mean[Φ(ΦᵀΦ + λI)⁻¹Φ_qᵀ].
///
/// Features are Φ = F·R/√p with margin gradients F. Scores and 1 − p are averaged over checkpoints
/// separately, the factor standing on the side of the training examples, as in the authors' code.
/// - SeeAlso: Park et al., "TRAK: Attributing Model Behavior at Scale", 2023, Algorithm 1.
package struct TRAK: GradientMethod, Hashable {
  /// Width of the projection; `nil` for none.
  package var width: Int?
  /// λ; relative to the mean eigenvalue of ΦᵀΦ, or as it is.
  package var damping: Damping
  /// The θ of an ensemble; empty for the final model alone.
  package var ensemble: [[Double]]
  /// Seed of the projections.
  package var seed: UInt64

  package init(
    width: Int? = nil,
    damping: Damping = .absolute(0),
    ensemble: [[Double]] = [],
    seed: UInt64 = 0
  ) {
    self.width = width
    self.damping = damping
    self.ensemble = ensemble
    self.seed = seed
  }

  package var name: String {
    "TRAK" + (width.map { ", width \($0)" } ?? "")
      + (ensemble.count > 1 ? ", \(ensemble.count) models" : "")
  }

  package func scores(_ problem: AttributionProblem) throws -> GradientScores {
    guard width ?? 1 > 0 else {
      throw WhiteBoxError(
        .settings,
        "cannot score by TRAK",
        cause: "a projection of width \(width ?? 0) keeps nothing",
        hint: "choose a width of at least 1"
      )
    }
    let points = ensemble.isEmpty ? [problem.parameters] : ensemble
    let order = problem.parameters.count
    var work = Work()
    var sum = DoubleMatrix(rows: problem.queries.count, columns: problem.train.count)
    var doubt = [Double](repeating: 0, count: problem.train.count)
    for (index, point) in points.enumerated() {
      try Task.checkCancellation()
      work.gradients += problem.train.count + problem.queries.count
      let projection = width.map { signs(rows: order, columns: $0, stream: UInt64(index)) }
      func features(_ members: [Int]) -> DoubleMatrix {
        var rows = problem.model.marginGradients(of: members, at: point)
        if let projection { rows = product(rows, projection) }
        rows.scale(by: 1 / Double(order).squareRoot())
        return rows
      }
      let train = features(problem.train)
      let solved = try invert(
        product(train, train, transposingA: true),
        damping,
        named: "TRAK's kernel",
        on: features(problem.queries)
      )
      sum = product(solved, train, transposingB: true, addingTo: sum)
      let losses = problem.model.losses(of: problem.train, at: point)
      for (place, loss) in losses.enumerated() { doubt[place] -= expm1(-loss) }
    }
    let models = Double(points.count)
    sum.scaleColumns(by: doubt.map { $0 / (models * models) })
    return try problem.scores(name, sum, work)
  }

  /// A matrix of independent ±1.
  private func signs(rows: Int, columns: Int, stream: UInt64) -> DoubleMatrix {
    var generator = SplitMix64(seed: seed, stream: 100 + stream)
    var values: [Double] = []
    values.reserveCapacity(rows * columns + 63)
    while values.count < rows * columns {
      let bits = generator.next()
      for place in 0..<64 { values.append(bits >> place & 1 == 0 ? -1 : 1) }
    }
    values.removeLast(values.count - rows * columns)
    return DoubleMatrix(rows: rows, columns: columns, values: values)
  }
}
