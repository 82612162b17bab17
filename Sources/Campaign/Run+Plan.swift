public import Experiment

extension Run {
  /// How fast a provider works, for the hours of a plan.
  public struct Throughput: Sendable, Hashable {
    /// Tokens trained on in a second, all parallel jobs together.
    public var trainingTokensPerSecond: Double
    /// Tokens scored in a second.
    public var scoringTokensPerSecond: Double

    /// Creates a throughput; both rates must be positive.
    public init(trainingTokensPerSecond: Double, scoringTokensPerSecond: Double) {
      self.trainingTokensPerSecond = trainingTokensPerSecond
      self.scoringTokensPerSecond = scoringTokensPerSecond
    }
  }

  /// What a run would ask for; asks for nothing itself.
  ///
  /// Training tokens of the perturbed models are expected values, since a plan needs no design.
  /// Epochs that are left to the provider count as one.
  ///
  /// - Parameters:
  ///   - corpus: The examples.
  ///   - settings: What to do.
  ///   - trainer: Who would train.
  ///   - scorer: Who would price.
  ///   - dollars: Price of it all, if the caller knows it.
  ///   - throughput: How fast the provider works; `nil` leaves the hours unknown.
  /// - Returns: The plan with its warnings.
  public static func plan(
    corpus: Corpus,
    settings: RunSettings,
    trainer: any Trainer,
    scorer: any Scorer,
    dollars: Double? = nil,
    throughput: Throughput? = nil
  ) -> RunPlan {
    let tokens = (corpus.train + corpus.queries).map { scorer.tokens(in: $0) }
    let trainTokens = tokens.prefix(corpus.train.count).reduce(0, +)
    let allTokens = tokens.reduce(0, +)
    let share =
      corpus.train.isEmpty
      ? 0 : Double(settings.subsetSize(of: corpus.train.count)) / Double(corpus.train.count)
    let perturbed =
      Double(trainTokens) * share * Double(settings.models)
      * Double(settings.hyperparameters.epochs ?? 1)
    let target =
      settings.target == nil ? trainTokens * (settings.targetHyperparameters.epochs ?? 1) : 0
    let trainingTokens = target + Int(perturbed.rounded())

    let batch = max(1, scorer.scorerCapabilities.batch)
    func calls(_ examples: Int) -> Int { (examples + batch - 1) / batch }
    let repeats = settings.repeatedPairs(train: corpus.train.count, queries: corpus.queries.count)
    let scored = settings.models + 1
    let scoringTokens =
      scored * allTokens + repeats.joined().reduce(0) { $0 + tokens[$1] }

    return RunPlan(
      jobs: settings.models + (settings.target == nil ? 1 : 0),
      trainingTokens: trainingTokens,
      requests: scored * calls(tokens.count) + repeats.reduce(0) { $0 + calls($1.count) },
      scoringTokens: scoringTokens,
      dollars: dollars,
      hours: throughput.map {
        (Double(trainingTokens) / $0.trainingTokensPerSecond
          + Double(scoringTokens) / $0.scoringTokensPerSecond) / 3600
      },
      warnings: warnings(
        corpus: corpus,
        settings: settings,
        trainer: trainer.trainerCapabilities,
        scorer: scorer.scorerCapabilities
      )
    )
  }

  private static func warnings(
    corpus: Corpus,
    settings: RunSettings,
    trainer: TrainerCapabilities,
    scorer: ScorerCapabilities
  ) -> [String] {
    let examples = corpus.train.count
    let size = settings.subsetSize(of: examples)
    var warnings: [String] = []
    if settings.models < 10 {
      warnings.append(
        "\(settings.models) models are few: rankings below 10 are mostly noise, 25 or more are usual"
      )
    }
    if size < 1 || size > examples {
      warnings.append("subsets of \(size) cannot be drawn from \(examples) training examples")
    } else if size == examples, !settings.weighted {
      warnings.append("every model would see every training example, so nothing tells them apart")
    }
    if size < trainer.minimumExamples {
      warnings.append(
        "subsets of \(size) are below the provider's minimum of \(trainer.minimumExamples) examples"
      )
    }
    if settings.start == .target, !trainer.continuesTuned {
      warnings.append("the provider cannot continue from a tuned model: start from the base")
    }
    if settings.weighted, !trainer.weighted {
      warnings.append("the provider cannot train with weights: draw unweighted subsets")
    }
    if settings.parallelJobs > trainer.parallelJobs {
      warnings.append(
        "the provider runs \(trainer.parallelJobs) jobs side by side, not \(settings.parallelJobs)"
      )
    }
    if settings.repeats.train + settings.repeats.queries == 0 {
      warnings.append("no pair is priced twice, so the noise of a reading stays unknown")
    }
    if !scorer.exact {
      warnings.append("prices may be missing or only bounds: the scorer is not exact")
    }
    if settings.hyperparameters.epochs == nil
      || settings.target == nil && settings.targetHyperparameters.epochs == nil
    {
      warnings.append("epochs are the provider's choice; training tokens are counted for one")
    }
    return warnings + corpus.duplicateWarnings
  }
}

extension Corpus {
  /// Notes about training rows that repeat each other and queries that are training rows.
  fileprivate var duplicateWarnings: [String] {
    var exact: [String: String] = [:]
    var loose: [String: String] = [:]
    var copies: [(String, String)] = []
    var nearCopies: [(String, String)] = []
    for example in train {
      let text = example.prompt.text + "\u{0}" + example.completion
      if let first = exact[text] {
        copies.append((example.id, first))
        continue
      }
      exact[text] = example.id
      let words = Self.words(example.prompt.text) + "\u{0}" + Self.words(example.completion)
      if let first = loose[words] {
        nearCopies.append((example.id, first))
      } else {
        loose[words] = example.id
      }
    }
    let taught = queries.compactMap { query in
      exact[query.prompt.text + "\u{0}" + query.completion].map { (query.id, $0) }
    }
    return [
      (copies, "training rows repeat an earlier one and share its influence"),
      (nearCopies, "training rows differ from an earlier one in case, spacing or punctuation only"),
      (taught, "queries are training rows, which will be found as their own cause"),
    ].compactMap { pairs, meaning in
      pairs.first.map { "\(pairs.count) \(meaning) (first: '\($0.0)' and '\($0.1)')" }
    }
  }

  private static func words(_ text: String) -> String {
    text.split { !$0.isLetter && !$0.isNumber }.joined(separator: " ").lowercased()
  }
}
