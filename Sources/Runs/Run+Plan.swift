internal import Attribution
public import Experiment

extension Run {
  /// How fast a provider works, for the hours of a plan; what is `nil` is unknown or unlimited.
  public struct Throughput: Sendable, Hashable {
    /// Tokens trained on in a second, all parallel jobs together.
    public var trainingTokensPerSecond: Double?
    /// Seconds that one fine-tuning job takes, queueing included; as many run at once as settings say.
    public var secondsPerJob: Double?
    /// Tokens scored in a second.
    public var scoringTokensPerSecond: Double?
    /// Scoring calls that the host admits in a minute.
    public var requestsPerMinute: Double?
    /// Tokens that the host admits for scoring in a minute.
    public var tokensPerMinute: Double?
    /// Seconds that one scoring call takes; as many run at once as the scorer allows.
    public var secondsPerRequest: Double?

    /// Figures must be positive.
    public init(
      trainingTokensPerSecond: Double? = nil,
      secondsPerJob: Double? = nil,
      scoringTokensPerSecond: Double? = nil,
      requestsPerMinute: Double? = nil,
      tokensPerMinute: Double? = nil,
      secondsPerRequest: Double? = nil
    ) {
      self.trainingTokensPerSecond = trainingTokensPerSecond
      self.secondsPerJob = secondsPerJob
      self.scoringTokensPerSecond = scoringTokensPerSecond
      self.requestsPerMinute = requestsPerMinute
      self.tokensPerMinute = tokensPerMinute
      self.secondsPerRequest = secondsPerRequest
    }

    /// Time that trainings take in seconds, by the slower of what is known; `nil` when unknown.
    ///
    /// - Parameters:
    ///   - tokens: Tokens of all jobs.
    ///   - rounds: Jobs that follow one another.
    /// - Returns: The seconds.
    func training(tokens: Int, rounds: Int) -> Double? {
      if tokens == 0 { return 0 }
      return [
        Self.ratio(Double(tokens), trainingTokensPerSecond),
        secondsPerJob.flatMap { Self.ratio(Double(rounds) * $0, 1) },
      ].compactMap(\.self).max()
    }

    /// Time that scoring takes in seconds, by the tightest of the known limits; `nil` without one.
    func scoring(tokens: Int, requests: Int, concurrency: Int) -> Double? {
      [
        Self.ratio(Double(tokens), scoringTokensPerSecond),
        Self.ratio(Double(requests) * 60, requestsPerMinute),
        Self.ratio(Double(tokens) * 60, tokensPerMinute),
        secondsPerRequest.flatMap {
          Self.ratio(Double(requests) * $0, Double(max(1, concurrency)))
        },
      ].compactMap(\.self).max()
    }

    private static func ratio(_ amount: Double, _ rate: Double?) -> Double? {
      guard let rate, rate > 0, (amount / rate).isFinite else { return nil }
      return max(0, amount / rate)
    }
  }

  /// What a run would ask for; asks for nothing itself.
  ///
  /// Training tokens of models of random subsets are expected values, since a plan needs no design for them.
  /// Epochs that are left to the provider count as one. Hours add up training and scoring, which
  /// overlap in the run: they are an upper estimate.
  ///
  /// - Parameters:
  ///   - corpus: The examples.
  ///   - settings: What to do.
  ///   - design: The design, where subsets are not random: what is trained on is counted by it.
  ///   - trainer: The trainer it would use.
  ///   - scorer: The scorer it would use.
  ///   - rates: What the provider charges; `nil` leaves the dollars unknown, and so do rates that
  ///     are not valid, or a rate for hosting when the hours are unknown.
  ///   - throughput: How fast the provider works; `nil` leaves the hours unknown.
  /// - Returns: The plan with its warnings.
  public static func plan(
    corpus: Corpus,
    settings: RunSettings,
    design: SubsetDesign? = nil,
    trainer: any Trainer,
    scorer: any Scorer,
    rates: Rates? = nil,
    throughput: Throughput? = nil
  ) -> RunPlan {
    plan(
      corpus: corpus,
      settings: settings,
      design: design,
      capabilities: trainer.trainerCapabilities,
      scorer: scorer,
      rates: rates,
      throughput: throughput
    )
  }

