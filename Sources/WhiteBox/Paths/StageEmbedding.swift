import Statistics

/// What a stage of training left in the final parameters, to first order.
///
/// The counterfactual skips the stage: later stages keep their data, order and learning rates, and the
/// optimiser enters them as it was before the stage. The difference that the stage made to θ and the
/// velocity v is carried through all later steps by their Jacobians; what arrives does not depend on
/// any query and serves every one. Exact for quadratic losses.
package struct StageEmbedding: Sendable, Hashable {
  /// One later step of heavy-ball descent, v ← μv + ∇L + λθ, θ ← θ − ηv.
  package struct Step: Sendable, Hashable {
    /// η.
    package let rate: Double
    /// μ.
    package let momentum: Double
    /// λ.
    package let ridge: Double

    package init(rate: Double, momentum: Double, ridge: Double) {
      self.rate = rate
      self.momentum = momentum
      self.ridge = ridge
    }
  }

  /// The difference in the final θ.
  package let displacement: [Double]

  /// Carries a stage's difference to the end of training.
  ///
  /// - Parameters:
  ///   - parameters: θ after the stage less θ before it.
  ///   - velocity: v after the stage less v before it.
  ///   - steps: The steps of all later stages, in order.
  ///   - hessianProduct: The Hessian of a step's loss, at θ before that step, times a vector.
  package init(
    parameters: [Double],
    velocity: [Double],
    steps: [Step],
    hessianProduct: (_ step: Int, _ vector: [Double]) throws -> [Double]
  ) rethrows {
    var (moved, pushed) = (parameters, velocity)
    for (index, step) in steps.enumerated() {
      var force = try hessianProduct(index, moved)
      add(moved, times: step.ridge, to: &force)
      add(pushed, times: step.momentum, to: &force)
      pushed = force
      add(pushed, times: -step.rate, to: &moved)
    }
    displacement = moved
  }

  /// The stage's effect on a behaviour γ: γ with the stage less γ without it.
  ///
  /// - Parameter gradient: ∇γ at the final θ.
  /// - Returns: In units of γ.
  package func effect(onGradient gradient: [Double]) -> Double { dot(displacement, gradient) }
}
