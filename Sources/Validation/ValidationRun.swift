import Attribution
package import Experiment
package import ReferenceModels
package import Runs
import Statistics
import Synchronization
import WhiteBox

/// Scores a learning task by every method and judges the scores against what retraining shows.
package struct ValidationRun: Sendable {
  let context: MethodContext
  let progress: @Sendable (ValidationStage) -> Void

  /// Prepares a validation.
  ///
  /// - Parameters:
  ///   - target: The task, with its θ0.
  ///   - settings: What is done.
  ///   - runner: Who trains models on subsets.
  ///   - progress: Told what is done next.
  /// - Throws: `ValidationError` for a method that is not known.
  package init(
    _ target: TargetModel,
    settings: ValidationSettings,
    runner: DesignRunner,
    progress: @escaping @Sendable (ValidationStage) -> Void = { _ in }
  ) throws {
    let known = AttributionMethod.all.map(\.name)
    for name in (settings.methods ?? []) + (settings.counterfactuals?.methods ?? [])
    where !known.contains(name) {
      throw ValidationError(
        "cannot score by '\(name)'",
        cause: "there is no such method",
        hint: "methods: \(known.joined(separator: ", "))"
      )
    }
    context = MethodContext(target, settings, runner)
    self.progress = progress
  }

  private var task: LearningTask { context.task }
  private var settings: ValidationSettings { context.settings }

  /// Does all of it.
  ///
  /// - Returns: The leaderboard, best method first.
  /// - Throws: What trainings and methods throw; `CancellationError`.
  package func leaderboard() async throws -> Leaderboard {
    try await withTaskExecutorPreference(ArithmeticThreads.shared) { try await compared() }
  }

  private func compared() async throws -> Leaderboard {
    let (truth, truthSeconds) = try await truth(from: .base, settings.truth)
    var further: GroundTruth?
    if let wanted = settings.further { further = try await self.truth(from: .target, wanted).truth }

    var entries: [Entry] = []
    var notes: [String] = []
    let wanted = AttributionMethod.all.filter(isWanted)
    for (place, method) in wanted.enumerated() {
      guard method.applies(context) else {
        if settings.methods != nil { notes.append("\(method.name) does not apply here") }
        continue
      }
      try Task.checkCancellation()
      progress(.scoring(method: method.name, done: place, of: wanted.count))
      let clock = ContinuousClock()
      let begin = clock.now
      let before = context.spent.withLock { $0 }
      do {
        let output = try await method.score(context)
        if let note = output.note { notes.append("\(method.name): \(note)") }
        let after = context.spent.withLock { $0 }
        let scoring = (clock.now - begin) / .seconds(1) - (after.clock - before.clock)
        let training = output.trainingSeconds ?? after.core - before.core
        entries.append(Entry(method: method, output: output, seconds: scoring + training))
      } catch let error as any MethodFailure {
        notes.append("\(method.name) is left out: \(error)")
      }
    }

    guard !entries.isEmpty else {
      throw ValidationError(
        "cannot compare methods on '\(task.name)'",
        cause: "none of those asked for applies: " + notes.joined(separator: "; "),
        hint: "leave 'methods' out for all that do"
      )
    }
    progress(.judging)
    let measured = try context.measured(truth)
    let judged = try judge(entries, on: measured)
    let onwards = try further.map { try judge(entries, on: context.measured($0)) }
    let order = entries.indices.sorted {
      (judged.methods[$0].mean ?? -2) > (judged.methods[$1].mean ?? -2)
    }
    let rows = order.map { index in
      row(entries[index], judged, onwards, index: index, best: order[0])
    }
    let count = task.train.count
    var board = Leaderboard(
      subject: task.name,
      examples: count,
      queries: task.queries.count,
      parameters: context.target.parameters.count,
      trainLoss: mean(of: Array(context.target.losses.prefix(count))),
      queryLoss: mean(of: Array(context.target.losses.dropFirst(count))),
      subsets: settings.truth.models,
      seeds: settings.truth.seeds,
      ceiling: truth.ceiling(),
      skipped: judged.methods.first?.skipped ?? 0,
      rows: rows,
      truthSeconds: truthSeconds
    )
    board.notes = notes
    try await addScaling(to: &board, of: entries, on: measured)
    if let wanted = settings.counterfactuals {
      progress(.training("counterfactuals"))
      let counterfactuals = Counterfactuals(context, wanted, entries)
      board.removals = try await counterfactuals.removals()
      board.brittleness = try await counterfactuals.brittleness()
      board.tailPatches = try await counterfactuals.tailPatches()
    }
    board.decay = try await decay(of: entries)
    return board
  }

  /// A method with what it gave.
  struct Entry: Sendable {
    let method: AttributionMethod
    let output: MethodOutput
    /// Seconds of one core, trainings included.
    let seconds: Double
  }

  private func isWanted(_ method: AttributionMethod) -> Bool {
    settings.methods?.contains(method.name) ?? true
  }

  /// Trains models on random subsets, each with several seeds, and reads them.
  private func truth(
    from start: Start,
    _ wanted: ValidationSettings.Truth
  ) async throws -> (truth: GroundTruth, seconds: Double) {
    progress(.training(start == .base ? "retraining" : "further training"))
    try wanted.check(examples: context.count)
    let size = try SubsetDesign.size(ratio: wanted.ratio, of: context.count)
    let seed = settings.seed &+ (start == .base ? 1000 : 2000)
    let seeds = max(1, wanted.seeds)
    var generator = SplitMix64(seed: seed, stream: 11)
    let drawn = (0..<wanted.models).map { _ in generator.sample(size, of: context.count) }
    let subsets = (0..<seeds).flatMap { repetition in
      var order = SplitMix64(seed: seed, stream: 12 + UInt64(repetition))
      return drawn.map { Subset(seed: order.next(), members: $0) }
    }
    let models = try await context.losses(
      of: SubsetDesign(examples: context.count, start: start, seed: seed, subsets: subsets),
      recipe: wanted.recipe
    )
    return (
      GroundTruth(losses: models.losses, design: models.design, seeds: seeds), models.seconds
    )
  }

  /// The methods' linear datamodelling scores, with thresholds where they are wanted.
  private func judge(
    _ entries: [Entry],
    on outcomes: SubsetOutcomes
  ) throws -> DatamodellingComparison {
    var scores = entries.map(\.output.scores)
    var truth = outcomes
    if let kind = settings.threshold {
      let (choosing, reporting) = try outcomes.halves()
      scores = scores.map { Threshold.chosen(kind, for: $0, on: choosing).applied(to: $0) }
      truth = reporting
    }
    return DatamodellingComparison(
      of: scores,
      on: truth,
      draws: settings.draws,
      seed: settings.seed
    )
  }

  private func row(
    _ entry: Entry,
    _ judged: DatamodellingComparison,
    _ onwards: DatamodellingComparison?,
    index: Int,
    best: Int
  ) -> Leaderboard.Row {
    func figure(_ comparison: DatamodellingComparison) -> Leaderboard.Figure? {
      comparison.methods[index].mean.map {
        Leaderboard.Figure($0, interval: comparison.intervals[index])
      }
    }
    let retrieval = retrieval(entry.output.scores)
    let flipped = task.trainTags.map { $0.contains("flipped") }
    return Leaderboard.Row(
      method: entry.method.name,
      access: entry.method.access,
      lds: figure(judged),
      further: onwards.flatMap(figure),
      behind: index == best
        ? nil
        : judged.difference(best, index).map {
          Leaderboard.Figure($0.mean, interval: $0.interval)
        },
      ap: retrieval?.averagePrecision.mean,
      auroc: retrieval.flatMap {
        $0.areaAgainstHardNegatives.mean ?? $0.areaUnderROC.mean
      },
      mislabelled: entry.output.selfScores.flatMap {
        MislabelDetection(suspicion: $0, mislabelled: flipped).areaUnderROC
      },
      trainings: entry.output.trainings,
      passes: entry.output.passes,
      seconds: entry.seconds
    )
  }

  /// How well the scores of queries with a trigger find the examples that planted it; `nil` where
  /// nothing is planted.
  private func retrieval(_ scores: Scores) -> PlantedRetrieval? {
    func places(_ tag: String) -> Set<Int> {
      Set(task.trainTags.indices.filter { task.trainTags[$0].contains(same: tag) })
    }
    let (planted, decoys) = (places(task.planted.tag), places(task.planted.decoys))
    let asked = task.queryTags.map { $0.contains(same: task.planted.tag) }
    guard !planted.isEmpty, asked.contains(true) else { return nil }
    return PlantedRetrieval(
      of: scores,
      planted: asked.map { $0 ? planted : [] },
      hardNegatives: asked.map { $0 ? decoys : [] }
    )
  }

  /// How the product's own estimators grow with the number of perturbed models.
  private func addScaling(
    to board: inout Leaderboard,
    of entries: [Entry],
    on truth: SubsetOutcomes
  ) async throws {
    guard settings.models.count > 1 else { return }
    let known = Set(entries.map(\.method.name))
    for (method, estimator) in AttributionMethod.scaled where known.contains(method.name) {
      let models = try await context.models(.loss)
      do {
        let lds = try settings.models.compactMap { count in
          LinearDatamodelling(
            of: try context.scores(of: models.first(count), .loss, estimator),
            on: truth
          ).mean
        }
        // Where no query can be judged there is nothing to show.
        guard lds.count == settings.models.count else { continue }
        let curve = SaturationCurve(counts: settings.models.map(Double.init), values: lds)
        board.scaling.append(
          Leaderboard.Scaling(
            method: method.name,
            models: settings.models,
            lds: lds,
            // No score is above 1; a limit beyond is a curve that was not fitted by enough models.
            limit: curve.flatMap { $0.limit <= 1 ? $0.limit : nil },
            enough: curve.flatMap { $0.limit <= 1 ? $0.countFor95Percent : nil }
          )
        )
      } catch let error as any MethodFailure {
        board.notes.append("the growth of \(method.name) is not shown: \(error)")
      }
    }
  }
}

/// What a validation is doing.
package enum ValidationStage: Sendable, Hashable {
  /// Models are trained, for what the name says; the runner counts them.
  case training(String)
  /// Examples are scored by the next method, so many being done.
  case scoring(method: String, done: Int, of: Int)
  /// Scores are compared with the ground truth.
  case judging
}

/// A failure of one method that says nothing about the others: it is reported and left out.
protocol MethodFailure: Error {}

extension AttributionError: MethodFailure {}

extension WhiteBoxError: MethodFailure {}