  /// What a run would ask for with a trainer that is not made yet, as above.
  package static func plan(
    corpus: Corpus,
    settings: RunSettings,
    design: SubsetDesign? = nil,
    capabilities trainer: TrainerCapabilities,
    scorer: any Scorer,
    rates: Rates? = nil,
    throughput: Throughput? = nil
  ) -> RunPlan {
    let tokens = (corpus.train + corpus.queries).map { max(0, scorer.tokens(in: $0)) }
    let trainTokens = tokens.prefix(corpus.train.count).reduce(0, +)
    let share =
      corpus.train.isEmpty
      ? 0 : Double(settings.subsetSize(of: corpus.train.count)) / Double(corpus.train.count)
    let prompted = trainer.scoredInputs
    let isPrompting = prompted != nil
    let design = settings.perturbation.matrix == .subsets ? nil : design
    let tuned =
      isPrompting
      ? 0
      : design.map { $0.subsets.count { !settings.isStart($0) } } ?? settings.models
    let seen =
      design.map { design in
        Double(
          design.subsets.indices.flatMap { model in
            settings.examples(of: design.subsets[model], model: model, in: corpus)
          }.reduce(0) { $0 + tokens[$1.column] }
        )
      } ?? Double(trainTokens) * share * Double(settings.models)
    let perturbed = isPrompting ? 0 : seen * Double(settings.hyperparameters.epochs ?? 1)
    let target =
      settings.target == nil ? trainTokens * (settings.targetHyperparameters.epochs ?? 1) : 0
    let trainingTokens = target + Int(perturbed.rounded())
    let jobs = tuned + (settings.target == nil ? 1 : 0)

    let capabilities = scorer.scorerCapabilities
    let batch = max(1, capabilities.batch)
    let steps = (corpus.train + corpus.queries).map { max(1, scorer.requests(for: $0)) }
    func requestCount(_ columns: some Collection<Int>) -> Int {
      batch > 1
        ? (columns.count + batch - 1) / batch : columns.reduce(0) { $0 + steps[$1] }
    }
    let coverage = Coverage(settings, corpus: corpus)
    func tokenCount(_ columns: some Sequence<Int>) -> Int { columns.reduce(0) { $0 + tokens[$1] } }
    let optimising = settings.models * (prompted ?? 0)
    let mean = corpus.train.isEmpty ? 0 : trainTokens / corpus.train.count
    let readings = coverage.pairs + optimising
    let scoringTokens =
      (settings.models + 1) * tokenCount(coverage.columns)
      + tokenCount(coverage.repeats.joined()) + optimising * mean
      + (readings - coverage.columns.count) * capabilities.overhead
    let meanSteps =
      batch > 1 || corpus.train.isEmpty
      ? 1 : Double(requestCount(corpus.train.indices)) / Double(corpus.train.count)
    let requests =
      (settings.models + 1) * requestCount(coverage.columns)
      + coverage.repeats.reduce(0) { $0 + requestCount($1) }
      + Int((Double(settings.models * trainer.scoringCalls) * meanSteps).rounded())

    // θ0 comes first and alone.
    let parallel = max(1, min(settings.parallelJobs, trainer.parallelJobs))
    let rounds = jobs - tuned + (tuned + parallel - 1) / parallel
    let training = throughput?.training(tokens: trainingTokens, rounds: rounds)
    let scoring = throughput?.scoring(
      tokens: scoringTokens,
      requests: requests,
      concurrency: capabilities.concurrency
    )
    var dollars: Double?
    if let rates, rates.isValid {
      let open = Double(min(max(1, capabilities.modelsAtOnce), settings.models + 1))
      let hosting = rates.hosting == 0 ? 0 : scoring.map { rates.hosting(.seconds($0 * open)) }
      dollars = hosting.map {
        rates.training(tokens: trainingTokens, jobs: jobs)
          + rates.scoring(tokens: scoringTokens, examples: readings) + $0
      }
    }
    return RunPlan(
      jobs: jobs,
      trainingTokens: trainingTokens,
      requests: requests,
      scoringTokens: scoringTokens,
      scoredInputs: readings,
      optimisedInputs: optimising,
      dollars: dollars,
      hours: training.flatMap { training in scoring.map { (training + $0) / 3600 } },
      warnings: warnings(
        corpus: corpus,
        settings: settings,
        trainer: trainer,
        scorer: capabilities
      ),
      candidates: settings.candidates?.all.count
    )
  }

  private static func warnings(
    corpus: Corpus,
    settings: RunSettings,
    trainer: TrainerCapabilities,
    scorer: ScorerCapabilities
  ) -> [String] {
    var warnings =
      settings.perturbation.matrix != .subsets
      ? [] : subsetWarnings(settings, examples: corpus.train.count, trainer: trainer)
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
      warnings.append("no pair is read twice, so the noise of a reading stays unknown")
    }
    if !scorer.exact {
      warnings.append("losses may be missing or only bounds: the scorer is not exact")
    }
    if settings.hyperparameters.epochs == nil
      || settings.target == nil && settings.targetHyperparameters.epochs == nil
    {
      warnings.append("epochs are the provider's choice; training tokens are counted for one")
    }
    if let inputs = trainer.scoredInputs, inputs > 0 {
      warnings.append(
        "optimising a prompt scores \(inputs) inputs at most, and tokens and price count them all: a "
          + "prompt drawn twice in a step is asked once, and 'status' charges what was sent"
      )
    }
    return warnings + corpus.rowNotes(keepsRows: trainer.keepsRows)
      + corpus.duplicateWarnings(matrix: settings.perturbation.matrix)
  }

  private static func subsetWarnings(
    _ settings: RunSettings,
    examples: Int,
    trainer: TrainerCapabilities
  ) -> [String] {
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
    return warnings
  }
}

extension Corpus {
  /// Notes about training rows that repeat each other and queries that are training rows.
  fileprivate func duplicateWarnings(matrix: MatrixKind) -> [String] {
    var exact: [ByteText: String] = [:]
    var loose: [String: String] = [:]
    var copies: [(String, String)] = []
    var nearCopies: [(String, String)] = []
    for example in train {
      let text = ByteText(example.prompt.text + "\u{0}" + example.completion)
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
      exact[ByteText(query.prompt.text + "\u{0}" + query.completion)].map { (query.id, $0) }
    }
    return [
      (copies, "training rows repeat an earlier one and share its influence"),
      (
        nearCopies,
        "training rows differ from an earlier one in case, spacing, punctuation or Unicode form only"
      ),
      (
        taught,
        matrix == .queries
          ? "queries are training rows, which they cannot score: no example is its own demonstration"
          : "queries are training rows, which will be found as their own cause"
      ),
    ].compactMap { pairs, meaning in
      pairs.first.map { "\(pairs.count) \(meaning) (first: '\($0.0)' and '\($0.1)')" }
    }
  }

  private static func words(_ text: String) -> String {
    text.split { !$0.isLetter && !$0.isNumber }.joined(separator: " ").lowercased()
  }
}
