import Experiment

/// Losses by Text Generation Inference's `/generate` with `decoder_input_details`: texts only.
struct TGIReader: SingleReader {
  let name = ScoringMethod.tgi.name
  private let endpoint: ScoringEndpoint
  private let parameters: JSON

  /// `/generate` names no model: without `adapter_id` the base answers, so that is only allowed when
  /// the base is what was asked for.
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

  func ask(_ example: Example, _ mode: ReadingMode) async throws -> LossReading {
    guard case .text(let prompt) = example.prompt else { throw endpoint.chatUnsupported(name) }
    let text = PromptedText(prompt: prompt, completion: example.completion)
    if text.boundary == text.bytes.count { return missing("empty completion") }
    let body: JSON = ["inputs": .string(text.text), "parameters": parameters]
    let (call, reply) = try await endpoint.post(
      endpoint.native("/generate"),
      body.bytes,
      mode,
      bytes: text.bytes.count
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
    let alignment = Alignment.read(row, text, hasTail: false)
    if case .target(let range) = alignment { return read(row.values[range]) }
    return missing(alignment.reason)
  }
}

extension ScoringMethod {
  /// Text Generation Inference's `/generate` with `decoder_input_details`.
  package static let tgi = ScoringMethod("tgi") { try await TGIReader($0, $1) }
}
