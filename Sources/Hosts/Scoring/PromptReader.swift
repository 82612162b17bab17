import Experiment

/// Losses by vLLM's `prompt_logprobs`, whose entries are keyed by token id.
struct PromptReader: LossReader {
  let name = ScoringMethod.promptLogProbabilities.rawValue
  private let endpoint: ScoringEndpoint
  private let model: ServedModel
  private let tokenizer: ServerTokenizer
  private let template: RequestTemplate

  /// Binds the method to a model.
  ///
  /// - Parameters:
  ///   - endpoint: Where to ask.
  ///   - model: The model.
  /// - Throws: `HostError` of code `unsupported` without a tokeniser.
  init(_ endpoint: ScoringEndpoint, _ model: ServedModel) throws(HostError) {
    self.endpoint = endpoint
    self.model = model
    tokenizer = try endpoint.requiredTokenizer(for: .promptLogProbabilities)
    template = RequestTemplate(
      endpoint.members(of: model, ["max_tokens": 1, "prompt_logprobs": 0]),
      lacking: "prompt"
    )
  }

  func ask(_ examples: [Example], _ question: Question) async throws -> [RowAnswer] {
    try await byIDs(examples, tokenizer, endpoint) { try await ask($0, question) }
  }

  private func ask(_ passages: [TokenPassage], _ question: Question) async throws -> [RowAnswer] {
    let count = passages.reduce(0) { $0 + $1.prompt.count + $1.target.count }
    let body = template.body(size: count * 6) { bytes in
      RequestTemplate.append(list: passages, to: &bytes) {
        RequestTemplate.append(ids: $0.all, to: &$1)
      }
    }
    let (call, reply) = try await endpoint.post(
      "/completions",
      body,
      question,
      bytes: count * 4
    )
    let document = try reply.json(of: call)
    try endpoint.check(document["model"]?.string, is: model)
    let answered = document["choices"]?.array ?? []
    guard let choices = Self.inOrder(answered), choices.count == passages.count else {
      throw HostError(
        .notUnderstood,
        "\(endpoint.host.asked(call)) answered \(answered.count) choices for \(passages.count) "
          + "prompts, or not each in a place of its own: \(HostError.excerpt(reply.body))"
      )
    }
    return zip(choices, passages).map { choice, passage in
      guard let entries = choice["prompt_logprobs"]?.array else {
        let error = HostError(.unsupported, "\(endpoint.host.name) ignored prompt_logprobs")
        return .failure(RowFault(error, reason: "no prompt_logprobs returned"))
      }
      return .success(read(entries, passage))
    }
  }

  /// Choices in the order of the prompts; `nil` where their places cannot be told apart.
  private static func inOrder(_ choices: [JSON]) -> [JSON]? {
    var ordered = [JSON?](repeating: nil, count: choices.count)
    for (position, choice) in choices.enumerated() {
      let index = choice["index"].flatMap { $0.isNull ? nil : $0 }
      guard let place = index == nil ? position : index?.int, ordered.indices.contains(place),
        ordered[place] == nil
      else { return nil }
      ordered[place] = choice
    }
    return ordered.compactMap(\.self)
  }

  /// The loss of one passage by the entries for all its tokens.
  func read(_ entries: [JSON], _ passage: TokenPassage) -> LossReading {
    let ids = passage.all
    guard entries.count == ids.count else {
      return missing("\(entries.count) tokens returned for \(ids.count)")
    }
    var values: [Double] = []
    for place in passage.prompt.count..<ids.count {
      guard let entry = entries[place]["\(ids[place])"] else {
        return missing("token \(ids[place]) is not among the prompt's")
      }
      values.append(entry["logprob"]?.number ?? .nan)
    }
    return read(values, mark: passage.mark)
  }
}

extension LossReader {
  /// Why a completion that nothing precedes has no loss.
  static var nothingBefore: String { "empty prompt: nothing precedes the completion" }

  /// Token ids of an example.
  ///
  /// - Parameters:
  ///   - example: The example.
  ///   - tokenizer: The server's tokeniser.
  ///   - endpoint: Where losses are asked for.
  /// - Returns: The ids.
  /// - Throws: `HostError`, also for chats that the server does not render; `CancellationError`.
  func passage(
    of example: Example,
    _ tokenizer: ServerTokenizer,
    _ endpoint: ScoringEndpoint
  ) async throws -> TokenPassage {
    if case .chat = example.prompt, !tokenizer.rendersChats {
      throw endpoint.chatUnsupported(name)
    }
    return try await tokenizer.passage(of: example)
  }

  /// Asks by token ids for all examples at once that have some.
  ///
  /// - Parameters:
  ///   - examples: The examples.
  ///   - tokenizer: The server's tokeniser.
  ///   - endpoint: Where losses are asked for.
  ///   - ask: Sends one request.
  /// - Returns: One answer an example; a fault where the server refused to tokenise it.
  /// - Throws: What `ask` throws; `CancellationError`.
  func byIDs(
    _ examples: [Example],
    _ tokenizer: ServerTokenizer,
    _ endpoint: ScoringEndpoint,
    _ ask: ([TokenPassage]) async throws -> [RowAnswer]
  ) async throws -> [RowAnswer] {
    var answers = [RowAnswer](repeating: .success(missing("not asked")), count: examples.count)
    var asked: [(place: Int, passage: TokenPassage)] = []
    for (place, example) in examples.enumerated() {
      guard tokenizer.takes(example) else {
        answers[place] = .success(missing(HostError.callsTools.message))
        continue
      }
      do {
        let passage = try await passage(of: example, tokenizer, endpoint)
        if passage.prompt.isEmpty {
          answers[place] = .success(missing(Self.nothingBefore))
        } else {
          asked.append((place, passage))
        }
      } catch let error as HostError where !error.isBeyondRows {
        answers[place] = .failure(RowFault(error))
      }
    }
    if asked.isEmpty { return answers }
    for (place, answer) in zip(asked.map(\.place), try await ask(asked.map(\.passage))) {
      answers[place] = answer
    }
    return answers
  }

  /// Asks for one example after the other.
  ///
  /// - Parameters:
  ///   - examples: The examples.
  ///   - ask: Sends what one of them takes.
  /// - Returns: One answer an example; a fault where its requests failed.
  /// - Throws: `CancellationError`.
  func one(
    of examples: [Example],
    _ ask: (Example) async throws -> LossReading
  ) async throws -> [RowAnswer] {
    var answers: [RowAnswer] = []
    for example in examples {
      do {
        answers.append(.success(try await ask(example)))
      } catch let error as HostError {
        answers.append(.failure(RowFault(error)))
      }
    }
    return answers
  }
}
