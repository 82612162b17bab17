import Experiment

/// Losses by Text Generation Inference's `/generate` with `decoder_input_details`: texts only.
struct TGIReader: LossReader {
  let name = ScoringMethod.tgi.rawValue
  private let endpoint: ScoringEndpoint
  private let parameters: JSON

  /// Binds the method to a model.
  ///
  /// `/generate` names no model: without `adapter_id` the base answers, so that is only allowed when
  /// the base is what was asked for.
  /// - Parameters:
  ///   - endpoint: Where to ask.
  ///   - model: The model.
  /// - Throws: `HostError`.
  init(_ endpoint: ScoringEndpoint, _ model: ServedModel) async throws {
    self.endpoint = endpoint
    var members = (endpoint.profile.members ?? [:]).merging(model.members) { _, own in own }
    if members["adapter_id"] == nil {
      let call = Call("GET", endpoint.native("/info"), purpose: .read)
      let document = try await endpoint.host.send(call).json(of: call)
      try endpoint.check(document["model_id"]?.string, is: model)
    }
    members["decoder_input_details"] = true
    members["details"] = true
    members["max_new_tokens"] = 1
    // Temperature 0 is refused: without one it decodes greedily.
    if endpoint.temperature > 0 { members["temperature"] = .number(endpoint.temperature) }
    parameters = .object(members)
  }

  func ask(_ examples: [Example], _ question: Question) async throws -> [RowAnswer] {
    try await one(of: examples) { example in
      guard case .text(let prompt) = example.prompt else { throw endpoint.chatUnsupported(name) }
      let passage = Passage(prompt: prompt, completion: example.completion)
      return try await ask(passage, question)
    }
  }

  private func ask(_ passage: Passage, _ question: Question) async throws -> LossReading {
    if passage.boundary == passage.bytes.count { return missing("empty completion") }
    let body: JSON = ["inputs": .string(passage.text), "parameters": parameters]
    let (call, reply) = try await endpoint.post(
      endpoint.native("/generate"),
      body.bytes,
      question,
      bytes: passage.bytes.count
    )
    let document = try reply.json(of: call)
    guard let prefill = (document[0] ?? document)["details"]?["prefill"]?.array, !prefill.isEmpty
    else {
      throw HostError(
        .unsupported,
        "\(endpoint.host.name) returned no prefill log-probabilities; start it with "
          + "--enable-prefill-logprobs"
      )
    }
    let row = TokenRow(
      prefill.map { ($0["text"]?.string ?? "", $0["logprob"]?.number ?? .nan) }
    )
    let alignment = Alignment.read(row, passage, hasTail: false)
    if case .target(let range) = alignment { return read(row.values[range]) }
    return missing(alignment.reason)
  }
}
