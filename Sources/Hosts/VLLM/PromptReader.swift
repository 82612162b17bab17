import Experiment

/// Losses by vLLM's `prompt_logprobs`, whose entries are keyed by token id.
struct PromptReader: TokenReader {
  let name = ScoringMethod.promptLogProbabilities.name
  let endpoint: ScoringEndpoint
  private let model: ServedModel
  private let tokenizer: ServerTokenizer
  private let template: RequestTemplate

  /// Throws `HostError` of code `unsupported` without a tokeniser.
  init(_ endpoint: ScoringEndpoint, _ model: ServedModel) throws(HostError) {
    self.endpoint = endpoint
    self.model = model
    tokenizer = try endpoint.requiredTokenizer(for: .promptLogProbabilities)
    template = RequestTemplate(
      endpoint.members(of: model, ["max_tokens": 1, "prompt_logprobs": 0]),
      lacking: "prompt"
    )
  }

  func ask(_ examples: [Example], _ mode: ReadingMode) async throws -> [RowAnswer] {
    try await byIDs(examples, tokenizer, mode)
  }

  func ask(_ texts: [PromptedTokens], _ mode: ReadingMode) async throws -> [RowAnswer] {
    let count = texts.reduce(0) { $0 + $1.prompt.count + $1.target.count }
    let body = template.body(size: count * 6) { bytes in
      RequestTemplate.append(list: texts, to: &bytes) {
        RequestTemplate.append(ids: $0.all, to: &$1)
      }
    }
    let (call, reply) = try await endpoint.post(
      "/completions",
      body,
      mode,
      bytes: count * 4
    )
    let document = try reply.json(of: call)
    try endpoint.check(document["model"]?.string, is: model)
    let answered = document["choices"]?.array ?? []
    guard let choices = Self.inOrder(answered), choices.count == texts.count else {
      let words = "\(answered.count) choices for \(texts.count) prompts"
      throw endpoint.garbled(call, reply, words + ", or not each in a place of its own")
    }
    return zip(choices, texts).map { choice, text in
      guard let entries = choice["prompt_logprobs"]?.array else {
        let error = HostError(.unsupported, "\(endpoint.host.name) ignored prompt_logprobs")
        return .failure(RowFault(error, reason: "no prompt_logprobs returned"))
      }
      return .success(read(entries, text))
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

  /// The loss of one text by the entries for all its tokens.
  func read(_ entries: [JSON], _ text: PromptedTokens) -> LossReading {
    let ids = text.all
    guard entries.count == ids.count else {
      return missing("\(entries.count) tokens returned for \(ids.count)")
    }
    var values: [Double] = []
    for place in text.prompt.count..<ids.count {
      guard let entry = entries[place]["\(ids[place])"] else {
        return missing("token \(ids[place]) is not among the prompt's")
      }
      values.append(entry["logprob"]?.number ?? .nan)
    }
    return read(values, mark: text.mark)
  }
}

extension ScoringMethod {
  /// vLLM's `prompt_logprobs`, by token ids.
  package static let promptLogProbabilities = ScoringMethod("prompt-logprobs", takesLists: true) {
    try PromptReader($0, $1)
  }
}
