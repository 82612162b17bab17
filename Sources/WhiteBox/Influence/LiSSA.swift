package import Kernels
import Statistics

/// The Neumann series of the inverse on sampled training examples: v ← b + v − (C_B + λI)·v/s, whose
/// limit over s is (C + λI)⁻¹·b.
///
/// λ/s is what the literature calls damping.
/// - SeeAlso: Agarwal et al., "Second-Order Stochastic Optimization for Machine Learning in Linear
///   Time", 2017; Koh and Liang, 2017, §3.
package struct LiSSA: InverseCurvature, Hashable {
  /// Which matrix.
  package var curvature: Curvature
  /// λ, added to its diagonal.
  package var damping: Double
  /// s, above the largest eigenvalue of any batch's curvature; the smallest such value is best.
  package var scale: Double
  /// Steps of the recursion.
  package var depth: Int
  /// Training examples a step.
  package var batchSize: Int
  /// Independent recursions that are averaged.
  package var repeats: Int
  /// Seed of the batches.
  package var seed: UInt64

  package init(
    _ curvature: Curvature,
    damping: Double = 0,
    scale: Double = 10,
    depth: Int = 1000,
    batchSize: Int = 1,
    repeats: Int = 1,
    seed: UInt64 = 0
  ) {
    self.curvature = curvature
    self.damping = damping
    self.scale = scale
    self.depth = depth
    self.batchSize = batchSize
    self.repeats = repeats
    self.seed = seed
  }

  package var name: String { "LiSSA \(curvature.name)" }

  package func solve(
    _ rows: DoubleMatrix,
    for problem: AttributionProblem,
    work: inout Work
  ) throws -> DoubleMatrix {
    guard scale > 0, depth > 0, repeats > 0, batchSize > 0 else {
      throw WhiteBoxError(
        .settings,
        "cannot run LiSSA",
        cause: "scale, depth, batch size and repeats must be above 0",
        hint: "start from a scale of 10 and a depth of 1000"
      )
    }
    let mean = MeanCurvature(curvature, of: problem, work: &work)
    let size = min(batchSize, problem.train.count)
    let limits = rows.rowProducts(with: rows)
    var sum = DoubleMatrix(rows: rows.rows, columns: rows.columns)
    for round in 0..<repeats {
      var generator = SplitMix64(seed: seed, stream: 1000 + UInt64(round))
      var current = rows
      for step in 1...depth {
        try Task.checkCancellation()
        let members = generator.sample(size, of: problem.train.count)
        let images = mean.products(with: current, over: members, work: &work)
        let (before, start) = (current.values, rows.values)
        var next = images.values
        for place in next.indices {
          next[place] =
            start[place] + before[place] - (next[place] + damping * before[place]) / scale
        }
        current.values = next
        // Steps that do not expand anything can add no more than ‖b‖ each.
        let steps = Double(step + 1)
        for (row, square) in current.rowProducts(with: current).enumerated() {
          guard square <= 1.0001 * steps * steps * limits[row] else {
            throw WhiteBoxError(
              .diverged,
              "LiSSA diverged at step \(step)",
              cause:
                "a batch's curvature has eigenvalues below 0 or above twice the scale \(scale)",
              hint: "raise the scale or use the Gauss–Newton matrix"
            )
          }
        }
      }
      current.scale(by: 1 / (scale * Double(repeats)))
      sum.values = zip(sum.values, current.values).map { $0 + $1 }
    }
    return sum
  }
}
