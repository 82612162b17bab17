public import Experiment
internal import Store

/// A run under way: the only writer of its store.
///
/// The same corpus, settings and design always mean the same run, so opening an existing store
/// resumes it, with more models or with a part of them, too. Models that failed are tried again; nothing
/// that is recorded is asked for again.
public final class Run: Sendable {
  /// The examples.
  public let corpus: Corpus
  /// What the run is to do.
  public let settings: RunSettings
  /// The subset design.
  public let design: SubsetDesign
  /// Whether the store held the run already.
  public let resumed: Bool
  /// The run's number in the store.
  let number: Int

  let trainer: any Trainer
  let scorer: any Scorer
  let rates: Rates?
  let cap: Double?
  let store: RunStore
  var database: RunDatabase { store.database }

  /// Creates a run, or takes it up where its store says it stopped.
  ///
  /// - Parameters:
  ///   - store: The run's store.
  ///   - corpus: The examples.
  ///   - settings: What to do.
  ///   - design: The subset design, recorded when the run is created.
  ///   - trainer: The trainer.
  ///   - scorer: The scorer.
  ///   - program: Version of the program, for the record.
  ///   - rates: What the provider charges; `nil` when that is unknown.
  ///   - cap: US dollars that the run may spend, earlier sessions included; it needs rates.
  /// - Throws: `RunError`: `settings` when they do not fit together, `anotherRun` when the
  ///   store holds a different run of that name or on other examples, or what is wrong with the store.
  public init(
    store: RunStore,
    corpus: Corpus,
    settings: RunSettings,
    design: SubsetDesign,
    trainer: any Trainer,
    scorer: any Scorer,
    program: String,
    rates: Rates? = nil,
    cap: Double? = nil
  ) throws(RunError) {
    try Self.check(
      corpus: corpus,
      settings: settings,
      design: design,
      trainer: trainer,
      rates: rates,
      cap: cap
    )
    let place = try RunPlace(
      store: store,
      corpus: corpus,
      settings: settings,
      design: design,
      trainer: trainer.identity,
      method: scorer.scorerCapabilities.method,
      program: program
    )
    self.corpus = corpus
    self.settings = place.settings
    number = place.number
    resumed = place.isKnown
    self.design = design
    self.trainer = trainer
    self.scorer = scorer
    self.rates = rates
    self.cap = cap
    self.store = store
    let standing = try self.standing()
    if rates != nil, standing.spending.isEmpty, let target = standing.models.first {
      // From here on it is known what is spent: nothing so far.
      let nothing = Spending(.training, tokens: 0, dollars: 0)
      try storing { () throws(StoreError) in
        try database.enqueue(.spending(nothing, model: target.number))
      }
    }
  }

  /// Checks that a run's parts fit together, before a store is made for it.
  ///
  /// - Parameters:
  ///   - corpus: The examples.
  ///   - settings: What to do.
  ///   - design: The subset design.
  ///   - trainer: The trainer.
  ///   - rates: What the provider charges.
  ///   - cap: US dollars that the run may spend.
  /// - Throws: `RunError` with code `settings`, naming the first thing that does not fit.
  public static func check(
    corpus: Corpus,
    settings: RunSettings,
    design: SubsetDesign,
    trainer: any Trainer,
    rates: Rates? = nil,
    cap: Double? = nil
  ) throws(RunError) {
    try settings.validate(corpus: corpus, design: design, trainer: trainer.trainerCapabilities)
    func require(_ condition: Bool, _ cause: String) throws(RunError) {
      guard condition else {
        throw RunError(.settings, "cannot start run '\(settings.name)': \(cause)")
      }
    }
    try require(
      design.subsets.allSatisfy { $0.excluded == nil },
      "a subset excludes rows in place, which no host offers"
    )
    try require(rates?.isValid ?? true, "a rate is negative or not a number")
    try require(cap.map { $0.isFinite && $0 >= 0 } ?? true, "the cap is negative or not a number")
    try require(cap == nil || rates != nil, "a cap on dollars needs the provider's rates")
  }

  /// How many of its models, θ0 included, are made already, by this run or by one that shares them.
  public func known() throws(RunError) -> Int {
    try standing().models.count { $0.status == .succeeded }
  }

  /// How far the run is: θ0 and its perturbed models, as many as the settings ask for.
  func standing() throws(RunError) -> RunStanding {
    try storing { () throws(StoreError) in try database.standing(run: number) }
      .first(settings.models)
  }

  /// Name of a model in results and events: `target` for θ0, else `model-0`, `model-1`, ….
  static func name(of number: Int) -> String { number < 0 ? "target" : "model-\(number)" }
}
