import Experiment
import Synchronization

/// Losses by llama.cpp's own `/completion`, one request a token, each with its token forced.
///
/// A large bias makes the target the token that is sampled, and the sampled token is always listed
/// with its log-probability before any bias. That is verified once a model against a list of
/// likely tokens; where it does not hold, the whole vocabulary is asked for.
struct TokenWalkReader: SingleReader {
  let name = ScoringMethod.tokenWalk.name
  private let endpoint: ScoringEndpoint
  private let model: ServedModel
  private let tokenizer: ServerTokenizer
  private let forcing = Forcing()

  private final class Forcing: Sendable {
    /// Whether forcing gives raw values; `nil` until verified.
    let works = Mutex<Bool?>(nil)
  }

  /// Throws `HostError` of code `unsupported` without a tokeniser.
  init(_ endpoint: ScoringEndpoint, _ model: ServedModel) throws(HostError) {
    self.endpoint = endpoint
    self.model = model
    tokenizer = try endpoint.requiredTokenizer(for: .tokenWalk)
  }

  func ask(_ example: Example, _ mode: ReadingMode) async throws -> LossReading {
    guard tokenizer.takes(example) else { return missing(HostError.callsTools.message) }
    let text = try await endpoint.tokens(of: example, tokenizer, for: name)
    if text.prompt.isEmpty { return missing(Self.nothingBefore) }
    var values: [Double] = []
    var ids = text.prompt
    let canForce = try await canForce()
    for target in text.target {
      let list = try await ask(ids, target: canForce ? target : nil, mode)
      guard let entry = list.first(where: { $0.id == target }) else {
        return missing("token \(target) was not returned")
      }
      values.append(entry.value)
      ids.append(target)
    }
    return read(values, mark: text.mark)
  }

  /// Verifies that a forced token keeps the value it has in a list of likely ones.
  private func canForce() async throws -> Bool {
    if let known = forcing.works.withLock({ $0 }) { return known }
    // A fixed text, asked as a score: a replay finds it whichever example comes first.
    let fixed = Probe.example(" Paris", isChat: false)
    let ids = try await tokenizer.tokens(of: fixed).prompt
    let likely = try await ask(ids, target: nil, count: 10, ReadingMode())
    var works = false
    if let unlikely = likely.last {
      let forced = try await ask(ids, target: unlikely.id, ReadingMode()).first
      // Kernels differ in the last bits from batch to batch; a bias of 1000 differs more.
      works = forced.map { $0.id == unlikely.id && abs($0.value - unlikely.value) < 0.05 } ?? false
    }
    forcing.works.withLock { $0 = works }
    return works
  }

  /// The tokens that a host lists for the place after some ids, the sampled one included.
  private func ask(
    _ ids: [Int],
    target: Int?,
    count: Int? = nil,
    _ mode: ReadingMode
  ) async throws -> [(id: Int, value: Double)] {
    // Without forcing all tokens are listed: llama.cpp cuts the number to its vocabulary.
    let listed = count ?? (target == nil ? 1 << 20 : 1)
    var body = endpoint.members(
      of: model,
      [
        "cache_prompt": true, "n_predict": 1, "n_probs": .number(Double(listed)),
        "post_sampling_probs": false, "prompt": .array(ids.map { .number(Double($0)) }),
        "return_tokens": true,
      ]
    )
    if let target { body["logit_bias"] = [[.number(Double(target)), 1000]] }
    let (call, reply) = try await endpoint.post(
      endpoint.native("/completion"),
      JSON.object(body).bytes,
      mode,
      bytes: ids.count * 4
    )
    let document = try reply.json(of: call)
    try endpoint.check(document["model"]?.string, is: model)
    guard let first = document["completion_probabilities"]?[0], first["logprob"] != nil else {
      throw HostError(
        .unsupported,
        "\(endpoint.host.name) returned no completion_probabilities with logprob"
      )
    }
    let entries = [first] + (first["top_logprobs"]?.array ?? [])
    return entries.compactMap { entry in
      entry["id"]?.int.map { ($0, entry["logprob"]?.number ?? .nan) }
    }
  }
}

extension ScoringMethod {
  /// llama.cpp's `/completion`, one request a token with that token forced.
  package static let tokenWalk = ScoringMethod("token-walk", asksPerToken: true) {
    try TokenWalkReader($0, $1)
  }
}
