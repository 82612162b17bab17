import Attribution
import Campaign
import Experiment

extension Workbench {
  /// Makes a run whose models are tuned, or behind prompts where the settings have some.
  ///
  /// - Parameters:
  ///   - corpus: The examples.
  ///   - settings: What to do.
  ///   - tuner: Who fine-tunes; `nil` when nothing is to be tuned.
  ///   - scorer: Who prices.
  ///   - throughput: How fast they work.
  ///   - rates: What they charge.
  ///   - cap: Most US dollars the run may spend.
  ///   - notes: What the user must know of them.
  ///   - store: Path of the store.
  /// - Throws: `AttributionError` when subsets or prompts cannot be drawn; `ConfigurationError` when
  ///   nobody tunes what has to be.
  init(
    corpus: Corpus,
    settings: RunSettings,
    tuner: (any Trainer)?,
    pricing scorer: any Scorer,
    throughput: Run.Throughput?,
    rates: Rates?,
    cap: Double? = nil,
    notes: [String] = [],
    store: String
  ) throws {
    var (trainer, scorer, notes) = (tuner, scorer, notes)
    if let prompts = settings.prompts {
      let prompted = PromptedScorer(scorer, train: corpus.train, for: prompts)
      scorer = prompted
      notes += [prompts.caution, prompts.advice].compactMap { $0 }
      trainer = try PromptTrainer(
        prompts,
        train: corpus.train,
        subset: settings.subsetSize(of: corpus.train.count),
        tuner: tuner,
        scorer: prompted
      )
    }
    guard let trainer else {
      throw ConfigurationError(.missing, path: "trainer", "'trainer' is missing")
    }
    try self.init(
      corpus: corpus,
      settings: settings,
      trainer: trainer,
      scorer: scorer,
      throughput: throughput,
      rates: rates,
      cap: cap,
      notes: notes,
      store: store
    )
  }
}
