import Kernels
package import Statistics

/// Training to convergence: the θ that minimises the mean loss of some examples plus ½λ‖θ‖².
package struct ConvexFit: Sendable, Hashable {
  /// λ of the penalty, above 0.
  package var ridge: Double
  /// Largest absolute component of the gradient that counts as zero.
  package var tolerance: Double

  package init(ridge: Double, tolerance: Double = 1e-8) {
    self.ridge = ridge
    self.tolerance = tolerance
  }

  /// Fits the model.
  ///
  /// - Parameters:
  ///   - model: A model whose loss is convex in θ for one answer to be expected.
  ///   - members: Positions of the training examples.
  ///   - weights: Weight of each member's loss, at least 0; `nil` for 1. The sum is divided by the
  ///     number of members.
  ///   - start: θ to start from.
  ///   - curvature: The factored Hessian of a nearby fit, which makes this one take few steps.
  /// - Returns: The minimum.
  /// - Throws: `ReferenceModelError` when it does not converge; `CancellationError`.
  package func fit(
    _ model: some DifferentiableModel,
    on members: [Int],
    weights: [Double]? = nil,
    from start: [Double],
    curvature: CholeskyFactor? = nil
  ) throws -> [Double] {
    try Task.checkCancellation()
    let batch = model.batch(of: members)
    let share = 1 / Double(members.count)
    let minimiser = LimitedMemoryBFGS(tolerance: tolerance, iterations: 5000)
    let minimum = minimiser.minimise(
      from: start,
      preconditioner: curvature.map { factor in { factor.solve($0) } }
    ) { parameters in
      var loss = 0.0
      var gradient = batch.gradient(at: parameters) { logits in
        var (losses, seed) = batch.judged(logits)
        for (index, value) in losses.enumerated() { loss += (weights?[index] ?? 1) * value }
        if let weights {
          for row in 0..<seed.rows {
            let factor = weights[batch.owners[row]]
            for column in 0..<seed.columns { seed[row, column] *= factor }
          }
        }
        return seed
      }
      var penalty = 0.0
      for place in gradient.indices {
        gradient[place] = share * gradient[place] + ridge * parameters[place]
        penalty += parameters[place] * parameters[place]
      }
      return (loss * share + 0.5 * ridge * penalty, gradient)
    }
    guard minimum.slope <= 100 * tolerance else {
      throw ReferenceModelError(
        .diverged,
        "training to convergence stopped at a gradient of \(minimum.slope)",
        hint: "raise the ridge"
      )
    }
    return minimum.point
  }
}
