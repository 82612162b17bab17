import Experiment

/// Keeps a model open at a scorer as long as anybody holds it.
///
/// Optimising prompts and pricing behind them go on side by side, both under θ0.
actor Tenancy {
  private let scorer: any Scorer
  private var tenants: [String: Int] = [:]
  private var changes: [String: Task<Void, any Error>] = [:]

  /// Creates a book of who holds what.
  init(_ scorer: any Scorer) { self.scorer = scorer }

  /// Holds a model, opening it first where nobody does.
  func enter(_ model: ModelReference?) async throws {
    let name = model?.name ?? ""
    tenants[name, default: 0] += 1
    if tenants[name] == 1 {
      let before = changes[name]
      changes[name] = Task { [scorer] in
        _ = await before?.result
        try await scorer.open(model)
      }
    }
    do {
      try await changes[name]?.value
    } catch {
      await leave(model)
      throw error
    }
  }

  /// Lets a model go; the last one closes it.
  func leave(_ model: ModelReference?) async {
    let name = model?.name ?? ""
    tenants[name, default: 1] -= 1
    guard tenants[name] == 0 else { return }
    let before = changes[name]
    let closing = Task<Void, any Error> { [scorer] in
      _ = await before?.result
      await scorer.close(model)
    }
    changes[name] = closing
    _ = await closing.result
  }
}
