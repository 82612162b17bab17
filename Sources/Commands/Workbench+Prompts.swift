import Attribution
import Campaign
import Experiment

extension Workbench {
  /// Who makes perturbed models, who prices them, and what the user must know of them.
  struct Providers {
    let trainer: any Trainer
    let scorer: any Scorer
    var notes: [String] = []
  }

  /// Puts prompts in the place of fine-tunes where the settings have some.
  ///
  /// - Parameters:
  ///   - settings: What to do.
  ///   - corpus: The examples.
  ///   - tuner: Who fine-tunes; `nil` when nothing is to be tuned.
  ///   - scorer: Who prices.
  /// - Returns: Trainer and scorer of the run.
  /// - Throws: `AttributionError` when prompts cannot be drawn; `ConfigurationError` when nobody tunes
  ///   what has to be.
  static func providers(
    _ settings: RunSettings,
    corpus: Corpus,
    tuner: (any Trainer)?,
    scorer: any Scorer
  ) throws -> Providers {
    guard let prompts = settings.prompts else {
      guard let tuner else {
        throw ConfigurationError(.missing, path: "trainer", "'trainer' is missing")
      }
      return Providers(trainer: tuner, scorer: scorer)
    }
    let prompted = PromptedScorer(
      scorer,
      train: corpus.train,
      queries: corpus.queries,
      for: prompts
    )
    return Providers(
      trainer: try PromptTrainer(
        prompts,
        train: corpus.train,
        subset: settings.subsetSize(of: corpus.train.count),
        tuner: tuner,
        scorer: prompted
      ),
      scorer: prompted,
      notes: [prompts.caution, prompts.advice].compactMap { $0 }
    )
  }
}
