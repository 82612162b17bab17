package import Experiment
import Statistics

/// Trains a model of a learning task on each subset, from initial parameters (`base`) or θ0 (`target`).
///
/// A model is trained on one thread and depends on nothing but its subset. Where the objective is of margins,
/// those with their sign turned are read in the place of losses: both fall where a model gets better.
package struct SubsetTrainer: ModelMaker {
  private let target: TargetModel
  private let recipe: Recipe
  private let objective: PerturbedObjective

  /// Creates a trainer.
  ///
  /// - Parameters:
  ///   - target: θ0, with the task.
  ///   - recipe: How models are trained; `nil` for the target's own recipe.
  ///   - objective: What their steps descend.
  package init(_ target: TargetModel, recipe: Recipe? = nil, objective: PerturbedObjective = .loss)
  {
    self.target = target
    self.recipe = recipe ?? target.task.recipe
    self.objective = objective
  }

  package var train: [String] { target.task.trainIDs }
  package var queries: [String] { target.task.queryIDs }

  package func add(to key: inout ContentKey) {
    // Of the trainings themselves: grows when equal ones come to give other numbers.
    key.add("revision", 1)
    key.add("target", target.key)
    recipe.add(to: &key)
    key.add("objective", objective.rawValue)
  }

  package func losses(of subset: Subset, from start: Start) throws -> [Double] {
    do {
      let losses = try target.task.losses(at: parameters(of: subset, from: start))
      return objective.readsMargins ? losses.map { -margin(ofLoss: $0) } : losses
    } catch let error as ReferenceModelError where error.code == .diverged {
      let place = "on \(subset.members.count) examples"
      let words =
        switch (start, objective) {
        case (.base, _): "a model \(place)"
        case (.target, .loss): "the target further \(place)"
        case (.target, _): "the target \(place) by objective '\(objective.rawValue)'"
        }
      throw error.training(words)
    }
  }

  /// θ of the model of one subset; throws what `losses` throws.
  package func parameters(of subset: Subset, from start: Start) throws -> [Double] {
    let task = target.task
    return try task.trained(
      on: subset,
      from: start == .target
        ? target.parameters : task.model.initialParameters(seed: subset.seed),
      by: recipe,
      objective: objective,
      reference: target.parameters,
      curvature: target.curvature
    )
  }
}
