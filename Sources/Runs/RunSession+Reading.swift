internal import Experiment
internal import Store
internal import Synchronization

extension RunSession {
  /// Reads losses of one model as far as that is not recorded yet.
  ///
  /// The model is open meanwhile, and closed whatever happens.
  ///
  /// - Parameters:
  ///   - model: The model as it is recorded.
  ///   - reference: The model; `nil` is the provider's base.
  /// - Throws: `ModelFailure`, or what ends the run.
  func read(_ model: ModelRecord, under reference: ModelReference?) async throws {
    try Task.checkCancellation()
    let passes = [
      try pass(.reading, coverage.columns, known: model.answered, model),
      try pass(
        .repeat,
        model.position < 0 ? [] : coverage.repeats[model.position],
        known: model.repeated,
        model
      ),
    ].compactMap(\.self)
    if let first = passes.first {
      var asked: Int64? = try ask(first, model)
      try await gate.enter()
      defer { gate.leave() }
      if let refusal = budget.refusal { throw refusal }
      let hosting = tariff.flatMap { HostingMeter($0.rates) }
      var failure: (any Error)?
      do {
        try await open(reference, model, asked)
        for pass in passes {
          let act = try asked.take() ?? ask(pass, model)
          try await read(pass, act, model, under: reference, hosting)
        }
      } catch {
        failure = error
      }
      // Not structured: what was opened has to be closed in a run that is cancelled, too.
      await Task { await run.scorer.close(reference) }.value
      try charge(hosting, model)
      if let failure { throw failure }
    }
    monitor.read(model.position)
  }

  /// The examples of one reading in the order they are asked in, and which of them are recorded.
  private struct Pass: Sendable {
    let kind: Act.Kind
    let wanted: [Int]
    /// Whether an example is recorded, by its number; empty when none is.
    let recorded: [Bool]

    var open: [Int] { recorded.isEmpty ? wanted : wanted.filter { !recorded[$0] } }

    /// What is open of a batch; batches are cut where they always were, so that a resumed pass asks
    /// for the very same ones.
    func batch(from first: Int, size: Int) -> [Int] {
      let batch = wanted[first..<min(first + size, wanted.count)]
      return recorded.isEmpty ? Array(batch) : batch.filter { !recorded[$0] }
    }
  }

  /// The calls of a pass, handed out in order to whoever asks next.
  private final class Calls: Sendable {
    private let pass: Pass
    private let size: Int
    private let first = Mutex(0)

    init(_ pass: Pass, size: Int) {
      self.pass = pass
      self.size = size
    }

    /// The examples of the next call; `nil` when there is none.
    func next() -> [Int]? {
      first.withLock { first in
        while first < pass.wanted.count {
          let batch = pass.batch(from: first, size: size)
          first += size
          if !batch.isEmpty { return batch }
        }
        return nil
      }
    }

    /// Hands out no more.
    func end() { first.withLock { $0 = pass.wanted.count } }
  }

  /// Writes down that a pass is about to be asked for.
  private func ask(_ pass: Pass, _ model: ModelRecord) throws(RunError) -> Int64 {
    try storing { () throws(StoreError) in
      try run.database.askReadings(pass.kind, model: model.number, examples: pass.open[...])
    }
  }

  private func open(
    _ reference: ModelReference?,
    _ model: ModelRecord,
    _ act: Int64?
  ) async throws {
    do {
      try await run.scorer.open(reference)
    } catch {
      throw try record(failureOf: act, .reading, model, error)
    }
  }

  private func pass(
    _ kind: Act.Kind,
    _ wanted: [Int],
    known: Int,
    _ model: ModelRecord
  ) throws(RunError) -> Pass? {
    var recorded: [Bool] = []
    if known > 0 {
      recorded = [Bool](
        repeating: false,
        count: run.corpus.train.count + run.corpus.queries.count
      )
      let numbers = try storing { () throws(StoreError) in
        try run.database.answered(model: model.number, kind)
      }
      for number in numbers where recorded.indices.contains(number) { recorded[number] = true }
    }
    // Counting would not do: a model that several runs share may have losses of other columns.
    let pass = Pass(kind: kind, wanted: wanted, recorded: recorded)
    return pass.open.isEmpty ? nil : pass
  }

