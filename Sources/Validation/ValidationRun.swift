import Attribution
package import Experiment
import Statistics
import Synchronization
import WhiteBox

/// Scores one subject by every method and judges the scores against what retraining shows.
package struct ValidationRun: Sendable {
  let bench: Bench
  let progress: @Sendable (ValidationStage) -> Void

  /// Prepares a validation.
  ///
  /// - Parameters:
  ///   - workshop: Where models are trained.
  ///   - settings: What is done.
  ///   - progress: Told what is done next.
  /// - Throws: `ValidationError` for a method that is not known.
  package init(
    _ workshop: Workshop,
    settings: ValidationSettings,
    progress: @escaping @Sendable (ValidationStage) -> Void = { _ in }
  ) throws {
    let known = Method.all.map(\.name)
    for name in (settings.methods ?? []) + (settings.counterfactuals?.methods ?? [])
    where !known.contains(name) {
      throw ValidationError(
        "cannot score by '\(name)'",
        cause: "there is no such method",
        hint: "methods: \(known.joined(separator: ", "))"
      )
    }
    bench = Bench(workshop, settings)
    self.progress = progress
  }

  private var subject: Subject { bench.subject }
  private var settings: ValidationSettings { bench.settings }

  /// Does all of it.
  ///
  /// - Returns: The leaderboard, best method first.
  /// - Throws: What trainings and methods throw; `CancellationError`.
  package func leaderboard() async throws -> Leaderboard {
    try await withTaskExecutorPreference(ArithmeticThreads.shared) { try await compared() }
  }

  private func compared() async throws -> Leaderboard {
    let truth = try await truth(.retraining, settings.truth)
    var further: GroundTruth?
    if let wanted = settings.further { further = try await self.truth(.furtherTraining, wanted) }

    var entries: [Entry] = []
    var notes: [String] = []
    let wanted = Method.all.filter(isWanted)
    for (place, method) in wanted.enumerated() {
      guard method.applies(bench) else {
        if settings.methods != nil { notes.append("\(method.name) does not apply here") }
        continue
      }
      try Task.checkCancellation()
      progress(.scoring(method: method.name, done: place, of: wanted.count))
      let clock = ContinuousClock()
      let begin = clock.now
      let before = bench.workshop.spent.withLock { $0 }
      do {
        let outcome = try await method.score(bench)
        if let note = outcome.note { notes.append("\(method.name): \(note)") }
        let after = bench.workshop.spent.withLock { $0 }
        let scoring = (clock.now - begin) / .seconds(1) - (after.clock - before.clock)
        let training = outcome.trainingSeconds ?? after.core - before.core
        entries.append(Entry(method: method, outcome: outcome, seconds: scoring + training))
      } catch let error as any MethodFailure {
        notes.append("\(method.name) is left out: \(error)")
      }
    }

    guard !entries.isEmpty else {
      throw ValidationError(
        "cannot compare methods on '\(subject.name)'",
        cause: "none of those asked for applies: " + notes.joined(separator: "; "),
        hint: "leave 'methods' out for all that do"
      )
    }
    progress(.judging)
    let judged = try judge(entries, on: truth.outcomes(for: bench))
    let onwards = try further.map { try judge(entries, on: $0.outcomes(for: bench)) }
    let order = entries.indices.sorted {
      (judged.methods[$0].mean ?? -2) > (judged.methods[$1].mean ?? -2)
    }
    let rows = order.map { index in
      row(entries[index], judged, onwards, index: index, best: order[0])
    }
    let count = subject.train.count
    var board = Leaderboard(
      subject: subject.name,
      examples: count,
      queries: subject.queries.count,
      parameters: bench.workshop.target.count,
      trainLoss: mean(of: Array(bench.workshop.targetLosses.prefix(count))),
      queryLoss: mean(of: Array(bench.workshop.targetLosses.dropFirst(count))),
      subsets: settings.truth.models,
      seeds: settings.truth.seeds,
      ceiling: LinearDatamodelling.ceiling(truth.readings),
      skipped: judged.methods.first?.skipped ?? 0,
      rows: rows,
      truthSeconds: truth.seconds
    )
    board.notes = notes
    try await addScaling(to: &board, of: entries, on: truth.outcomes(for: bench))
    if let wanted = settings.counterfactuals {
      progress(.training("counterfactuals"))
      let counterfactuals = Counterfactuals(bench, wanted, entries)
      board.removals = try await counterfactuals.removals()
      board.brittleness = try await counterfactuals.brittleness()
      board.tailPatches = try await counterfactuals.tailPatches()
    }
    board.decay = try await decay(of: entries)
    return board
  }

  /// A method with what it gave.
  struct Entry: Sendable {
    let method: Method
    let outcome: Method.Outcome
    /// Seconds of one core, trainings included.
    let seconds: Double
  }

  private func isWanted(_ method: Method) -> Bool {
    settings.methods?.contains(method.name) ?? true
  }

  private func truth(
    _ kind: GroundTruth.Kind,
    _ wanted: ValidationSettings.Truth
  ) async throws -> GroundTruth {
    progress(.training(kind == .retraining ? "retraining" : "further training"))
    return try await GroundTruth(
      kind,
      models: wanted.models,
      size: SubsetDesign.size(ratio: wanted.ratio, of: subject.train.count),
      seeds: wanted.seeds,
      recipe: wanted.recipe ?? subject.recipe,
      seed: settings.seed &+ (kind == .retraining ? 1000 : 2000),
      in: bench.workshop
    )
  }

  /// The methods' linear datamodelling scores, with thresholds where they are wanted.
  private func judge(
    _ entries: [Entry],
    on outcomes: SubsetOutcomes
  ) throws -> DatamodellingComparison {
    var scores = entries.map(\.outcome.scores)
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
    let retrieval = retrieval(entry.outcome.scores)
    let flipped = subject.trainTags.map { $0.contains("flipped") }
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
      mislabelled: entry.outcome.selfScores.flatMap {
        MislabelDetection(suspicion: $0, mislabelled: flipped).areaUnderROC
      },
      trainings: entry.outcome.trainings,
      passes: entry.outcome.passes,
      seconds: entry.seconds
    )
  }

  /// How well the scores of queries with a trigger find the examples that planted it; `nil` where
  /// nothing is planted.
  private func retrieval(_ scores: Scores) -> PlantedRetrieval? {
    func places(_ tag: String) -> Set<Int> {
      Set(subject.trainTags.indices.filter { subject.trainTags[$0].contains(same: tag) })
    }
    let (planted, decoys) = (places(subject.planted.tag), places(subject.planted.decoys))
    let asked = subject.queryTags.map { $0.contains(same: subject.planted.tag) }
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
    for (method, estimator) in Method.scaled where known.contains(method.name) {
      let models = try await bench.models(.loss)
      do {
        let lds = try settings.models.compactMap { count in
          LinearDatamodelling(
            of: try bench.scores(of: models, models: count, estimator),
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
  /// Models are trained, for what the name says; the workshop's observer counts them.
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

extension GroundTruth {
  /// The outcomes with the names that all scores use.
  func outcomes(for bench: Bench) throws -> SubsetOutcomes {
    try SubsetOutcomes(
      train: bench.trainIDs,
      queries: bench.queryIDs,
      subsets: subsets,
      outcomes: outcomes
    )
  }
}
