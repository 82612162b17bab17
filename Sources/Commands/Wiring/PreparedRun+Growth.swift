import Attribution
import Experiment
import Reports
import Runs
import Terminal

extension PreparedRun {
  /// Runs, or resumes, batch by batch until its rule has models enough; at once where there is no rule.
  ///
  /// - Parameters:
  ///   - display: Where it says after each batch how far scores have settled.
  ///   - progress: The line of its own.
  ///   - open: The store.
  /// - Returns: Where the run stands at its end.
  /// - Throws: What ends a batch, or what the record cannot be scored for.
  func grow(
    _ display: Display,
    _ progress: Progress,
    writing open: RunStore
  ) async throws -> RunStatus {
    guard let rule else {
      return try await run("training", display: display, progress: progress, writing: open)
    }
    return try await grow(rule, display, progress, writing: open) { record in
      let behaviours = try record.study.convergence(of: corpus.behaviours)
      for behaviour in behaviours { display.note(behaviour.line) }
      return rule.reason(toStop: behaviours)
    }
  }

  /// The same with a reason of one's own to stop.
  ///
  /// - Parameters:
  ///   - rule: The batches.
  ///   - display: Where it says why it stopped.
  ///   - progress: The line of its own.
  ///   - open: The store.
  ///   - enough: Why the models recorded so far are enough, as a clause; `nil` where they are not.
  /// - Returns: Where the run stands at its end.
  /// - Throws: What ends a batch, or what `enough` throws.
  func grow(
    _ rule: StoppingRule,
    _ display: Display,
    _ progress: Progress,
    writing open: RunStore,
    until enough: (RunRecord) throws -> String?
  ) async throws -> RunStatus {
    // What a longer run has already is not looked at in parts.
    let made = (try? RunRecord(path: store, run: settings.name))?.models.count ?? 0
    var looks = rule.looks.drop { $0 < min(made, rule.max) }
    while true {
      let models = looks.popFirst() ?? rule.max
      var settings = settings
      settings.models = models
      let status = try await with(settings, design.first(models)).run(
        "training",
        display: display,
        progress: progress,
        writing: open,
        isQuiet: models > StoppingRule.first
      )
      let reason = try enough(RunRecord(path: store, run: settings.name))
      if let reason {
        display.note("enough with \(models) of at most \(rule.max) models: \(reason)")
      } else if looks.isEmpty {
        display.note("all \(rule.max) models are made, and scores have not settled")
      }
      if reason != nil || looks.isEmpty { return status }
    }
  }
}
