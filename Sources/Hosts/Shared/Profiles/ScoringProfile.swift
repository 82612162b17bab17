/// How a host reads losses: the `scoring` section of its profile.
///
/// What is left out means "as OpenAI's wire has it". Nothing here is believed blindly: a probe asks
/// the host before anything is spent (`Probe`).
package struct ScoringProfile: Sendable, Hashable, Decodable {
  /// Methods to try, most exact first.
  package var methods: [ScoringMethod]
  /// Examples a request may hold; 1 where the host takes no lists of prompts.
  package var batch = 1
  /// `max_tokens` of an echo request, 0 or 1; 1 when left out.
  ///
  /// 0 is sent only where the profile says so: some servers take it for "without limit". With 1 the
  /// generated token is dropped from the loss.
  package var echoMaxTokens: Int?
  /// Where token ids come from; left out where the host has no tokeniser to ask.
  package var tokenizer: Tokenizer?
  /// Longest list of most likely tokens the host gives; 20 when left out.
  package var topLogProbabilities: Int?
  /// Name of the member that limits a chat's reply; `max_tokens` when left out.
  package var chatLimit: String?
  /// Whether the host has chat endpoints only, so that plain prompts cannot be sent to it.
  package var chatOnly: Bool?
  /// Whether replies name something else than the model asked for, as Azure's deployments do.
  package var repliesNameOthers: Bool?
  /// Seconds that a model may take to answer for the first time after it was made; 0 when left out.
  ///
  /// Within them "no such model" and "unavailable" mean "not yet".
  package var readinessSeconds: Int?
  /// Most tokens of an example, prompt and completion; left out when it differs by model.
  package var context: Int?
  /// Further members of each scoring request, such as `context_length_exceeded_behavior`.
  ///
  /// For SGLang they join the request itself, for TGI its `parameters`.
  package var members: [String: JSON]?
}

extension ScoringProfile {
  package init(by method: ScoringMethod) { self.init(methods: [method]) }
}
