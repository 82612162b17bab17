import Attribution
import Experiment
import Glibc
import Statistics
import WhiteBox

extension Method {
  /// DAUNCE with every objective and estimator, and what else perturbed models give.
  static let perturbed: [Method] =
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
  static let scaled: [(method: Method, estimator: Estimator)] = estimators(for: .loss).map {
    (daunce(.loss, $0), $0)
  }

  private static func daunce(
    _ objective: PerturbedObjective,
    _ estimator: Estimator
  ) -> Method {
    Method(
      name(objective, estimator),
      objective == .loss ? .fineTuning : .weights,
      applies: { $0.settings.perturbations[objective] != nil }
    ) { bench in
      let models = try await bench.models(objective)
      let count = models.signals.models.count
      return Outcome(
        scores: try bench.scores(of: models, models: count, estimator),
        selfScores: models.variances,
        trainings: count,
        passes: Double(count),
        trainingSeconds: models.seconds
      )
    }
  }

  /// Difference of mean query losses with and without each example in the subset.
  private static let inclusionDifference = Method(
    "inclusion-difference",
    .fineTuning,
    applies: { $0.settings.perturbations[.loss] != nil }
  ) { bench in
    let models = try await bench.models(.loss)
    let outcomes = try SubsetOutcomes(
      train: bench.trainIDs,
      queries: bench.queryIDs,
      subsets: models.design.draws.map(\.members),
      outcomes: bench.queryIDs.indices.map { query in
        let column = models.signals.column(query: query)
        return models.signals.models.indices.map {
          -(models.signals[model: $0, column: column]?.value ?? .nan)
        }
      }
    )
    return Outcome(
      scores: outcomes.inclusionDifferences(),
      trainings: models.signals.models.count,
      passes: 0,
      trainingSeconds: models.seconds
    )
  }
}

extension Bench {
  /// Scores by the first K of some perturbed models.
  nonisolated func scores(
    of models: PerturbedModels,
    models count: Int,
    _ estimator: Estimator
  ) throws -> Scores {
    let (signals, design) = models.first(count)
    let profiles = signals.queries.enumerated().map { QueryProfile(name: $1, members: [$0]) }
    let scores = try Attributor(losses: signals, design: design, estimator: estimator)
      .scores(for: profiles)
    guard models.perturbation.objective == .trak, estimator == .covariance else { return scores }
    // TRAK's factor from margins to losses, on the side of the training example.
    let factors = workshop.targetLosses.prefix(scores.train.count).map { -expm1(-$0) }
    return self.scores(
      scores.values.indices.map { scores.values[$0] * factors[$0 % factors.count] },
      by: scores.estimator
    )
  }
}

extension PerturbedModels {
  /// Variance of each training example's signal over the models.
  var variances: [Double] {
    signals.train.indices.map { example in
      let column = signals.column(train: example)
      return variance(
        of: signals.models.indices.compactMap { signals[model: $0, column: column]?.value }
      )
    }
  }
}
