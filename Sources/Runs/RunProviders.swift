internal import Attribution
package import Experiment

/// Who makes a run's models and reads their losses, prompts included where they take the place of
/// fine-tunes.
package struct RunProviders: Sendable {
  /// Who makes models.
  package let trainer: any Trainer
  /// Who reads losses.
  package let scorer: any Scorer
  /// Who fine-tunes, and who reads losses without prompts.
  private let tuner: (any Trainer)?
  private let reader: any Scorer

  /// Puts prompts in front of θ0 where the settings have some.
  ///
  /// - Parameters:
  ///   - settings: What to do.
  ///   - corpus: The examples.
  ///   - tuner: Who fine-tunes; `nil` when nothing is to be tuned.
  ///   - reader: Who reads losses.
  /// - Throws: `AttributionError` when prompts cannot be drawn; `RunError` when nobody tunes what has
  ///   to be.
  package init(
    _ settings: RunSettings,
    corpus: Corpus,
    tuner: (any Trainer)?,
    reader: any Scorer
  ) throws {
    self.tuner = tuner
    self.reader = reader
    if let prompts = settings.prompts {
      let prompted = Self.scorer(reader, corpus, prompts)
      scorer = prompted
      trainer = try PromptTrainer(
        prompts,
        train: corpus.train,
        subset: settings.subsetSize(of: corpus.train.count),
        tuner: tuner,
        scorer: prompted
      )
    } else if let tuner {
      (trainer, scorer) = (tuner, reader)
    } else {
      throw RunError(.settings, "cannot start run '\(settings.name)': nobody trains its models")
    }
  }

  private static func scorer(
    _ reader: any Scorer,
    _ corpus: Corpus,
    _ prompts: PromptPerturbation
  ) -> PromptedScorer {
    PromptedScorer(reader, train: corpus.train, queries: corpus.queries, for: prompts)
  }

  /// What each way to make prompts would ask for in the place of the run's own; none for fine-tunes.
  ///
  /// Recommended is the first way, in the order of what measurements say, behind whose prompts every
  /// example can be read to its end.
  ///
  /// - Parameters:
  ///   - settings: What the run is to do.
  ///   - corpus: The examples.
  ///   - rates: What the hosts charge.
  /// - Returns: The ways to make prompts.
  package func methods(
    beside settings: RunSettings,
    corpus: Corpus,
    rates: Rates?
  ) -> [RunPlan.Method] {
    guard let prompts = settings.prompts else { return [] }
    let longest = (corpus.train + corpus.queries).map { scorer.tokens(in: $0) }.max() ?? 0
    let offers = PromptOffer.all(beside: prompts, train: corpus.train)
    let scorers = offers.map { Self.scorer(reader, corpus, $0.perturbation) }
    let fitting = scorers.firstIndex { scorer in
      let capabilities = scorer.scorerCapabilities
      return capabilities.context.map { longest + capabilities.overhead <= $0 } ?? true
    }
    return offers.indices.map { place in
      let (offer, scorer) = (offers[place], scorers[place])
      var other = settings
      other.prompts = offer.perturbation
      if other.perturbation.matrix == .queries {
        other.models = corpus.queries.count
      } else if settings.perturbation.matrix == .queries {
        other.models = PromptOffer.measuredModels
      }
      return RunPlan.Method(
        offer.name,
        plan: Run.plan(
          corpus: corpus,
          settings: other,
          capabilities: PromptTrainer.capabilities(
            of: offer.perturbation,
            subset: settings.subsetSize(of: corpus.train.count),
            tuner: tuner,
            scorer: scorer
          ),
          scorer: scorer,
          rates: rates
        ),
        isConfigured: offer.isConfigured,
        isRecommended: place == fitting,
        evidence: offer.evidence
      )
    }
  }
}
