import Experiment

/// Losses by SGLang's own `/generate`, by token ids.
struct SGLangReader: TokenReader {
  let name = ScoringMethod.sglang.name
  let endpoint: ScoringEndpoint
  private let tokenizer: ServerTokenizer
  private let members: [String: JSON]

  /// `/generate` names no model: without `lora_path` the base answers, so that is only allowed when
  /// the base is what was asked for.
  init(_ endpoint: ScoringEndpoint, _ model: ServedModel) async throws {
    self.endpoint = endpoint
    tokenizer = try endpoint.requiredTokenizer(for: .sglang)
    members = (endpoint.profile.members ?? [:]).merging(model.members) { _, own in own }
    if members["lora_path"] == nil {
      let call = Call("GET", endpoint.native("/get_model_info"), purpose: .read)
      let document = try await endpoint.host.send(call).json(of: call)
      let names = [document["model_path"], document["served_model_name"]].compactMap { $0?.string }
      if !names.contains(same: model.name) {
        try endpoint.check(names.first, is: model)
      }
    }
  }

  func ask(_ examples: [Example], _ mode: ReadingMode) async throws -> [RowAnswer] {
    try await byIDs(examples, tokenizer, mode)
  }

  func ask(_ texts: [PromptedTokens], _ mode: ReadingMode) async throws -> [RowAnswer] {
    var body = members
    body["input_ids"] = .array(texts.map { .array($0.all.map { .number(Double($0)) }) })
    // The entry at the start is null.
    body["logprob_start_len"] = .array(texts.map { .number(Double($0.prompt.count - 1)) })
    body["return_logprob"] = true
    body["sampling_params"] = [
      "max_new_tokens": 1, "temperature": .number(endpoint.temperature),
    ]
    let count = texts.reduce(0) { $0 + $1.prompt.count + $1.target.count }
    let (call, reply) = try await endpoint.post(
      endpoint.native("/generate"),
      JSON.object(body).bytes,
      mode,
      bytes: count * 4
    )
    let document = try reply.json(of: call)
    let answers = document.array ?? [document]
    guard answers.count == texts.count else {
      throw endpoint.garbled(call, reply, "\(answers.count) texts for \(texts.count)")
    }
    return zip(answers, texts).map { answer, text in
      if let end = answer["meta_info"]?["finish_reason"], end["type"]?.string == "abort" {
        return .failure(RowFault(HostError(aborted: end, asked: endpoint.host.asked(call))))
      }
      guard let entries = answer["meta_info"]?["input_token_logprobs"]?.array else {
        let error = HostError(
          .unsupported,
          "\(endpoint.host.name) returned no input_token_logprobs"
        )
        return .failure(RowFault(error, reason: "no input_token_logprobs returned"))
      }
      return .success(read(entries, text))
    }
  }

  /// The loss of one text by its last entries: log-probability, id, text or null.
  func read(_ entries: [JSON], _ text: PromptedTokens) -> LossReading {
    let entries = entries.suffix(text.target.count)
    guard entries.elementsEqual(text.target, by: { $0[1]?.int == $1 }) else {
      return missing("other token ids returned than sent")
    }
    return read(entries.map { $0[0]?.number ?? .nan }, mark: text.mark)
  }
}

extension ScoringMethod {
  /// SGLang's `/generate` with `return_logprob`, by token ids.
  package static let sglang = ScoringMethod("sglang", takesLists: true) {
    try await SGLangReader($0, $1)
  }
}
