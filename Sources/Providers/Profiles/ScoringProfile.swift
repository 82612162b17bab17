/// How a host prices completions: the `scoring` section of its profile.
///
/// Only `methods` and `batch` must be told; every other member has a default that asks for nothing
/// a plain OpenAI-shaped server does not have.
public struct ScoringProfile: Sendable, Hashable, Decodable {
  /// Whose routes turn texts and chats into token ids.
  public enum Tokenizer: String, Sendable, Hashable, Decodable {
    /// `POST /tokenize {"prompt"}` or `{"messages"}` beside `/v1`; answers `{"tokens"}`.
    case vllm
    /// `POST /tokenize {"prompt"}` beside `/v1`; it does not render chats.
    case sglang
    /// `POST /tokenize {"content"}` and `POST /apply-template {"messages"}` beside `/v1`.
    case llamacpp = "llama.cpp"
  }

  /// Methods to try, most exact first.
  ///
  /// One of `echo`, `prompt-logprobs`, `sglang`, `tgi`, `token-walk`, `generated-path` and
  /// `first-token`, as `ScoringMethod` describes them. The probe takes the first that works;
  /// `first-token` before `generated-path` means: the former where every completion of the sample
  /// turns out to be one token, otherwise the latter.
  public var methods: [String]
  /// Prompts a request may hold; 1 where the host does not take lists.
  public var batch: Int
  /// Tokens an echo request generates, dropped from the reply: 0, or 1 when not told.
  ///
  /// Only where 0 is known to mean none: llama-cpp-python takes it for "until the context is full".
  public var generated: Int?
  /// Whether echo asks with `logprobs: true` for Fireworks' `content[]` shape instead of a count.
  public var structured: Bool?
  /// Whose tokenizing routes it has; `nil` when token ids cannot be asked for.
  ///
  /// With it chat examples can be priced exactly, and completions whose first token would merge
  /// with the prompt's last one.
  public var tokenizer: Tokenizer?
  /// Longest list of top log-probabilities to ask for in chat; 20 when not told.
  public var topLogProbs: Int?
  /// Name of the member that limits generated chat tokens; `max_tokens` when not told.
  public var limitName: String?
  /// Further members of every pricing request, such as Fireworks'
  /// `context_length_exceeded_behavior: "error"`.
  package var members: [String: JSON]?
}
