internal import Attribution
internal import Experiment
internal import Store

/// One session of a run at work: from where the store stands to the end or to what stops it.
struct RunSession: Sendable {
  /// The run.
  let run: Run
  /// The observer of events.
  let monitor: RunMonitor
  /// What may be spent.
  let budget: Budget
  /// What acts cost; `nil` when the provider's rates are unknown.
  let tariff: Tariff?
  /// Which examples are read under which models.
  let coverage: Coverage
  /// As many models as may be open at once.
  let gate: Gate

  /// Prepares a session.
  init(run: Run, standing: RunStanding, monitor: RunMonitor) {
    let corpus = run.corpus
    self.run = run
    self.monitor = monitor
    budget = Budget(
      run: run.settings.name,
      cap: run.cap,
      spent: standing.dollars ?? 0,
      told: { monitor.spent($0) }
    )
    gate = Gate(max(1, run.scorer.scorerCapabilities.modelsAtOnce))
    tariff = run.rates.map { Tariff($0, corpus: corpus, scorer: run.scorer) }
    coverage = Coverage(run.settings, corpus: corpus)
  }

  /// Does all that is still to be done.
  ///
  /// - Parameter models: θ0, then the perturbed models, as they are recorded.
  /// - Throws: What ends the run.
  func work(_ models: [ModelRecord]) async throws {
    guard let target = models.first else { return }
    try Task.checkCancellation()
    let reference: ModelReference
    if target.isMade, let known = target.reference {
      reference = known
    } else {
      reference = try await train(target, from: run.settings.base)
    }
    // θ0 is the canary: what cannot be read is found out before K models are paid for.
    try await Waits.$model.withValue(Run.name(of: target.position)) {
      try await read(target, under: reference)
    }
    try requireReading(of: target)
    monitor.enter(.models)
    try await perturb(
      models.dropFirst(),
      from: run.settings.start == .target ? reference : run.settings.base
    )
    if let refusal = budget.refusal { throw refusal }
    // Cut off between two acts, tasks end without an error of their own.
    try Task.checkCancellation()
  }

  /// Ends a run none of whose examples has a loss under θ0: it would not under any other model.
  private func requireReading(of target: ModelRecord) throws(RunError) {
    try run.store.flush()
    let standing = try run.standing()
    guard let read = standing.models.first, read.missing > 0,
      read.measured + read.censored == 0
    else { return }
    let readings = try storing { () throws(StoreError) in
      try run.database.readings(model: target.number)
    }
    let reasons = RunStatus.Missing.grouped(
      readings.map { (reason: $0.reading.source, example: example($0.example).id, count: 1) }
    )
    // Not kept: the same command asks again once the cause is mended.
    try storing { () throws(StoreError) in try run.database.forgetReadings(model: target.number) }
    throw RunError(
      .provider,
      "cannot read losses of any example under the target: "
        + reasons.prefix(3).map(\.line).joined(separator: "; ")
    )
  }

  /// Trains and reads losses of the perturbed models, each kind of work within its own limit.
  private func perturb(_ models: ArraySlice<ModelRecord>, from start: ModelReference?) async throws
  {
    // One more than may be open: it is written down what will be asked of the next model while the
    // one before is read, so that the host never waits for the disk.
    let readers = min(max(1, run.scorer.scorerCapabilities.modelsAtOnce) + 1, models.count)
    let (trained, line) = AsyncStream.makeStream(of: Trained.self)
    for model in models {
      if model.isMade { line.yield(Trained(model: model, reference: model.reference)) }
    }
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        defer { line.finish() }
        try await train(models.filter { !$0.isMade }, from: start) { line.yield($0) }
      }
      for _ in 0..<readers {
        group.addTask {
          for await next in trained where budget.refusal == nil {
            try await givingUp(next.model) {
              try await Waits.$model.withValue(Run.name(of: next.model.position)) {
                try await read(next.model, under: next.reference)
              }
            }
          }
        }
      }
      // The first error ends the group and cancels what is left of it.
      while try await group.next() != nil {}
    }
  }

  /// The model of a subset: trained, or the start as it is where the subset is empty.
  private func made(
    _ model: ModelRecord,
    from start: ModelReference?
  ) async throws -> ModelReference? {
    guard run.settings.isStart(run.design.subsets[model.position]) else {
      return try await train(model, from: start)
    }
    try storing { () throws(StoreError) in
      try run.database.adopt(start, model: model.number)
    }
    monitor.trained(model.position)
    return start
  }

  private func train(
    _ models: [ModelRecord],
    from start: ModelReference?,
    handOver: @escaping @Sendable (Trained) -> Void
  ) async throws {
    let jobs = min(
      run.settings.parallelJobs,
      max(1, run.trainer.trainerCapabilities.parallelJobs)
    )
    try await withThrowingTaskGroup(of: Void.self) { group in
      for (index, model) in models.enumerated() {
        if index >= jobs { try await group.next() }
        try Task.checkCancellation()
        if budget.refusal != nil { break }
        group.addTask {
          try await givingUp(model) {
            handOver(Trained(model: model, reference: try await made(model, from: start)))
          }
        }
      }
      while try await group.next() != nil {}
    }
  }

  /// Goes on without a model that failed, and without any more acts once the cap is reached.
  private func givingUp(_ model: ModelRecord, _ body: () async throws -> Void) async throws {
    do {
      try await body()
    } catch let error as ModelFailure {
      monitor.failed(model.position, reason: error.reason)
    } catch let error as RunError where error.code == .budget {
      // The budget keeps it, and it is thrown once what is under way has ended.
    }
  }

  /// What to throw for a provider's error, once it is recorded.
  ///
  /// An act that was cut off by cancellation stays unanswered: its outcome is unknown.
  ///
  /// - Parameters:
  ///   - act: The act; `nil` when it failed before it was asked for.
  ///   - kind: Its kind.
  ///   - model: The model.
  ///   - error: The error.
  /// - Returns: `ModelFailure` where the run goes on without the model, else what ends it.
  /// - Throws: `RunError` of the store.
  func record(
    failureOf act: Int64?,
    _ kind: Act.Kind,
    _ model: ModelRecord,
    _ error: any Error
  ) throws(RunError) -> any Error {
    if error is CancellationError || Task.isCancelled { return CancellationError() }
    let reason = String(describing: error)
    try storing { () throws(StoreError) in
      try run.database.fail(act, kind: kind, model: model.number, reason: reason)
    }
    // Without θ0 there is nothing to explain, and what fails for it will fail for all.
    return model.position < 0 || error.isLasting ? error : ModelFailure(reason: reason)
  }

  private struct Trained: Sendable {
    let model: ModelRecord
    /// `nil` is the provider's base.
    let reference: ModelReference?
  }
}

/// One perturbed model is given up; the reason is recorded already.
struct ModelFailure: Error {
  /// The provider's error in words.
  let reason: String
}

extension ModelRecord {
  /// Whether it needs no training any more.
  fileprivate var isMade: Bool { status == .succeeded }
}

extension Error {
  /// Whether a provider says that every further request would fail in the same way.
  var isLasting: Bool { (self as? any ProviderError)?.isLasting ?? false }
}
