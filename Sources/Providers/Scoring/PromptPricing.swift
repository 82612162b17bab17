import Experiment

/// Prices by vLLM's `prompt_logprobs`, whose entries are keyed by token id.
struct PromptPricing: Pricing {
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

  func price(_ examples: [Example], _ question: Question) async throws -> [Price] {
    let passages = try await passages(examples, tokenizer, endpoint)
    return try await settle(passages) { try await ask($0, question) }
  }

  private func ask(_ passages: [TokenPassage], _ question: Question) async throws -> [Price] {
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
    let choices = (document["choices"]?.array ?? []).sorted {
      ($0["index"]?.int ?? 0) < ($1["index"]?.int ?? 0)
    }
    guard choices.count == passages.count else {
      throw HostError(
        .notUnderstood,
        "\(endpoint.host.asked(call)) answered \(choices.count) choices for \(passages.count) prompts"
      )
    }
    return try zip(choices, passages).map { choice, passage in
      guard let entries = choice["prompt_logprobs"]?.array else {
        throw HostError(.unsupported, "\(endpoint.host.name) ignored prompt_logprobs")
      }
      return price(entries, passage)
    }
  }

  /// The price of one passage by the entries for all its tokens.
  func price(_ entries: [JSON], _ passage: TokenPassage) -> Price {
    let ids = passage.all
    guard entries.count == ids.count else {
      return missing("\(entries.count) tokens returned for \(ids.count)")
    }
    if passage.prompt.isEmpty { return missing("nothing precedes the completion") }
    var values: [Double] = []
    for place in passage.prompt.count..<ids.count {
      guard let entry = entries[place]["\(ids[place])"] else {
        return missing("token \(ids[place]) is not among the prompt's")
      }
      values.append(entry["logprob"]?.number ?? .nan)
    }
    return price(values, mark: passage.mark)
  }
}

extension Pricing {
  /// Token ids of examples.
  ///
  /// - Parameters:
  ///   - examples: The examples.
  ///   - tokenizer: The server's tokeniser.
  ///   - endpoint: Where prices are asked for.
  /// - Returns: The ids, one passage an example.
  /// - Throws: `HostError`, also for chats that the server does not render; `CancellationError`.
  func passages(
    _ examples: [Example],
    _ tokenizer: ServerTokenizer,
    _ endpoint: ScoringEndpoint
  ) async throws -> [TokenPassage] {
    var passages: [TokenPassage] = []
    for example in examples {
      if case .chat = example.prompt, !tokenizer.rendersChats {
        throw endpoint.chatUnsupported(name)
      }
      passages.append(try await tokenizer.passage(of: example))
    }
    return passages
  }
}
