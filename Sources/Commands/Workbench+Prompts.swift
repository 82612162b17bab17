import Attribution
import Runs
import Experiment

extension Workbench {
  /// Who makes perturbed models, who reads their losses, and what the user must know of them.
  struct Providers {
    let trainer: any Trainer
    let scorer: any Scorer
    var notes: [String] = []
    var offers: @Sendable () -> [PlannedPrompts] = { [] }
  }

  /// A way to make prompts, with what its trainer could do and who would read losses.
  struct PlannedPrompts {
    let offer: PromptOffer
    let trainer: TrainerCapabilities
    let scorer: any Scorer
  }

  /// Puts prompts in the place of fine-tunes where the settings have some.
  ///
  /// - Parameters:
  ///   - settings: What to do.
  ///   - corpus: The examples.
  ///   - tuner: Who fine-tunes; `nil` when nothing is to be tuned.
  ///   - scorer: Who reads losses.
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
      notes: [prompts.caution, prompts.labelling, prompts.advice].compactMap { $0 },
      offers: {
        PromptOffer.all(beside: prompts, train: corpus.train).map { offer in
          let scorer = PromptedScorer(
            scorer,
            train: corpus.train,
            queries: corpus.queries,
            for: offer.perturbation
          )
          return PlannedPrompts(
            offer: offer,
            trainer: PromptTrainer.capabilities(
              of: offer.perturbation,
              subset: settings.subsetSize(of: corpus.train.count),
              tuner: tuner,
              scorer: scorer
            ),
            scorer: scorer
          )
        }
      }
    )
  }

  /// The run's plan beside those of all other ways to make prompts.
  ///
  /// Recommended is the first way, in the order of what measurements say, behind whose prompts every
  /// example can be read to its end.
  ///
  /// - Returns: The plan; without methods when models are fine-tuned.
  func comparingPlan() -> RunPlan {
    var plan = plan()
    let offers = offers()
    let examples = corpus.train + corpus.queries
    let longest = examples.map { scorer.tokens(in: $0) }.max() ?? 0
    let fitting = offers.firstIndex { offer in
      let capabilities = offer.scorer.scorerCapabilities
      return capabilities.context.map { longest + capabilities.overhead <= $0 } ?? true
    }
    plan.methods = offers.enumerated().map { place, prompts in
      var settings = settings
      settings.prompts = prompts.offer.perturbation
      if settings.isProbing {
        settings.models = corpus.queries.count
      } else if self.settings.isProbing {
        settings.models = PromptOffer.measuredModels
      }
      return RunPlan.Method(
        prompts.offer.name,
        plan: Run.plan(
          corpus: corpus,
          settings: settings,
          capabilities: prompts.trainer,
          scorer: prompts.scorer,
          rates: rates
        ),
        isConfigured: prompts.offer.isConfigured,
        isRecommended: place == fitting,
        evidence: prompts.offer.evidence
      )
    }
    return plan
  }
}
