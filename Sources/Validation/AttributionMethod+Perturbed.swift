import Attribution
import Experiment
import Glibc
import ReferenceModels
import Runs
import Statistics

extension AttributionMethod {
  /// DAUNCE with every objective and estimator, and what else perturbed models give.
  static let perturbed: [AttributionMethod] =
    PerturbedObjective.allCases.flatMap { objective in
      estimators(for: objective).map { daunce(objective, $0) }
    } + [inclusionDifference]

  /// The estimators that are shown for an objective: all for the product's own, few for the others.
  private static func estimators(for objective: PerturbedObjective) -> [Estimator] {
    switch objective {
    case .loss: [.covariance, .correlation, .halfNorm, .designRegression, .ridge]
    case .hessian, .empiricalFisher: [.covariance, .correlation, .designRegression]
    case .trak, .squaredLoss, .squaredMargin: [.covariance, .correlation]
    }
  }

  /// The method's name: `daunce` for fine-tunes, with the objective where that is another one.
  static func name(_ objective: PerturbedObjective, _ estimator: Estimator) -> String {
    (objective == .loss ? "daunce" : "daunce-\(objective.rawValue)") + "-\(estimator.rawValue)"
  }

  /// The product's own estimators, whose growth with the number of models is shown.
  static let scaled: [(method: AttributionMethod, estimator: Estimator)] = estimators(for: .loss)
    .map { (daunce(.loss, $0), $0) }

  private static func daunce(
    _ objective: PerturbedObjective,
    _ estimator: Estimator
  ) -> AttributionMethod {
    AttributionMethod(
      name(objective, estimator),
      objective == .loss ? .fineTuning : .weights,
      applies: { $0.settings.perturbations[objective] != nil }
    ) { context in
      let models = try await context.models(objective)
      let count = models.design.models
      return MethodOutput(
        scores: try context.scores(of: models, objective, estimator),
        selfScores: models.variances,
        trainings: count,
        passes: Double(count),
        trainingSeconds: models.seconds
      )
    }
  }

  /// Difference of mean query losses with and without each example in the subset.
  private static let inclusionDifference = AttributionMethod(
    "inclusion-difference",
    .fineTuning,
    applies: { $0.settings.perturbations[.loss] != nil }
  ) { context in
    let models = try await context.models(.loss)
    let measured = try context.measured(GroundTruth(losses: models.losses, design: models.design))
    return MethodOutput(
      scores: measured.inclusionDifferences(),
      trainings: models.design.models,
      trainingSeconds: models.seconds
    )
  }
}

extension MethodContext {
  /// Scores by some perturbed models.
  nonisolated func scores(
    of models: DesignLosses,
    _ objective: PerturbedObjective,
    _ estimator: Estimator
  ) throws -> Scores {
    let profiles = models.losses.queries.enumerated().map { QueryProfile(name: $1, members: [$0]) }
    let scores = try Attributor(
      losses: models.losses,
      design: models.design,
      estimator: estimator
    ).scores(for: profiles)
    guard objective == .trak, estimator == .covariance else { return scores }
    // TRAK's factor from margins to losses, on the side of the training example.
    let factors = target.losses.prefix(count).map { -expm1(-$0) }
    return self.scores(
      scores.values.indices.map { scores.values[$0] * factors[$0 % factors.count] },
      by: scores.estimator
    )
  }

  /// What models did on the queries, with the names that all scores use.
  nonisolated func measured(_ truth: GroundTruth) throws -> SubsetOutcomes {
    try SubsetOutcomes(
      train: task.trainIDs,
      queries: task.queryIDs,
      subsets: truth.subsets,
      outcomes: truth.outcomes
    )
  }
}

extension DesignLosses {
  /// Variance of each training example's loss over the models.
  var variances: [Double] {
    losses.train.indices.map { example in
      let column = losses.column(train: example)
      return variance(
        of: losses.models.indices.compactMap { losses[model: $0, column: column]?.value }
      )
    }
  }
}
