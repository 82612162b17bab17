import Experiment
import Kernels
import Statistics

/// θ0 of a learning task: trained on all N examples, it is what scores explain and further training
/// starts from.
package struct TargetModel: Sendable {
  /// What was learned.
  package let task: LearningTask
  /// Seed of the training.
  package let seed: UInt64
  /// θ0.
  package let parameters: [Double]
  /// Its losses: N training examples, then Q queries.
  package let losses: [Double]
  /// Its factored Hessian, which lets convex fits take a few steps; `nil` where it is of no use or too
  /// large.
  let curvature: CholeskyFactor?
  /// Key of the task and the seed: no other target has it.
  let key: String

  /// Trains the target.
  ///
  /// - Parameters:
  ///   - task: What to learn, with at least one training example and one query.
  ///   - seed: Seed of the training.
  /// - Throws: `ReferenceModelError` when training diverges; `CancellationError`.
  package init(_ task: LearningTask, seed: UInt64) throws {
    keepFreedMemory()
    precondition(!task.train.isEmpty && !task.queries.isEmpty)
    var key = ContentKey("target model", version: 1)
    task.add(to: &key)
    key.add("seed", seed)
    self.key = key.text
    self.task = task
    self.seed = seed
    let start = task.model.initialParameters(seed: seed)
    do {
      let subset = Subset(seed: seed, members: Array(task.train.indices))
      parameters = try task.trained(on: subset, from: start, by: task.recipe)
      losses = try task.losses(at: parameters)
    } catch let error as ReferenceModelError where error.code == .diverged {
      throw error.training("the target")
    }
    guard case .convergence(let fit) = task.recipe, parameters.count <= 2000 else {
      curvature = nil
      return
    }
    curvature = CholeskyFactor(
      task.model.hessian(of: task.train, at: parameters, ridge: fit.ridge).values,
      order: parameters.count
    )
  }
}

extension LearningTask {
  /// Trains one model.
  ///
  /// - Parameters:
  ///   - subset: The examples, by their positions among the N.
  ///   - start: θ to start from.
  ///   - recipe: How.
  ///   - objective: What its steps descend; one with random weights reads ξ off the subset's, 1 − 2ξ.
  ///   - reference: The θ that objectives compare with and convex fits search from; `nil` for the start.
  ///   - curvature: The factored Hessian there.
  /// - Returns: θ after training.
  /// - Throws: `ReferenceModelError` when training diverges; `CancellationError`.
  func trained(
    on subset: Subset,
    from start: [Double],
    by recipe: Recipe,
    objective: PerturbedObjective = .loss,
    reference: [Double]? = nil,
    curvature: CholeskyFactor? = nil
  ) throws -> [Double] {
    precondition(subset.weights == nil || objective.isWeighted, "the objective knows no weights")
    guard !subset.members.isEmpty else { return start }
    switch recipe {
    case .convergence(let fit):
      return try fit.fit(
        model,
        on: subset.members.map { train[$0] },
        // The minimum does not depend on where the search begins.
        from: reference ?? start,
        curvature: curvature
      )
    case .descent(let descent):
      var xi = [Double](repeating: 0, count: objective.isWeighted ? model.count : 0)
      for (member, weight) in zip(subset.members, subset.weights ?? []) {
        xi[train[member]] = (1 - weight) / 2
      }
      let excluded = subset.excluded ?? []
      let all = excluded.isEmpty ? subset.members : (subset.members + excluded).sorted()
      return try descent.train(
        model,
        from: start,
        on: all.map { train[$0] },
        excluding: Set(excluded.map { train[$0] }),
        seed: subset.seed,
        objective: objective.descent(from: reference ?? start, xi: xi)
      )
    }
  }

  /// Losses of the training examples and queries; a model that diverged is refused.
  func losses(at parameters: [Double]) throws(ReferenceModelError) -> [Double] {
    let losses = model.losses(of: train + queries, at: parameters)
    guard losses.allSatisfy(\.isFinite) else {
      throw ReferenceModelError(
        .diverged,
        "the loss of an example is not finite",
        hint: "scale the features down, or lower the learning rate"
      )
    }
    let level = mean(of: Array(losses.prefix(train.count)))
    // Parameters may stay finite on the way: no model that learns is as sure of a wrong answer.
    guard level < 1e6 else {
      throw ReferenceModelError(
        .diverged,
        "training diverged: the mean loss is \(level) nats",
        hint: "lower the learning rate"
      )
    }
    return losses
  }
}

extension ReferenceModelError {
  /// The same of a training that is named.
  func training(_ words: String) -> ReferenceModelError {
    ReferenceModelError(code, "cannot train \(words): \(description)", hint: hint)
  }
}
