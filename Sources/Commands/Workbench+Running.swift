import Runs
import Experiment
import Hosts
import Synchronization
import Terminal

extension Workbench {
  /// Runs, or resumes, to the end.
  ///
  /// - Parameters:
  ///   - task: What the progress line calls it.
  ///   - display: Where notes go.
  ///   - progress: Where progress goes; `nil` is a line of its own.
  ///   - open: The store where it is open already.
  /// - Returns: Where the run stands at its end.
  /// - Throws: What `Run` throws; `CancellationError` when cancelled.
  func run(
    _ task: String,
    display: Display,
    progress: Progress? = nil,
    writing open: RunStore? = nil
  ) async throws -> RunStatus {
    try Run.check(corpus: corpus, settings: settings, design: design, trainer: trainer)
    let run = try Run(
      store: open ?? RunStore(path: store),
      corpus: corpus,
      settings: settings,
      design: design,
      trainer: trainer,
      scorer: scorer,
      program: Tool.version,
      rates: rates,
      cap: cap
    )
    let known = try run.known()
    if run.resumed {
      display.note("resuming '\(store)': \(known) of \(settings.models + 1) models are made")
    } else if known > (settings.target == nil ? 0 : 1) {
      display.note("'\(store)' has \(known) of its \(settings.models + 1) models, from another run")
    }
    let meter = Meter(
      task,
      plan: plan(),
      workbench: self,
      progress: progress ?? display.progress()
    )
    defer { meter.end() }
    return try await run.execute { meter.observe($0) }.priced(by: settings)
  }
}

extension RunStatus {
  /// The status with what was spent where that is known: models of this program cost nothing.
  ///
  /// - Parameter settings: The run's settings.
  /// - Returns: The status.
  func priced(by settings: RunSettings) -> RunStatus {
    var status = self
    if HostRegistry.all.isFree(settings.provider) { status.dollars = 0 }
    return status
  }
}

/// Turns what happens in a run into one progress line, a model's share being its share of tokens.
private final class Meter: Sendable {
  private let progress: Progress
  private let task: String
  private let models: Int
  private let totalTokens: Double
  private let targetTokens: Double
  private let modelTokens: Double
  private let scoringTokens: Double
  private let hasBegun = Mutex(false)
  private let silence: Waiting

  init(_ task: String, plan: RunPlan, workbench: Workbench, progress: Progress) {
    let settings = workbench.settings
    let rows = Double(workbench.corpus.train.count)
    let epochs = settings.target == nil ? Double(settings.targetHyperparameters.epochs ?? 1) : 0
    let perModel =
      settings.prompts != nil
      ? 0
      : Double(settings.subsetSize(of: workbench.corpus.train.count))
        * Double(settings.hyperparameters.epochs ?? 1)
    // The plan's training tokens, shared out by how many rows each model sees.
    let rowsSeen = max(1, rows * epochs + perModel * Double(settings.models))
    let perRow = Double(plan.trainingTokens) / rowsSeen
    targetTokens = rows * epochs * perRow
    // Models that are made by scoring have their share of what is scored.
    let optimising =
      Double(plan.scoringTokens) * Double(plan.optimisedInputs) / Double(max(1, plan.scoredInputs))
    modelTokens = perModel * perRow + optimising / Double(max(1, settings.models))
    scoringTokens = Double(plan.scoringTokens) - optimising
    models = settings.models + (settings.target == nil ? 1 : 0)
    totalTokens = Double(max(1, plan.trainingTokens + plan.scoringTokens))
    self.task = task
    self.progress = progress
    silence = Waiting(for: "the next answer")
  }

  func observe(_ event: RunEvent) {
    silence.restart()
    let now = event.progress
    var done =
      Double(now.trained) * modelTokens
      + Double(now.pairs) / Double(max(1, now.expectedPairs)) * scoringTokens
    if now.stage == .models { done += targetTokens }
    for (model, training) in now.training {
      done += training.fraction * (model == "target" ? targetTokens : modelTokens)
    }
    let isFirst = hasBegun.withLock { begun in
      defer { begun = true }
      return !begun
    }
    let share = done / totalTokens * Double(models)
    if isFirst { progress.begin(task, unit: "models", total: models, completed: share) }
    progress.update(share, detail: Self.detail(now))
    if case .failed(let model, let reason) = event.occurrence {
      progress.note("\(model) failed: \(reason)".neutralised)
    }
  }

  func end() {
    silence.end()
    progress.end()
  }

  /// The first model whose prompt is being optimised, in words.
  private static func detail(_ now: RunProgress) -> String {
    let optimised = now.training.compactMap { model, training in
      training.scored.map { (model, $0.inputs, training) }
    }
    guard let (model, inputs, training) = optimised.min(by: { $0.0 < $1.0 }) else { return "" }
    var text = "\(model): \(ProgressLine.grouped(inputs))"
    if let limit = training.limit { text += " of \(ProgressLine.grouped(limit))" }
    text += " inputs"
    if let loss = training.loss { text += ", best loss \((loss * 1000).rounded() / 1000)" }
    return text
  }
}
