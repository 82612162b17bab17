import Attribution
import Experiment
import Reports
import Runs
import Terminal

extension PreparedRun {
  /// Makes three models, two of which are the run's own, and reads off them how to go on.
  ///
  /// - Parameters:
  ///   - display: Where it says what it does.
  ///   - progress: The line of its own.
  ///   - open: The store.
  /// - Returns: What the models say, and the plan of the run that they advise; `nil` where no number of models
  ///   would do.
  /// - Throws: What ends the pilot, or a `Failure` where a model is missing.
  func pilot(
    _ display: Display,
    _ progress: Progress,
    writing open: RunStore
  ) async throws -> (pilot: Pilot, plan: RunPlan?) {
    let run = try PilotRun(settings, design)
    let status = try await with(run.settings, run.design).run(
      "pilot",
      display: display,
      progress: progress,
      writing: open
    )
    try status.requireCompletion(store: store)
    let pilot = try run.pilot(store: store)
    var advised = settings
    advised.subset = .ratio(pilot.advice.subsetRatio)
    advised.start = pilot.advice.start
    let plan = try pilot.advice.models.map { models throws(AttributionError) in
      advised.models = models
      return with(advised, try advised.design(of: corpus)).plan()
    }
    return (pilot, plan)
  }
}
