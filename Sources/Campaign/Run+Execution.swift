public import Experiment
internal import Store
internal import Synchronization

extension Run {
  /// Does all that is still to be done: θ0 first, then the perturbed models side by side.
  ///
  /// Each answer is committed as it arrives. A model whose training or pricing fails is recorded
  /// with its reason and the run goes on without it; a failure of θ0, of the store, or one that the
  /// provider calls lasting, ends it.
  ///
  /// - Parameter observer: Told what happens, from any thread.
  /// - Returns: Where the run stands at its end: `complete`, or `partial` when a model failed.
  /// - Throws: `CancellationError` when cancelled, with every answer so far recorded;
  ///   `CampaignError` of the store; the provider's own error when θ0 could not be made or priced, or
  ///   when it is lasting.
  public func execute(
    observer: @escaping @Sendable (CampaignEvent) -> Void = { _ in }
  ) async throws -> RunStatus {
    let contents = try reload()
    try storing { () throws(StoreError) in try database.setEnded(false) }
    let monitor = RunMonitor(contents, settings: settings, observer: observer)

    guard let target = contents.models.first else { return RunStatus(contents, settings: settings) }
    let reference = try await advance(target, from: settings.base, monitor)
    monitor.enter(.models)
    let start = settings.start == .target ? reference : settings.base

    let remaining = contents.models.dropFirst()
    let jobs = min(settings.parallelJobs, max(1, trainer.trainerCapabilities.parallelJobs))
    try await withThrowingTaskGroup(of: Void.self) { group in
      for (index, model) in remaining.enumerated() {
        if index >= jobs { try await group.next() }
        group.addTask {
          do {
            _ = try await self.advance(model, from: start, monitor)
          } catch let error as ModelFailure {
            monitor.failed(model.number, reason: error.reason)
          }
        }
      }
      try await group.waitForAll()
    }
    try storing { () throws(StoreError) in try database.setEnded(true) }
    return RunStatus(try reload(), settings: settings)
  }

  private func reload() throws(CampaignError) -> RunContents {
    guard let contents = try storing({ () throws(StoreError) in try database.contents() }) else {
      throw CampaignError(.storeEmpty, "cannot read run store '\(database.path)': it holds no run")
    }
    return contents
  }

  /// Trains and prices one model as far as that is not recorded yet.
  private func advance(
    _ model: ModelRecord,
    from start: ModelReference?,
    _ monitor: RunMonitor
  ) async throws -> ModelReference {
    try Task.checkCancellation()
    let reference: ModelReference
    if model.status == .succeeded, let known = model.reference {
      reference = known
    } else {
      reference = try await train(model, from: start, monitor)
      try Task.checkCancellation()
    }
    let first = Array(0..<(corpus.train.count + corpus.queries.count))
    try await price(first, .price, model, under: reference, monitor)
    if model.number >= 0 {
      let second = settings.repeatedPairs(train: corpus.train.count, queries: corpus.queries.count)
      try await price(second[model.number], .repeat, model, under: reference, monitor)
    }
    monitor.priced(model.number)
    return reference
  }

  private func train(
    _ model: ModelRecord,
    from start: ModelReference?,
    _ monitor: RunMonitor
  ) async throws -> ModelReference {
    let number = model.number
    let draw = number < 0 ? nil : design.draws[number]
    let job = TrainingJob(
      key: model.key,
      start: start,
      examples: draw.map { $0.members.map { corpus.train[$0] } } ?? corpus.train,
      weights: draw?.weights,
      hyperparameters: number < 0 ? settings.targetHyperparameters : settings.hyperparameters,
      seed: model.seed,
      keepsCheckpoints: settings.keepsCheckpoints
    )
    let act = try storing { () throws(StoreError) in
      try database.askTraining(model: number, key: job.key)
    }
    monitor.training(number, 0)
    defer { monitor.training(number, nil) }
    let result: TrainedModel
    do {
      result = try await trainer.train(job) { monitor.training(number, $0) }
    } catch {
      throw try giveUp(act, .train, number, error)
    }
    try storing { () throws(StoreError) in
      try database.answerTraining(act, model: number, result: result)
    }
    monitor.trained(number)
    return result.model
  }

