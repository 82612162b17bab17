public import Experiment

/// Losses under perturbed models that are θ0 behind a prompt; under others as the scorer inside does.
///
/// Whatever the data holds, braces, line breaks or role markers, is passed on as it is.
public struct PromptedScorer: Scorer {
  let inner: any Scorer
  let tenancy: Tenancy
  private let demonstrations: [ByteText: Example]
  private let queries: [ByteText: Example]
  private let overhead: Int

  /// Creates a scorer.
  ///
  /// - Parameters:
  ///   - inner: The scorer that reads losses.
  ///   - train: The training examples, which demonstrations name.
  ///   - queries: The queries, each of which probes may show.
  ///   - perturbation: The prompts to come, for the tokens of a plan.
  public init(
    _ inner: any Scorer,
    train: [Example],
    queries: [Example] = [],
    for perturbation: PromptPerturbation
  ) {
    self.inner = inner
    tenancy = Tenancy(inner)
    demonstrations = Dictionary(train.map { (ByteText($0.id), $0) }) { first, _ in first }
    self.queries = Dictionary(queries.map { (ByteText($0.id), $0) }) { first, _ in first }
    func mean(_ examples: some Collection<Example>) -> Int {
      let tokens = examples.reduce(0) { $0 + max(0, inner.tokens(in: $1)) }
      return (tokens + examples.count - 1) / max(1, examples.count)
    }
    switch perturbation.method {
    case .demonstrations: overhead = perturbation.demonstrations * mean(train.prefix(200))
    case .probing: overhead = mean(queries)
    // A segment has one to five words; most have one.
    case .random, .bdpl: overhead = perturbation.length * 2
    }
  }

  /// As the scorer inside; all models are θ0, so one is open at a time.
  public var scorerCapabilities: ScorerCapabilities {
    var capabilities = inner.scorerCapabilities
    capabilities.modelsAtOnce = 1
    capabilities.overhead = overhead
    return capabilities
  }

  /// As the scorer inside.
  public var executor: (any TaskExecutor)? { inner.executor }

  /// Makes θ0 ready.
  public func open(_ model: ModelReference?) async throws {
    try await tenancy.enter(Self.base(of: model))
  }

  /// Gives θ0 back.
  public func close(_ model: ModelReference?) async { await tenancy.leave(Self.base(of: model)) }

  /// Tokens of an example without what a perturbed model has in front of it.
  public func tokens(in example: Example) -> Int { inner.tokens(in: example) }

  /// Requests that reading losses of one example alone takes.
  public func requests(for example: Example) -> Int { inner.requests(for: example) }

  /// Reads losses of examples behind the model's prompt.
  ///
  /// An example is never among its own demonstrations: the one in reserve takes its place. Behind a query
  /// with its very text an example has no loss.
  ///
  /// - Parameters:
  ///   - examples: What to read.
  ///   - model: The model.
  ///   - round: As for every scorer.
  /// - Returns: The losses.
  /// - Throws: What the scorer inside throws; `AttributionError` for a prompt of other data.
  public func read(
    _ examples: [Example],
    under model: ModelReference?,
    round: Int
  ) async throws -> [LossReading] {
    guard let prompted = PromptedModel(model) else {
      return try await inner.read(examples, under: model, round: round)
    }
    if let id = prompted.query {
      let query = try Self.known(id, queries, "queries")
      return try await readings(examples, behind: query, under: prompted, round: round)
    }
    let drawn = try (prompted.demonstrations ?? []).map { id throws(AttributionError) in
      try Self.known(id, demonstrations, "training data")
    }
    return try await inner.read(
      examples.map { example in
        var shown = drawn
        if let own = shown.firstIndex(of: example) {
          shown.remove(at: own)
        } else if shown.count > 1 {
          shown.removeLast()
        }
        return example.behind(prompted.prefix, shown)
      },
      under: ModelReference(prompted.base),
      round: round
    )
  }

  /// Losses behind a query; what repeats the query word for word would be copied, so it has none.
  private func readings(
    _ examples: [Example],
    behind query: Example,
    under model: PromptedModel,
    round: Int
  ) async throws -> [LossReading] {
    func isCopy(_ example: Example) -> Bool {
      example.prompt == query.prompt && example.completion.isSame(as: query.completion)
    }
    let others = examples.filter { !isCopy($0) }
    let found =
      others.isEmpty
      ? []
      : try await inner.read(
        others.map { $0.behind(nil, [query]) },
        under: ModelReference(model.base),
        round: round
      )
    guard found.count == others.count else {
      throw AttributionError(
        .mismatch,
        "cannot read losses behind a prompt",
        cause: "asked for \(others.count) losses, got \(found.count)"
      )
    }
    var rest = found[...]
    return examples.map { example in
      let reading = isCopy(example) ? nil : rest.popFirst()
      return reading
        ?? .missing(reason: "own demonstration")
    }
  }

  private static func known(
    _ id: String,
    _ examples: [ByteText: Example],
    _ place: String
  ) throws(AttributionError) -> Example {
    guard let example = examples[ByteText(id)] else {
      throw AttributionError(
        .mismatch,
        "cannot read losses behind a prompt",
        cause: "its demonstration '\(id)' is not in the \(place)"
      )
    }
    return example
  }

  private static func base(of model: ModelReference?) -> ModelReference? {
    PromptedModel(model).map { ModelReference($0.base) } ?? model
  }
}

extension Example {
  /// The example with a definition and demonstrations in front of its prompt.
  ///
  /// In a chat the definition opens the system message and demonstrations are turns; in front of plain
  /// text both are text.
  func behind(_ definition: String?, _ demonstrations: [Example]) -> Example {
    let opening = definition.map(PromptTemplate.definition)
    let prompt: Prompt
    switch self.prompt {
    case .text(let text):
      let shown = demonstrations.map(PromptTemplate.demonstration)
      prompt = .text((opening ?? "") + shown.joined() + text)
    case .chat(let messages):
      let system = messages.prefix { $0.role == "system" }
      var turns = Array(system)
      if let opening {
        let first = turns.isEmpty ? "" : turns.removeFirst().content
        turns.insert(Message(role: "system", content: opening + first), at: 0)
      }
      for example in demonstrations { turns += example.turns }
      prompt = .chat(turns + messages.dropFirst(system.count))
    }
    return Example(
      id: id,
      prompt: prompt,
      completion: completion,
      tags: tags,
      rendering: rendering
    )
  }

  /// The example as turns of a chat, without instructions of its own.
  private var turns: [Message] {
    let asked =
      switch prompt {
      case .text(let text): [Message(role: "user", content: text)]
      case .chat(let messages): messages.filter { $0.role != "system" }
      }
    return asked + [Message(role: "assistant", content: completion, json: rendering?.answer)]
  }
}
