package import ReferenceModels

/// Every step of a training, as path methods need it.
package struct TrainingPath: Sendable {
  /// One step of heavy-ball descent: v ← μv + mean gradient + ridge·θ, θ ← θ − ηv.
  package struct Step: Sendable, Hashable {
    /// Positions of the members whose mean gradient was descended.
    package let members: [Int]
    /// η.
    package let rate: Double
    /// θ before it.
    package let parameters: [Double]
  }

  /// A stretch of training with one curvature.
  package struct Segment: Sendable, Hashable {
    /// The θ that its curvature and gradients are averaged over.
    package let points: [[Double]]
    /// τ = Σ η/(1 − μ), its length as a time of gradient flow.
    package let time: Double

    package init(points: [[Double]], time: Double) {
      self.points = points
      self.time = time
    }
  }

  /// The steps in order.
  package let steps: [Step]
  /// θ after the last.
  package let end: [Double]
  /// μ.
  package let momentum: Double
  /// λ of the penalty ½λ‖θ‖².
  package let ridge: Double

  /// Trains a model and keeps every step.
  ///
  /// - Parameters:
  ///   - descent: The recipe; its rule must be momentum.
  ///   - model: The model.
  ///   - start: θ to start from.
  ///   - members: Positions of the training examples.
  ///   - seed: Seed of the order.
  /// - Throws: `WhiteBoxError` for Adam; `ReferenceModelError` when it diverges;
  ///   `CancellationError`.
  package init(
    _ descent: GradientDescent,
    _ model: any DifferentiableModel,
    from start: [Double],
    on members: [Int],
    seed: UInt64
  ) throws {
    guard case .momentum(let momentum) = descent.rule else {
      throw WhiteBoxError(
        .settings,
        "cannot record the training",
        cause: "path methods know steps of gradient descent only",
        hint: "train with momentum instead of Adam"
      )
    }
    var steps: [Step] = []
    end = try descent.train(
      model,
      from: start,
      on: members,
      seed: seed,
      each: {
        steps.append(Step(members: $0.members, rate: $0.learningRate, parameters: $0.parameters))
      }
    )
    self.steps = steps
    self.momentum = momentum
    ridge = descent.ridge
  }

  /// Evenly spaced models for TracIn, the last of them the end: each stands for the steps before it.
  package func checkpoints(_ count: Int) -> [Checkpoint] {
    parts(count).map { part in
      Checkpoint(
        parameters: parameters(after: part.upperBound),
        rate: steps[part].reduce(0) { $0 + $1.rate }
      )
    }
  }

  /// Stretches of equally many steps for SOURCE, with evenly spaced models of each.
  package func segments(_ count: Int, pointsEach: Int) -> [Segment] {
    parts(count).map { part in
      let points = min(max(1, pointsEach), part.count)
      return Segment(
        points: (1...points).map {
          parameters(after: part.lowerBound + part.count * $0 / points)
        },
        time: steps[part].reduce(0) { $0 + $1.rate } / (1 - momentum)
      )
    }
  }

  private func parts(_ count: Int) -> [Range<Int>] {
    let count = min(max(1, count), steps.count)
    return (0..<count).map { steps.count * $0 / count..<steps.count * ($0 + 1) / count }
  }

  private func parameters(after step: Int) -> [Double] {
    step < steps.count ? steps[step].parameters : end
  }
}