  /// Prices what is not recorded yet, one call after another, each committed before the next.
  private func price(
    _ wanted: [Int],
    _ kind: Act.Kind,
    _ model: ModelRecord,
    under reference: ModelReference,
    _ monitor: RunMonitor
  ) async throws {
    let known = kind == .price ? model.answered : model.repeated
    guard known < wanted.count else { return }
    let recorded = try storing { () throws(StoreError) in
      Set(try database.answered(model: model.number, kind))
    }
    let open = wanted.filter { !recorded.contains($0) }
    let size = max(1, scorer.scorerCapabilities.batch)
    for first in stride(from: 0, to: open.count, by: size) {
      try Task.checkCancellation()
      let numbers = open[first..<min(first + size, open.count)]
      let act = try storing { () throws(StoreError) in
        try database.askPrices(kind, model: model.number, examples: numbers)
      }
      let prices: [Price]
      do {
        prices = try await scorer.price(numbers.map { example($0) }, under: reference)
        guard prices.count == numbers.count else {
          throw CampaignError(
            .provider,
            "cannot price under '\(reference.name)': asked for \(numbers.count) prices, got "
              + "\(prices.count)"
          )
        }
      } catch {
        throw try giveUp(act, kind, model.number, error)
      }
      try storing { () throws(StoreError) in
        try database.answerPrices(
          act,
          kind,
          model: model.number,
          prices: zip(numbers, prices).map { NumberedPrice(example: $0, price: $1) }
        )
      }
      monitor.paid(prices.count)
    }
  }

  private func example(_ number: Int) -> Example {
    let count = corpus.train.count
    return number < count ? corpus.train[number] : corpus.queries[number - count]
  }

  /// Records a provider's error and says what to throw for it.
  ///
  /// An act that was cut off by cancellation stays unanswered: its outcome is unknown.
  private func giveUp(
    _ act: Int64,
    _ kind: Act.Kind,
    _ model: Int,
    _ error: any Error
  ) throws(CampaignError) -> any Error {
    if error is CancellationError || Task.isCancelled { return CancellationError() }
    let reason = String(describing: error)
    try storing { () throws(StoreError) in
      try database.fail(act, kind: kind, model: model, reason: reason)
    }
    // Without θ0 there is nothing to explain, and what fails for it will fail for all.
    let isLasting = (error as? any ProviderError)?.isLasting ?? false
    return model < 0 || isLasting ? error : ModelFailure(reason: reason)
  }
}

/// One perturbed model is given up; the reason is recorded already.
private struct ModelFailure: Error {
  let reason: String
}

/// Counts what happens and tells the observer.
private final class RunMonitor: Sendable {
  private let progress: Mutex<RunProgress>
  private let observer: @Sendable (CampaignEvent) -> Void

  init(
    _ contents: RunContents,
    settings: RunSettings,
    observer: @escaping @Sendable (CampaignEvent) -> Void
  ) {
    let status = RunStatus(contents, settings: settings)
    let columns = contents.corpus.train.count + contents.corpus.queries.count
    let repeats = settings.repeatedPairs(
      train: contents.corpus.train.count,
      queries: contents.corpus.queries.count
    )
    progress = Mutex(
      RunProgress(
        stage: .target,
        models: settings.models,
        trained: status.models.succeeded,
        priced: 0,
        failed: 0,
        pairs: contents.models.reduce(0) { $0 + $1.answered + $1.repeated },
        expectedPairs: columns * contents.models.count + repeats.reduce(0) { $0 + $1.count }
      )
    )
    self.observer = observer
  }

  func enter(_ stage: RunProgress.Stage) { tell(.advanced) { $0.stage = stage } }

  func training(_ model: Int, _ fraction: Double?) {
    tell(.advanced) { $0.training[Run.name(of: model)] = fraction }
  }

  func trained(_ model: Int) {
    tell(.trained(model: Run.name(of: model))) { $0.trained += model < 0 ? 0 : 1 }
  }

  func priced(_ model: Int) {
    tell(.priced(model: Run.name(of: model))) { $0.priced += model < 0 ? 0 : 1 }
  }

  func paid(_ pairs: Int) { tell(.advanced) { $0.pairs += pairs } }

  func failed(_ model: Int, reason: String) {
    tell(.failed(model: Run.name(of: model), reason: reason)) { $0.failed += 1 }
  }

  private func tell(
    _ occurrence: CampaignEvent.Occurrence,
    _ change: (inout RunProgress) -> Void
  ) {
    let progress = progress.withLock { progress in
      change(&progress)
      return progress
    }
    observer(CampaignEvent(occurrence: occurrence, progress: progress))
  }
}
