import Attribution
import Runs
import Experiment

/// Everything a run needs, checked and ready; nothing is spent yet.
struct Workbench: Sendable {
  /// The examples.
  let corpus: Corpus
  /// What to do.
  let settings: RunSettings
  /// Who is trained on what.
  let design: SubsetDesign
  /// Who trains.
  let trainer: any Trainer
  /// Who reads losses.
  let scorer: any Scorer
  /// How fast they work; `nil` when unknown.
  let throughput: Run.Throughput?
  /// What they charge; `nil` when unknown.
  let rates: Rates?
  /// Most US dollars the run may spend; `nil` is no limit.
  let cap: Double?
  /// What the user must know of the hosts, in full sentences.
  let notes: [String]
  /// The ways to make prompts that a plan compares; none for fine-tunes.
  let offers: @Sendable () -> [PlannedPrompts]
  /// Path of the store.
  let store: String

  /// Makes a run.
  ///
  /// - Parameters:
  ///   - corpus: The examples.
  ///   - settings: What to do.
  ///   - trainer: Who trains.
  ///   - scorer: Who reads losses.
  ///   - throughput: How fast they work.
  ///   - rates: What they charge.
  ///   - cap: Most US dollars the run may spend.
  ///   - notes: What the user must know of them.
  ///   - offers: The ways to make prompts that a plan compares.
  ///   - store: Path of the store.
  /// - Throws: `AttributionError` when the subsets cannot be drawn.
  init(
    corpus: Corpus,
    settings: RunSettings,
    trainer: any Trainer,
    scorer: any Scorer,
    throughput: Run.Throughput?,
    rates: Rates?,
    cap: Double? = nil,
    notes: [String] = [],
    offers: @escaping @Sendable () -> [PlannedPrompts] = { [] },
    store: String
  ) throws(AttributionError) {
    self.offers = offers
    self.corpus = corpus
    self.settings = settings
    self.trainer = trainer
    self.scorer = scorer
    self.throughput = throughput
    self.rates = rates
    self.cap = cap
    self.notes = notes
    self.store = store
    design =
      settings.isProbing
      ? .probing(examples: corpus.train.count, queries: settings.models, seed: settings.seed)
      : try SubsetDesign.random(
        examples: corpus.train.count,
        models: settings.models,
        size: settings.subsetSize(of: corpus.train.count),
        start: settings.start,
        seed: settings.seed,
        weighted: settings.weighted
      )
  }

  /// The same examples and models for other settings.
  ///
  /// - Parameters:
  ///   - settings: What to do.
  ///   - store: Path of the other run's store.
  /// - Returns: The run.
  /// - Throws: `AttributionError` when the subsets cannot be drawn.
  func rearranged(_ settings: RunSettings, store: String) throws(AttributionError) -> Workbench {
    try Workbench(
      corpus: corpus,
      settings: settings,
      trainer: trainer,
      scorer: scorer,
      throughput: throughput,
      rates: rates,
      cap: cap,
      notes: notes,
      offers: offers,
      store: store
    )
  }

  /// What the run would ask for.
  func plan() -> RunPlan {
    Run.plan(
      corpus: corpus,
      settings: settings,
      trainer: trainer,
      scorer: scorer,
      rates: rates,
      throughput: throughput
    )
  }

  /// Refuses a plan that costs more than the configuration allows.
  ///
  /// - Parameter plan: The plan.
  /// - Throws: `Failure` of status 5.
  func requireBudget(_ plan: RunPlan) throws(Failure) {
    guard let cap, let dollars = plan.dollars, dollars > cap else { return }
    let cents = (dollars * 100).rounded()
    throw Failure(
      .budget,
      "cannot keep the budget of $\(cap): the plan costs about $\(cents / 100)",
      hint: "raise budget.dollars, or lower perturbation.models; 'daunce run' would stop at the cap"
    )
  }

  /// The folder of weights that belongs to a store: `run.models` beside `run.db`.
  ///
  /// - Parameter store: Path of the store.
  /// - Returns: Path of the folder.
  static func weightsFolder(ofStore store: String) -> String {
    siblingPath(of: store, extension: "models")
  }

  /// The path with another extension, or with one more where it has that one already.
  ///
  /// - Parameters:
  ///   - path: A file's path.
  ///   - ending: The new extension, without a dot.
  /// - Returns: A path in the same folder.
  static func siblingPath(of path: String, extension ending: String) -> String {
    let start = path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex
    let name = path[start...]
    guard let dot = name.lastIndex(of: "."), dot > start, name[dot...] != "." + ending else {
      return path + "." + ending
    }
    return path[..<dot] + "." + ending
  }

  /// Refuses an estimator that the run's models cannot serve: too few of them, or of another kind.
  ///
  /// - Parameters:
  ///   - settings: What to do.
  ///   - request: The estimator.
  /// - Throws: `Failure`.
  static func requireModels(
    _ settings: RunSettings,
    for request: EstimatorRequest
  ) throws(Failure) {
    let estimator: Estimator? =
      switch request {
      case .named(let estimator): estimator
      case .auto:
        EstimatorChoice.recommended(
          purpose: .retrieval,
          start: settings.start,
          grouped: false,
          models: settings.models
        ).estimator
      case .probing: nil
      }
    guard settings.isProbing == (estimator == nil) || request == .auto else {
      throw Failure(
        .usage,
        "cannot start run '\(settings.name)': estimator '\(request.name)' is "
          + (settings.isProbing ? "not for" : "only for") + " perturbation.method: \"probing\"",
        hint: "leave 'estimator' out, and 'auto' picks one"
      )
    }
    guard !settings.isProbing, let estimator else { return }
    guard settings.models < estimator.minimumModels else { return }
    throw Failure(
      .usage,
      "cannot start run '\(settings.name)': estimator '\(estimator.rawValue)' needs at least "
        + "\(estimator.minimumModels) models, perturbation.models is \(settings.models)",
      hint: "25 or more give usable scores"
    )
  }

  /// Refuses examples that no model of the run can read to their end.
  ///
  /// - Parameter examples: The examples.
  /// - Throws: `Failure` naming the first that is too long.
  func requireFitting(_ examples: [Example]) throws(Failure) {
    guard let context = scorer.scorerCapabilities.context else { return }
    for example in examples {
      let tokens = scorer.tokens(in: example) + scorer.scorerCapabilities.overhead
      guard tokens > context else { continue }
      throw Failure(
        .failed,
        "cannot use example '\(example.id)': it has \(tokens) tokens, the model reads at "
          + "most \(context)",
        hint: "shorten it, or raise trainer.architecture.context"
      )
    }
  }
}
