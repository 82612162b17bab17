import Experiment

/// Losses by lists of the most likely tokens along a greedily generated text.
///
/// As long as the model itself writes the completion, each token adds its log-probability. Where it
/// leaves it, a listed token that is all the rest still gives the exact loss; otherwise the loss
/// is censored at what is known. Tokens are matched by bytes and exactly: " B" is not "B".
struct PathReader: SingleReader {
  let name: String
  private let endpoint: ScoringEndpoint
  private let model: ServedModel
  private let isFirstTokenOnly: Bool

  /// Generates one token at most, or the whole text.
  init(_ endpoint: ScoringEndpoint, _ model: ServedModel, isFirstTokenOnly: Bool) {
    self.endpoint = endpoint
    self.model = model
    self.isFirstTokenOnly = isFirstTokenOnly
    name = (isFirstTokenOnly ? ScoringMethod.firstToken : .generatedPath).name
  }

  func ask(_ example: Example, _ mode: ReadingMode) async throws -> LossReading {
    if example.completion.isEmpty { return missing("empty completion") }
    if !example.isText { return missing(HostError.callsTools.message) }
    let top = endpoint.profile.topLogProbabilities ?? 20
    // A token has two bytes at least on average; what is not reached stays unknown.
    let bytes = example.completion.utf8.count
    let length = JSON.number(isFirstTokenOnly ? 1 : Double(min(bytes, 4 + bytes / 2)))
    let path: String
    let completion: [UInt8]
    var members: [String: JSON]
    switch example.prompt {
    case .chat(let messages):
      path = "/chat/completions"
      completion = Array(example.completion.utf8)
      if messages.isEmpty { return missing(Self.nothingBefore) }
      members = example.rendering.members
      members[endpoint.profile.chatLimit ?? "max_tokens"] = length
      members["logprobs"] = true
      members["messages"] = messages.json
      members["top_logprobs"] = .number(Double(top))
    case .text(let prompt):
      if endpoint.profile.chatOnly == true {
        throw HostError(
          .unsupported,
          "\(endpoint.host.name) has chat endpoints only: write the examples as messages, not as "
            + "prompt and completion"
        )
      }
      path = "/completions"
      let text = PromptedText(prompt: prompt, completion: example.completion)
      // Without a text there is no place to generate from.
      if text.boundary == 0 { return missing(Self.nothingBefore) }
      completion = Array(text.bytes[text.boundary...])
      members = [
        "logprobs": .number(Double(top)), "max_tokens": length, "prompt": .string(text.prompt),
      ]
    }
    members = endpoint.members(of: model, members)
    let (call, reply) = try await endpoint.post(
      path,
      JSON.object(members).bytes,
      mode,
      bytes: example.size
    )
    let document = try reply.json(of: call)
    try endpoint.check(document["model"]?.string, is: model)
    guard let choice = document["choices"]?[0] else {
      throw endpoint.garbled(call, reply, "without a choice")
    }
    return read(choice, completion)
  }

  /// The loss of a completion by what was generated.
  func read(_ choice: JSON, _ completion: [UInt8]) -> LossReading {
    if choice["finish_reason"]?.string == "content_filter" { return missing("content filter") }
    if choice["message"]?["refusal"]?.string != nil { return missing("refusal") }
    let lists = TopList.read(choice["logprobs"])
    if lists.isEmpty { return missing("no log-probabilities returned") }

    var values: [Double] = []
    var rest = completion[...]
    for list in isFirstTokenOnly ? lists.prefix(1) : lists[...] {
      if let fault = list.fault { return missing(fault) }
      // Tokenisers take the longest piece they have: of several listed ones that fit, the longest.
      let fitting = list.known.filter { !$0.text.isEmpty && rest.starts(with: $0.text) }
      guard let next = fitting.max(by: { $0.text.count < $1.text.count }) else {
        return censored(values, bound: list.unlistedBound)
      }
      // Two tokens may be spelt alike: which one the completion has is not known then.
      let hasTwin = fitting.contains { $0.text == next.text && $0.value != next.value }
      if next.text.count == rest.count, !hasTwin { return read(values + [next.value]) }
      let leaves = next.text != list.chosen.text
      if leaves || hasTwin || isFirstTokenOnly {
        // Which of the fitting tokens is the completion's own, listed or not, is not known.
        let likeliest = fitting.map(\.value).max() ?? next.value
        return censored(values, bound: max(likeliest, list.unlistedBound))
      }
      values.append(next.value)
      rest = rest.dropFirst(next.text.count)
    }
    return censored(values, bound: 0)
  }

  private func censored(_ values: [Double], bound: Double) -> LossReading {
    let known = read(values + [bound])
    guard case .measured(let sum) = known.loss else { return known }
    // How many tokens the completion has is not known: those are counted that the bound is for.
    return LossReading(
      loss: .censored(atLeast: sum),
      tokens: values.count + 1,
      tokenLogProbabilities: values.map(Float.init),
      method: name
    )
  }
}

extension ScoringMethod {
  /// The list of most likely first tokens: exact for completions of one token that it holds.
  package static let firstToken = ScoringMethod("first-token", isExact: false) {
    PathReader($0, $1, isFirstTokenOnly: true)
  }

  /// Greedy generation with lists of most likely tokens, as far as it agrees with the completion.
  package static let generatedPath = ScoringMethod("generated-path", isExact: false) {
    PathReader($0, $1, isFirstTokenOnly: false)
  }
}
