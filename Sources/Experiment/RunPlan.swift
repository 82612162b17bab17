/// What a run will ask for, computed before anything is spent.
public struct RunPlan: Sendable, Hashable {
  /// Fine-tuning jobs.
  public let jobs: Int
  /// Tokens trained on, all jobs and epochs together.
  public let trainingTokens: Int
  /// Scoring calls.
  public let requests: Int
  /// Tokens sent to be scored.
  public let scoringTokens: Int
  /// Inputs scored: one a loss, and those below.
  public let scoredInputs: Int
  /// Inputs scored to optimise prompts, at most.
  public let optimisedInputs: Int
  /// Price of it all in US dollars; `nil` when a price is unknown, 0 for local models.
  public let dollars: Double?
  /// Expected wall time in hours; `nil` when unknown.
  public let hours: Double?
  /// What the user should know before starting.
  public let warnings: [String]
  /// Training rows that are read; `nil` for all of them.
  public let candidates: Int?
  /// What each way to make prompts would ask for; empty for fine-tunes.
  public var methods: [Method] = []
  /// What embeddings of the prompts would ask for; `nil` where none are configured.
  public var embeddings: Embeddings?

  /// What embeddings would ask for; their price is not part of `dollars`.
  public struct Embeddings: Sendable, Hashable {
    /// Different texts.
    public let texts: Int
    /// Calls.
    public let requests: Int
    /// Tokens sent, estimated.
    public let tokens: Int

    package init(texts: Int, requests: Int, tokens: Int) {
      self.texts = texts
      self.requests = requests
      self.tokens = tokens
    }
  }

  /// What one way to make prompts would ask for in the place of the configured one.
  public struct Method: Sendable, Hashable {
    /// What a configuration calls it.
    public let name: String
    /// Inputs scored, at most: one a loss, and those that optimising takes.
    public let scoredInputs: Int
    /// Scoring calls.
    public let requests: Int
    /// Tokens sent to be scored.
    public let scoringTokens: Int
    /// Price in US dollars; `nil` when a price is unknown.
    public let dollars: Double?
    /// Whether it is what the run is configured for.
    public let isConfigured: Bool
    /// Whether measurements speak for it.
    public let isRecommended: Bool
    /// What measurements say of it, in words.
    public let evidence: String

    package init(
      _ name: String,
      plan: RunPlan,
      isConfigured: Bool,
      isRecommended: Bool,
      evidence: String
    ) {
      self.name = name
      scoredInputs = plan.scoredInputs
      requests = plan.requests
      scoringTokens = plan.scoringTokens
      dollars = plan.dollars
      self.isConfigured = isConfigured
      self.isRecommended = isRecommended
      self.evidence = evidence
    }
  }

  package init(
    jobs: Int,
    trainingTokens: Int,
    requests: Int,
    scoringTokens: Int,
    scoredInputs: Int,
    optimisedInputs: Int = 0,
    dollars: Double?,
    hours: Double?,
    warnings: [String],
    candidates: Int? = nil
  ) {
    self.jobs = jobs
    self.trainingTokens = trainingTokens
    self.requests = requests
    self.scoringTokens = scoringTokens
    self.scoredInputs = scoredInputs
    self.optimisedInputs = optimisedInputs
    self.dollars = dollars
    self.hours = hours
    self.warnings = warnings
    self.candidates = candidates
  }
}

/// Where a run stands.
public struct RunStatus: Sendable, Hashable {
  /// What a run is busy with.
  public enum Phase: String, Sendable, Hashable, Codable {
    /// Recorded, nothing trained yet.
    case planned
    /// Some models are still to be trained or read, and a process is at it.
    case running
    /// Some models are still to be trained or read, and no process is at it.
    case interrupted
    /// All models read.
    case complete
    /// Ended with fewer models or losses than planned.
    case partial
  }
  /// Counts of perturbed models.
  public struct Models: Sendable, Hashable, Codable {
    /// Models the design asks for.
    public var planned: Int
    /// Models trained.
    public var succeeded: Int
    /// Models asked for and not answered.
    public var running: Int
    /// Models given up.
    public var failed: Int

    package init(planned: Int, succeeded: Int, running: Int, failed: Int) {
      self.planned = planned
      self.succeeded = succeeded
      self.running = running
      self.failed = failed
    }
  }
  /// Counts of loss entries over the perturbed models.
  public struct Losses: Sendable, Hashable, Codable {
    /// Entries of the whole matrix.
    public var expected: Int
    /// Measured exactly.
    public var measured: Int
    /// Recorded as not measurable.
    public var missing: Int
    /// Known by a bound.
    public var censored: Int

    /// Entries without a value, those not asked for yet included.
    public var unread: Int { expected - measured - censored }

    package init(expected: Int, measured: Int, missing: Int, censored: Int) {
      self.expected = expected
      self.measured = measured
      self.missing = missing
      self.censored = censored
    }
  }

  /// Losses under perturbed models that could not be measured for one reason.
  public struct Missing: Sendable, Hashable {
    /// Why, in the scorer's words; those of the first where they differ in numbers only.
    public let reason: String
    /// How many losses.
    public private(set) var count: Int
    /// Ids of the first examples that are concerned, and "…" where there are more.
    public private(set) var examples: [String]

    package init(reason: String, count: Int, examples: [String]) {
      self.reason = reason
      self.count = count
      self.examples = examples
    }

    /// What is missing, in a line.
    public var line: String {
      let ids = examples.joined(separator: ", ")
      return "\(count == 1 ? "1 loss" : "\(count) losses") (\(ids)): \(reason)"
    }

    /// Counts losses by reason, the most frequent first.
    ///
    /// - Parameter entries: Each reason with an example's id and how many losses of it are missing.
    /// - Returns: Each reason once; reasons that differ in digits only are one.
    public static func grouped(
      _ entries: some Sequence<(reason: String, example: String, count: Int)>
    ) -> [Missing] {
      var groups: [Missing] = []
      var places: [[UInt8]: Int] = [:]
      for entry in entries {
        let key = entry.reason.utf8.filter { !(0x30...0x39).contains($0) }
        if let place = places[key] {
          groups[place].add(entry.example, entry.count)
        } else {
          places[key] = groups.count
          groups.append(
            Missing(reason: entry.reason, count: entry.count, examples: [entry.example])
          )
        }
      }
      return groups.enumerated().sorted {
        ($1.element.count, $0.offset) < ($0.element.count, $1.offset)
      }.map(\.element)
    }

    private mutating func add(_ example: String, _ count: Int) {
      self.count += count
      if examples.contains(example) || examples.last == Self.more { return }
      examples.append(examples.count < Self.mostExamples ? example : Self.more)
    }

    private static let mostExamples = 5
    private static let more = "…"
  }

  /// What the run is busy with.
  public let phase: Phase
  /// Counts of models.
  public let models: Models
  /// Counts of losses.
  public let losses: Losses
  /// Spent so far, in US dollars; `nil` when prices are unknown.
  public var dollars: Double?
  /// What the counts mean for the scores, one sentence each; empty when there is nothing to say.
  public var notes: [String]
  /// Which losses are missing and why; empty when none is.
  public var missing: [Missing] = []
  /// What the process that is at it is waiting for, trouble first.
  public var waiting: [Wait]

  package init(
    phase: Phase,
    models: Models,
    losses: Losses,
    dollars: Double?,
    notes: [String] = [],
    waiting: [Wait] = []
  ) {
    self.phase = phase
    self.models = models
    self.losses = losses
    self.dollars = dollars
    self.notes = notes
    self.waiting = waiting
  }
}
