import Experiment

/// Keeps a model open at a scorer as long as anybody holds it.
///
/// Optimising prompts and reading losses behind them go on side by side, both under θ0.
actor Tenancy {
  private let scorer: any Scorer
  private var tenants: [ModelReference?: Int] = [:]
  private var changes: [ModelReference?: Task<Void, any Error>] = [:]

  init(_ scorer: any Scorer) { self.scorer = scorer }

  /// Holds a model, opening it first where nobody does.
  func enter(_ model: ModelReference?) async throws {
    tenants[model, default: 0] += 1
    if tenants[model] == 1 {
      let before = changes[model]
      changes[model] = Task { [scorer] in
        _ = await before?.result
        try await scorer.open(model)
      }
    }
    do {
      try await changes[model]?.value
    } catch {
      await leave(model)
      throw error
    }
  }

  /// Lets a model go; the last one closes it.
  func leave(_ model: ModelReference?) async {
    tenants[model, default: 1] -= 1
    guard tenants[model] == 0 else { return }
    let before = changes[model]
    let closing = Task<Void, any Error> { [scorer] in
      _ = await before?.result
      await scorer.close(model)
    }
    changes[model] = closing
    _ = await closing.result
  }
}
