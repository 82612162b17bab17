import Attribution
import Experiment
import Hosts
import Reports
import Runs
import Terminal

/// Everything a run needs, checked and ready; nothing is spent yet.
struct PreparedRun: Sendable {
  /// The examples.
  let corpus: Corpus
  /// What to do.
  private(set) var settings: RunSettings
  /// Who is trained on what.
  private(set) var design: SubsetDesign
  /// Who trains and who reads losses.
  let providers: RunProviders
  /// How fast they work; `nil` when unknown.
  let throughput: Run.Throughput?
  /// What they charge; `nil` when unknown.
  let rates: Rates?
  /// Most US dollars the run may spend; `nil` is no limit.
  var cap: Double?
  /// What the user must know of hosts and settings, in full sentences.
  var notes: [String]
  /// Path of the store.
  let store: String
  /// What ends the run before all its models are made; `nil` makes them all.
  var rule: StoppingRule?

  /// Lays down who is trained on what.
  init(
    corpus: Corpus,
    settings: RunSettings,
    providers: RunProviders,
    throughput: Run.Throughput?,
    rates: Rates?,
    cap: Double? = nil,
    notes: [String] = [],
    store: String
  ) throws(AttributionError) {
    self.corpus = corpus
    self.settings = settings
    self.providers = providers
    self.throughput = throughput
    self.rates = rates
    self.cap = cap
    self.notes = notes + settings.notes
    self.store = store
    design = try settings.design(of: corpus)
  }

  /// Whether its models are the program's own.
  var isEmbedded: Bool { HostRegistry.all.isFree(settings.provider) }

  /// The same providers with another run.
  func with(_ settings: RunSettings, _ design: SubsetDesign) -> PreparedRun {
    var run = self
    run.settings = settings
    run.design = design
    return run
  }

  /// What the run would ask for; beside it all ways to make prompts, where it has some and they are to
  /// be compared.
  func plan(isComparing: Bool = false) -> RunPlan {
    var plan = Run.plan(
      corpus: corpus,
      settings: settings,
      design: design,
      trainer: providers.trainer,
      scorer: providers.scorer,
      rates: rates,
      throughput: throughput
    )
    if isComparing {
      plan.methods = providers.methods(beside: settings, corpus: corpus, rates: rates)
    }
    return plan
  }

  /// Runs, or resumes, to the end.
  ///
  /// Progress, called `task`, goes to a line of its own unless there is one; the store may be open
  /// already.
  func run(
    _ task: String,
    display: Display,
    progress: Progress? = nil,
    writing open: RunStore? = nil,
    isQuiet: Bool = false
  ) async throws -> RunStatus {
    try Run.check(corpus: corpus, settings: settings, design: design, trainer: providers.trainer)
    let run = try Run(
      store: open ?? RunStore(path: store),
      corpus: corpus,
      settings: settings,
      design: design,
      trainer: providers.trainer,
      scorer: providers.scorer,
      program: Tool.version,
      rates: rates,
      cap: cap
    )
    let known = try run.known()
    if run.resumed, !isQuiet {
      display.note("resuming '\(store)': \(known) of \(settings.models + 1) models are made")
    } else if known > (settings.target == nil ? 0 : 1), !isQuiet {
      display.note("'\(store)' has \(known) of its \(settings.models + 1) models, from another run")
    }
    let line = RunProgressLine(
      task,
      share: RunShare(plan(), settings: settings, design: design),
      display: display,
      progress: progress ?? display.progress()
    )
    defer { line.end() }
    return try await run.execute { line.observe($0) }
  }
}
