import Experiment
import Synchronization
import TestSupport

/// A scorer that counts what is open and under way at once, and remembers every call.
final class MeteredScorer: Scorer {
  /// One call.
  struct Call: Hashable {
    let model: String
    let examples: [String]
    let round: Int
  }

  /// What has happened so far.
  struct Meter {
    var calls: [Call] = []
    /// Calls that were answered.
    var answered: [Call] = []
    var opened: [String] = []
    var closed: [String] = []
    var mostOpen = 0
    var underWay = 0
    var mostUnderWay = 0
    /// Calls that came while their model was not open.
    var unopened = 0
    /// Closings in a task that was cancelled.
    var closedCancelled = 0
  }

  let scorerCapabilities: ScorerCapabilities
  private let state = Mutex(Meter())
  private let opening: @Sendable (String) async throws -> Void
  private let script: @Sendable (Call) async throws -> Void

  init(
    batch: Int = 4,
    concurrency: Int = 1,
    modelsAtOnce: Int = 1,
    script: @escaping @Sendable (Call) async throws -> Void = { _ in },
    opening: @escaping @Sendable (String) async throws -> Void = { _ in }
  ) {
    scorerCapabilities = ScorerCapabilities(
      exact: true,
      batch: batch,
      concurrency: concurrency,
      modelsAtOnce: modelsAtOnce,
      method: "scripted"
    )
    self.opening = opening
    self.script = script
  }

  var meter: Meter { state.withLock { $0 } }

  func open(_ model: ModelReference?) async throws {
    let name = model?.name ?? "base"
    state.withLock { meter in
      meter.opened.append(name)
      meter.mostOpen = max(meter.mostOpen, meter.opened.count - meter.closed.count)
    }
    try await opening(name)
  }

  func close(_ model: ModelReference?) async {
    state.withLock { meter in
      meter.closed.append(model?.name ?? "base")
      if Task.isCancelled { meter.closedCancelled += 1 }
    }
  }

  func read(
    _ examples: [Example],
    under model: ModelReference?,
    round: Int
  ) async throws -> [LossReading] {
    let name = model?.name ?? "base"
    let call = Call(model: name, examples: examples.map(\.id), round: round)
    state.withLock { meter in
      meter.calls.append(call)
      meter.underWay += 1
      meter.mostUnderWay = max(meter.mostUnderWay, meter.underWay)
      let isOpen =
        meter.opened.count { $0 == name } > meter.closed.count { $0 == name }
      if !isOpen { meter.unopened += 1 }
    }
    defer { state.withLock { $0.underWay -= 1 } }
    try await script(call)
    state.withLock { $0.answered.append(call) }
    return examples.map { ScriptedScorer.reading(of: $0, under: model) }
  }

  /// Ten tokens an example.
  func tokens(in example: Example) -> Int { 10 }
}

/// Waits, giving way to others, until a condition holds or it has given way very often.
func waiting(until condition: () -> Bool) async {
  for _ in 0..<200_000 where !condition() { await Task.yield() }
}
