import Attribution
import Experiment
import ReferenceModels
import Runs
import Synchronization

/// What methods score with: the target, the settings, and models that are made when first asked for.
actor MethodContext {
  nonisolated let target: TargetModel
  nonisolated let settings: ValidationSettings
  /// Seconds spent in `losses` so far: of the clock, and of one core for what was trained.
  nonisolated let spent = Mutex((clock: 0.0, core: 0.0))
  private let runner: DesignRunner
  private var perturbed: [PerturbedObjective: DesignLosses] = [:]

  init(_ target: TargetModel, _ settings: ValidationSettings, _ runner: DesignRunner) {
    self.target = target
    self.settings = settings
    self.runner = runner
  }

  nonisolated var task: LearningTask { target.task }
  /// Number of training examples, N.
  nonisolated var count: Int { task.train.count }

  /// Trains the models of a design and reads them; `nil` is the target's own recipe.
  nonisolated func losses(
    of design: SubsetDesign,
    recipe: Recipe? = nil,
    objective: PerturbedObjective = .loss
  ) async throws -> DesignLosses {
    let clock = ContinuousClock()
    let begin = clock.now
    let trainer = SubsetTrainer(target, recipe: recipe, objective: objective)
    let found = try await runner.losses(of: design, by: trainer)
    spent.withLock { spent in
      spent.clock += (clock.now - begin) / .seconds(1)
      spent.core += found.seconds
    }
    return found
  }

  /// The perturbed models of one objective, trained when first asked for.
  func models(_ objective: PerturbedObjective) async throws -> DesignLosses {
    if let known = perturbed[objective] { return known }
    guard let descent = settings.perturbations[objective], let models = settings.models.last else {
      throw ValidationError(
        "cannot make perturbed models of objective '\(objective.rawValue)'",
        cause: "the settings do not say how"
      )
    }
    let design = try SubsetDesign.random(
      examples: count,
      models: models,
      size: SubsetDesign.size(ratio: settings.ratio, of: count),
      start: settings.start,
      seed: settings.seed
    )
    let found = try await losses(
      of: objective.isWeighted ? design.signed : design,
      recipe: .descent(descent),
      objective: objective
    )
    perturbed[objective] = found
    return found
  }

  /// Wraps values, `values[query × N + example]`.
  nonisolated func scores(_ values: [Double], by name: String) -> Scores {
    Scores(
      estimator: name,
      train: task.trainIDs,
      queries: task.queryIDs,
      values: values,
      measurable: [Bool](repeating: true, count: count)
    )
  }
}
