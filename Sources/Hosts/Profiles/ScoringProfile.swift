/// How a host reads losses: the `scoring` section of its profile.
///
/// What is left out means "as OpenAI's wire has it". Nothing here is believed blindly: a probe asks
/// the host before anything is spent (`Probe`).
public struct ScoringProfile: Sendable, Hashable, Decodable {
  /// Where a server turns texts into its own token ids.
  public enum Tokenizer: String, Sendable, Hashable, Decodable {
    /// vLLM's `/tokenize`, which also renders chats with the model's template.
    case vllm
    /// SGLang's `/tokenize`: texts only.
    case sglang
    /// llama.cpp's `/tokenize` and, for chats, `/apply-template`.
    case llamaCpp = "llama.cpp"
  }

  /// Methods to try, most exact first.
  public var methods: [ScoringMethod]
  /// Examples a request may hold; 1 where the host takes no lists of prompts.
  public var batch: Int
  /// `max_tokens` of an echo request, 0 or 1; 1 when left out.
  ///
  /// 0 is sent only where the profile says so: some servers take it for "without limit". With 1 the
  /// generated token is dropped from the loss.
  public var echoMaxTokens: Int?
  /// Where token ids come from; left out where the host has no tokeniser to ask.
  public var tokenizer: Tokenizer?
  /// Longest list of most likely tokens the host gives; 20 when left out.
  public var topLogProbabilities: Int?
  /// Name of the member that limits a chat's reply; `max_tokens` when left out.
  public var chatLimit: String?
  /// Whether the host has chat endpoints only, so that plain prompts cannot be sent to it.
  public var chatOnly: Bool?
  /// Whether replies name something else than the model asked for, as Azure's deployments do.
  public var repliesNameOthers: Bool?
  /// Seconds that a model may take to answer for the first time after it was made; 0 when left out.
  ///
  /// Within them "no such model" and "unavailable" mean "not yet".
  public var readinessSeconds: Int?
  /// Most tokens of an example, prompt and completion; left out when it differs by model.
  public var context: Int?
  /// Further members of each scoring request, such as `context_length_exceeded_behavior`.
  ///
  /// For SGLang they join the request itself, for TGI its `parameters`.
  package var members: [String: JSON]?

  /// Creates a profile.
  package init(
    methods: [ScoringMethod],
    batch: Int = 1,
    echoMaxTokens: Int? = nil,
    tokenizer: Tokenizer? = nil,
    topLogProbabilities: Int? = nil,
    chatOnly: Bool? = nil,
    readinessSeconds: Int? = nil,
    members: [String: JSON]? = nil
  ) {
    self.methods = methods
    self.batch = batch
    self.echoMaxTokens = echoMaxTokens
    self.tokenizer = tokenizer
    self.topLogProbabilities = topLogProbabilities
    self.chatOnly = chatOnly
    self.readinessSeconds = readinessSeconds
    self.members = members
  }
}

/// A way to read the loss of a given completion from a host.
public enum ScoringMethod: String, Sendable, Hashable, Decodable, CaseIterable {
  /// `/completions` with `echo` and `logprobs`: the host returns the prompt's own log-probabilities.
  case echo
  /// vLLM's `prompt_logprobs`, by token ids.
  case promptLogProbabilities = "prompt-logprobs"
  /// SGLang's `/generate` with `return_logprob`, by token ids.
  case sglang
  /// Text Generation Inference's `/generate` with `decoder_input_details`.
  case tgi
  /// llama.cpp's `/completion`, one request a token with that token forced.
  case tokenWalk = "token-walk"
  /// The list of most likely first tokens: exact for completions of one token that it holds.
  case firstToken = "first-token"
  /// Greedy generation with lists of most likely tokens, as far as it agrees with the completion.
  case generatedPath = "generated-path"

  /// Whether every completion gets an exact loss, not only those that the model likes.
  public var isExact: Bool { self != .firstToken && self != .generatedPath }
}