  /// Asks for one reading of a model in a sliding window of calls.
  ///
  /// After a failure nothing more is asked for, but what is under way is waited for and recorded: it
  /// is paid for.
  private func read(
    _ pass: Pass,
    _ act: Int64,
    _ model: ModelRecord,
    under reference: ModelReference?,
    _ hosting: HostingMeter?
  ) async throws {
    let capabilities = run.scorer.scorerCapabilities
    let size = max(1, capabilities.batch)
    let window = max(1, capabilities.concurrency / max(1, capabilities.modelsAtOnce))
    let calls = Calls(pass, size: size)
    // As many tasks as calls may be under way, not a task a call: a task costs more than reading a
    // reply.
    let fault = await withTaskGroup(of: Fault?.self) { group in
      for _ in 0..<min(window, (pass.wanted.count + size - 1) / size) {
        group.addTask(executorPreference: run.scorer.executor) {
          await ask(calls, pass.kind, model, under: reference, hosting)
        }
      }
      var fault: Fault?
      for await next in group {
        guard let next, fault == nil || next.isEnding && fault?.isEnding == false else { continue }
        fault = next
        if next.isEnding { group.cancelAll() }
      }
      return fault
    }
    switch fault {
    case .provider(let error)?:
      throw try record(failureOf: act, pass.kind, model, error)
    case .run(let error)?: throw error
    case nil:
      try storing { () throws(StoreError) in
        try run.database.answerReadings(act, model: model.number)
      }
    }
  }

  /// Makes one call after another until none is left, or one of them, whoever makes it, fails.
  private func ask(
    _ calls: Calls,
    _ kind: Act.Kind,
    _ model: ModelRecord,
    under reference: ModelReference?,
    _ hosting: HostingMeter?
  ) async -> Fault? {
    while let numbers = calls.next() {
      if Task.isCancelled { return .provider(CancellationError()) }
      let cost = tariff?.scoring(numbers, isPerturbed: model.position >= 0)
      do throws(RunError) {
        try budget.reserve(
          cost?.dollars ?? 0,
          for: "read \(numbers.count) examples under \(Run.name(of: model.position))"
        )
      } catch {
        calls.end()
        return .run(error)
      }
      if let fault = await ask(numbers, kind, model, under: reference, cost: cost, hosting) {
        calls.end()
        return fault
      }
    }
    return nil
  }

  /// Makes one call and queues its losses.
  private func ask(
    _ numbers: [Int],
    _ kind: Act.Kind,
    _ model: ModelRecord,
    under reference: ModelReference?,
    cost: Spending?,
    _ hosting: HostingMeter?
  ) async -> Fault? {
    var spent = 0.0
    defer { budget.settle(cost?.dollars ?? 0, spent: spent) }
    let readings: [LossReading]
    do {
      readings = try await run.scorer.read(
        numbers.map { example($0) },
        under: reference,
        round: kind == .repeat ? 2 : 1
      )
      guard readings.count == numbers.count else {
        throw RunError(
          .provider,
          "cannot read losses under '\(reference?.name ?? "the base")': asked for \(numbers.count) losses, got "
            + "\(readings.count)"
        )
      }
    } catch {
      return .provider(error)
    }
    do throws(RunError) {
      try storing { () throws(StoreError) in
        try run.database.record(
          zip(numbers, readings).map { NumberedReading(example: $0, reading: $1) },
          kind,
          model: model.number,
          spending: cost
        )
      }
      spent = cost?.dollars ?? 0
      try charge(hosting, model)
    } catch {
      return .run(error)
    }
    monitor.paid(readings.count)
    return nil
  }

  private func charge(_ hosting: HostingMeter?, _ model: ModelRecord) throws(RunError) {
    guard let dollars = hosting?.dollars() else { return }
    budget.settle(0, spent: dollars)
    try storing { () throws(StoreError) in
      try run.database.enqueue(
        .spending(Spending(.hosting, tokens: 0, dollars: dollars), model: model.number)
      )
    }
  }

  /// The example of a number: training rows first, then queries.
  func example(_ number: Int) -> Example {
    let count = run.corpus.train.count
    return number < count ? run.corpus.train[number] : run.corpus.queries[number - count]
  }
}

/// Why a pass ends early.
private enum Fault: Sendable {
  /// The scorer failed.
  case provider(any Error)
  /// The store failed, or the cap is reached.
  case run(RunError)

  /// Whether what is under way is not worth waiting for: its answers could not be recorded, or would
  /// fail likewise.
  var isEnding: Bool {
    switch self {
    case .provider(let error): error.isLasting || error is CancellationError
    case .run(let error): error.code != .budget
    }
  }
}

/// Measures how long a model is open, where that costs money.
private final class HostingMeter: Sendable {
  private let rates: Rates
  private let last: Mutex<ContinuousClock.Instant>

  /// Starts measuring; `nil` where hosting costs nothing.
  init?(_ rates: Rates) {
    guard rates.hosting > 0 else { return nil }
    self.rates = rates
    last = Mutex(.now)
  }

  /// What the time since the last call costs.
  func dollars() -> Double {
    let now = ContinuousClock.now
    let elapsed = last.withLock { last in
      defer { last = max(last, now) }
      return last.duration(to: now)
    }
    return rates.hosting(elapsed)
  }
}
