import Attribution
import Configuration
import Experiment
import Runs

extension PreparedRun {
  /// Refuses a plan that costs more than the configuration allows.
  func requireBudget(_ plan: RunPlan) throws(Failure) {
    guard let cap, let dollars = plan.dollars, dollars > cap else { return }
    let cents = (dollars * 100).rounded()
    throw Failure(
      .budget,
      "cannot keep the budget of $\(cap): the plan costs about $\(cents / 100)",
      hint: "raise budget.dollars, or lower perturbation.models; 'daunce run' would stop at the cap"
    )
  }

  /// Refuses an estimator that the run's models cannot serve: too few of them, or of another kind.
  static func requireModels(
    _ settings: RunSettings,
    for request: EstimatorRequest
  ) throws(Failure) {
    let estimator: Estimator? =
      switch request {
      case .named(let estimator): estimator
      case .auto:
        EstimatorChoice.recommended(
          purpose: Defaults.purpose,
          start: settings.start,
          grouped: false,
          models: settings.models
        ).estimator
      case .probing, .mirror: nil
      }
    let matrix = settings.perturbation.matrix
    guard request.matrix ?? matrix == matrix else {
      throw Failure(
        .usage,
        "cannot start run '\(settings.name)': estimator '\(request.name)' is "
          + (request.matrix == Estimator.matrix ? "not for " : "only for ")
          + (Self.words(request.matrix) ?? Self.words(matrix) ?? "other models"),
        hint: "leave 'estimator' out, and 'auto' picks one"
      )
    }
    guard matrix == Estimator.matrix, let estimator else { return }
    guard settings.models < estimator.minimumModels else { return }
    throw Failure(
      .usage,
      "cannot start run '\(settings.name)': estimator '\(estimator.rawValue)' needs at least "
        + "\(estimator.minimumModels) models, perturbation.models is \(settings.models)",
      hint: "25 or more give usable scores"
    )
  }

  /// What a configuration says for models of a kind; `nil` for random subsets.
  private static func words(_ matrix: MatrixKind?) -> String? {
    switch matrix {
    case .queries: "perturbation.method: \"probing\""
    case .mirrors: "perturbation.kind: \"mirror\""
    case .subsets, .removals, nil: nil
    }
  }

  /// Refuses examples that no model of the run can read to their end.
  func requireFitting(_ examples: [Example]) throws(Failure) {
    guard let context = providers.scorer.scorerCapabilities.context else { return }
    for example in examples {
      let tokens =
        providers.scorer.tokens(in: example) + providers.scorer.scorerCapabilities.overhead
      guard tokens > context else { continue }
      throw Failure(
        .failed,
        "cannot use example '\(example.id)': it has \(tokens) tokens, the model reads at "
          + "most \(context)",
        hint: "shorten it, or raise trainer.architecture.context"
      )
    }
  }
}

extension RunStatus {
  /// Ends the command with status 3 when the run is only partly done.
  func requireCompletion(store: String) throws(Failure) {
    guard phase != .complete else { return }
    throw Failure(
      .partial,
      "run '\(store)' is partial: \(models.failed) of \(models.planned) models failed and "
        + "\(losses.unread) of \(losses.expected) losses are missing",
      hint: "scores rest on the models that are complete; the same command tries the others again"
    )
  }
}
