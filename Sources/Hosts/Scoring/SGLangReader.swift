import Experiment

/// Losses by SGLang's own `/generate`, by token ids.
struct SGLangReader: LossReader {
  let name = ScoringMethod.sglang.rawValue
  private let endpoint: ScoringEndpoint
  private let tokenizer: ServerTokenizer
  private let members: [String: JSON]

  /// Binds the method to a model.
  ///
  /// `/generate` names no model: without `lora_path` the base answers, so that is only allowed when
  /// the base is what was asked for.
  /// - Parameters:
  ///   - endpoint: Where to ask.
  ///   - model: The model.
  /// - Throws: `HostError`.
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

  func ask(_ examples: [Example], _ question: Question) async throws -> [RowAnswer] {
    try await byIDs(examples, tokenizer, endpoint) { try await ask($0, question) }
  }

  private func ask(_ passages: [TokenPassage], _ question: Question) async throws -> [RowAnswer] {
    var body = members
    body["input_ids"] = .array(passages.map { .array($0.all.map { .number(Double($0)) }) })
    // The entry at the start is null.
    body["logprob_start_len"] = .array(passages.map { .number(Double($0.prompt.count - 1)) })
    body["return_logprob"] = true
    body["sampling_params"] = [
      "max_new_tokens": 1, "temperature": .number(endpoint.temperature),
    ]
    let count = passages.reduce(0) { $0 + $1.prompt.count + $1.target.count }
    let (call, reply) = try await endpoint.post(
      endpoint.native("/generate"),
      JSON.object(body).bytes,
      question,
      bytes: count * 4
    )
    let document = try reply.json(of: call)
    let answers = document.array ?? [document]
    guard answers.count == passages.count else {
      throw HostError(
        .notUnderstood,
        "\(endpoint.host.asked(call)) answered \(answers.count) texts for \(passages.count): "
          + HostError.excerpt(reply.body)
      )
    }
    return zip(answers, passages).map { answer, passage in
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
      return .success(read(entries, passage))
    }
  }

  /// The loss of one passage by its last entries: log-probability, id, text or null.
  func read(_ entries: [JSON], _ passage: TokenPassage) -> LossReading {
    let entries = entries.suffix(passage.target.count)
    guard entries.elementsEqual(passage.target, by: { $0[1]?.int == $1 }) else {
      return missing("other token ids returned than sent")
    }
    return read(entries.map { $0[0]?.number ?? .nan }, mark: passage.mark)
  }
}
