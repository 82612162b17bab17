internal import Attribution
package import Experiment

/// How much of a run is done, in models, each counted by its share of the plan's tokens.
package struct RunShare: Sendable {
  /// Models of the run, θ0 among them where the run trains it.
  package let models: Int
  private let totalTokens: Double
  private let targetTokens: Double
  private let modelTokens: Double
  private let scoringTokens: Double

  /// Shares out the tokens of a plan.
  ///
  /// - Parameters:
  ///   - plan: The run's plan.
  ///   - settings: What it is to do.
  ///   - design: What each of its models is trained on.
  package init(_ plan: RunPlan, settings: RunSettings, design: SubsetDesign) {
    let rows = design.examples
    let epochs = settings.target == nil ? Double(settings.targetHyperparameters.epochs ?? 1) : 0
    let members = design.subsets.reduce(0) { $0 + $1.members.count }
    let perModel =
      settings.prompts != nil
      ? 0
      : Double(members * settings.perturbation.copies) / Double(max(1, design.models))
        * Double(settings.hyperparameters.epochs ?? 1)
    // The plan's training tokens, shared out by how many rows each model sees.
    let rowsSeen = max(1, Double(rows) * epochs + perModel * Double(settings.models))
    let perRow = Double(plan.trainingTokens) / rowsSeen
    targetTokens = Double(rows) * epochs * perRow
    // Models that are made by scoring have their share of what is scored.
    let optimising =
      Double(plan.scoringTokens) * Double(plan.optimisedInputs) / Double(max(1, plan.scoredInputs))
    modelTokens = perModel * perRow + optimising / Double(max(1, settings.models))
    scoringTokens = Double(plan.scoringTokens) - optimising
    models = settings.models + (settings.target == nil ? 1 : 0)
    totalTokens = Double(max(1, plan.trainingTokens + plan.scoringTokens))
  }

  /// How many models' worth of work is done.
  package func done(_ progress: RunProgress) -> Double {
    var done =
      Double(progress.trained) * modelTokens
      + Double(progress.pairs) / Double(max(1, progress.expectedPairs)) * scoringTokens
    if progress.stage == .models { done += targetTokens }
    for (model, training) in progress.training {
      done += training.fraction * (model == "target" ? targetTokens : modelTokens)
    }
    return done / totalTokens * Double(models)
  }
}
