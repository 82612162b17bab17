internal import Attribution
internal import Experiment
internal import Store
internal import Synchronization

extension RunSession {
  /// Trains one model: the journal knows of it before it is asked for.
  ///
  /// - Parameters:
  ///   - model: The model as it is recorded.
  ///   - start: What it continues from; `nil` is the provider's base.
  /// - Returns: The trained model.
  /// - Throws: `ModelFailure`, or what ends the run.
  func train(
    _ model: ModelRecord,
    from start: ModelReference?
  ) async throws -> ModelReference {
    let (corpus, settings, number) = (run.corpus, run.settings, model.position)
    let subset = number < 0 ? nil : run.design.subsets[number]
    let examples =
      subset.map { settings.examples(of: $0, model: number, in: corpus) }
      ?? corpus.train.enumerated().map { (example: $1, column: $0, weight: 1) }
    let hyperparameters = number < 0 ? settings.targetHyperparameters : settings.hyperparameters
    let scored = number < 0 ? nil : run.trainer.trainerCapabilities.scoredInputs
    let estimate =
      scored.map { tariff?.optimising($0) }
      ?? tariff?.training(members: examples.map(\.column), epochs: hyperparameters.epochs ?? 1)
    let reserved = estimate?.dollars ?? 0
    try budget.reserve(reserved, for: "train \(Run.name(of: number))")
    var spent: Spending?
    defer { budget.settle(reserved, spent: spent?.dollars ?? 0) }
    let job = ModelJob(
      key: model.key,
      start: start,
      examples: examples.map(\.example),
      weights: subset?.weights == nil ? nil : examples.map(\.weight),
      hyperparameters: hyperparameters,
      seed: model.seed,
      keepsCheckpoints: settings.keepsCheckpoints,
      isTarget: number < 0
    )
    let act = try storing { () throws(StoreError) in
      try run.database.askTraining(model: model.number, key: job.key)
    }
    monitor.training(number, TrainingProgress(0))
    defer { monitor.training(number, nil) }
    let scoredSoFar = Mutex<ScoredInputs?>(nil)
    let result: TrainedModel
    do {
      result = try await Waits.$model.withValue(Run.name(of: number)) {
        try await run.trainer.train(job) { progress in
          scoredSoFar.withLock { $0 = progress.scored ?? $0 }
          monitor.training(number, progress)
        }
      }
    } catch {
      // Paid for, but not recorded: when the model is tried again, its record answers for this part
      // and is charged with the whole.
      spent = scoredSoFar.withLock { $0 }.flatMap { tariff?.scoring($0) }
      throw try record(failureOf: act, .train, model, error)
    }
    spent =
      result.scored.flatMap { tariff?.scoring($0) }
      ?? (result.tokens > 0 ? tariff?.training(tokens: result.tokens) : estimate)
    try storing { [spent] () throws(StoreError) in
      try run.database.answerTraining(act, model: model.number, result: result, spending: spent)
    }
    monitor.trained(number)
    return result.model
  }
}

extension RunSettings {
  /// Whether a subset's model is the start as it is, which nobody trains.
  func isStart(_ subset: Subset) -> Bool {
    perturbation.matrix.comparesStart && subset.members.isEmpty
  }

  /// What the model of a subset is trained on: an example, its column and its weight each.
  func examples(
    of subset: Subset,
    model: Int,
    in corpus: Corpus
  ) -> [(example: Example, column: Int, weight: Double)] {
    let weights = subset.weights ?? subset.members.map { _ in 1 }
    let count = corpus.train.count
    if perturbation.matrix == .queries { return [(corpus.queries[model], count + model, 1)] }
    let units = perturbation.unit.all(in: corpus)
    let first = perturbation.unit == .row ? 0 : count
    let members = zip(subset.members, weights).map { (units[$0], first + $0, $1) }
    return (0..<perturbation.copies).flatMap { _ in members }
  }
}
