import Experiment
import Hosts
import Synchronization

/// A host whose every right answer is known, and that damages what a mutator is given.
///
/// Texts are cut into words with the space before them; a token's id and log-probability are functions of its
/// bytes.
final class Imitation: Hosts.Host {
  let name = "imitation"
  private let damagesTokenizer: Bool
  private let state: Mutex<State>

  private struct State {
    var mutator: Mutator
    var replies: [[UInt8]] = []
    var left = 400
  }

  /// Creates a host.
  ///
  /// - Parameters:
  ///   - mutator: What damages replies.
  ///   - damagesTokenizer: Whether the tokeniser's replies are damaged instead of losses.
  init(_ mutator: Mutator, damagesTokenizer: Bool = false) {
    self.damagesTokenizer = damagesTokenizer
    state = Mutex(State(mutator: mutator))
  }

  /// The damaged replies, in the order they were sent.
  var replies: [[UInt8]] { state.withLock { $0.replies } }

  func wait(_ duration: Duration) async throws {}

  func send(_ call: Call) async throws -> Reply {
    guard case .json(let bytes) = call.body, let body = JSONReader.read(bytes) else {
      return Reply(body: Array(#"{"model_path":"m","model_id":"m"}"#.utf8))
    }
    let isTokenizer = call.path.hasSuffix("/tokenize") || call.path.hasSuffix("/apply-template")
    let honest = answer(call.path, body)
    return try state.withLock { state in
      state.left -= 1
      guard state.left > 0 else { throw CancellationError() }
      guard isTokenizer == damagesTokenizer else { return Reply(body: honest) }
      let damaged = state.mutator.damaged(honest)
      state.replies.append(damaged)
      return Reply(body: damaged)
    }
  }

  // MARK: The right answers

  /// The tokens of a text.
  static func tokens(of text: String) -> [String] {
    var tokens: [String] = []
    for scalar in text.unicodeScalars {
      if tokens.isEmpty || scalar == " " { tokens.append("") }
      tokens[tokens.count - 1].unicodeScalars.append(scalar)
    }
    return tokens
  }

  /// A token's id.
  static func id(of token: String) -> Int {
    token.utf8.reduce(7) { ($0 * 31 + Int($1)) % 50_021 } + 10
  }

  /// The log-probability of the token with that id.
  static func value(of id: Int) -> Double { -Double(id % 7_919) / 1_000 - 0.001 }

  /// The ids of an example: what precedes its completion, and all, as the vLLM server below gives them.
  static func ids(of example: Example) -> (prompt: [Int], target: [Int]) {
    switch example.prompt {
    case .text(let prompt):
      let (all, first) = (prompt + example.completion, tokens(of: prompt).map(id))
      return (first, Array(tokens(of: all).map(id).dropFirst(first.count)))
    case .chat(let messages):
      let first = messages.flatMap { turn($0.role, $0.content) } + [id(of: "assistant")]
      return (first, tokens(of: example.completion).map(id) + [2])
    }
  }

  private static func turn(_ role: String, _ content: String) -> [Int] {
    [id(of: role)] + tokens(of: content).map(id) + [2]
  }

  private func answer(_ path: String, _ body: JSON) -> [UInt8] {
    switch path {
    case let path where path.hasSuffix("/tokenize"): tokenized(body)
    case let path where path.hasSuffix("/apply-template"): Array(#"{"prompt":"user: x"}"#.utf8)
    case let path where path.hasSuffix("/generate"): generated(body)
    case let path where path.hasSuffix("/completion"): forced(body)
    case let path where path.hasSuffix("/chat/completions"): walked()
    default: completions(body)
    }
  }

  private func tokenized(_ body: JSON) -> [UInt8] {
    let ids =
      if let messages = body["messages"]?.array {
        messages.flatMap { message in
          Self.turn(message["role"]?.string ?? "", message["content"]?.string ?? "")
        } + (body["add_generation_prompt"]?.bool == true ? [Self.id(of: "assistant")] : [])
      } else {
        Self.tokens(of: body["prompt"]?.string ?? body["content"]?.string ?? "").map(Self.id)
      }
    return Array("{\"count\":\(ids.count),\"tokens\":\(ids)}".utf8)
  }

  private func quoted(_ text: String) -> String {
    String(decoding: JSON.string(text).bytes, as: UTF8.self)
  }

  private func generated(_ body: JSON) -> [UInt8] {
    if let text = body["inputs"]?.string {
      let prefill = Self.tokens(of: text).enumerated().map { place, token in
        let value = place == 0 ? "null" : "\(Self.value(of: Self.id(of: token)))"
        return "{\"id\":\(place),\"text\":\(quoted(token)),\"logprob\":\(value)}"
      }
      return Array(
        "[{\"generated_text\":\"x\",\"details\":{\"prefill\":[\(prefill.joined(separator: ","))]}}]"
          .utf8
      )
    }
    let answers = (body["input_ids"]?.array ?? []).map { row in
      let entries = (row.array ?? []).compactMap(\.int).enumerated().map { place, id in
        "[\(place == 0 ? "null" : "\(Self.value(of: id))"),\(id),null]"
      }
      return "{\"text\":\"x\",\"meta_info\":{\"input_token_logprobs\":["
        + entries.joined(separator: ",") + "]}}"
    }
    return Array("[\(answers.joined(separator: ","))]".utf8)
  }

  private func forced(_ body: JSON) -> [UInt8] {
    let id = body["logit_bias"]?[0]?[0]?.int ?? 77
    let listed = [id, 99, 100].map {
      "{\"id\":\($0),\"token\":\"t\",\"logprob\":\(Self.value(of: $0))}"
    }
    return Array(
      ("{\"model\":\"m\",\"content\":\"t\",\"completion_probabilities\":[{\"id\":\(id),\"token\":\"t\","
        + "\"logprob\":\(Self.value(of: id)),\"top_logprobs\":[\(listed.joined(separator: ","))]}]}")
        .utf8
    )
  }

  private func walked() -> [UInt8] {
    let tokens = ["Paris", " is", " a", " city"].map { token in
      "{\"token\":\"\(token)\",\"logprob\":\(Self.value(of: Self.id(of: token))),\"top_logprobs\":["
        + "{\"token\":\"\(token)\",\"logprob\":\(Self.value(of: Self.id(of: token)))},"
        + "{\"token\":\" town\",\"logprob\":-7.25,\"bytes\":[32,116,111,119,110]}]}"
    }
    return Array(
      ("{\"model\":\"m\",\"choices\":[{\"index\":0,\"message\":{\"content\":\"Paris is a city\"},"
        + "\"logprobs\":{\"content\":[\(tokens.joined(separator: ","))]}}]}").utf8
    )
  }

  private func completions(_ body: JSON) -> [UInt8] {
    guard body["echo"]?.bool == true || body["prompt_logprobs"] != nil else {
      return walked()
    }
    let prompts =
      body["prompt"]?.array.map { $0.first?.number == nil ? $0 : [.array($0)] }
      ?? [body["prompt"] ?? .null]
    let choices = prompts.enumerated().map { index, prompt in
      let names = prompt.string.map(Self.tokens) ?? (prompt.array ?? []).map { "<\($0.int ?? 0)>" }
      let ids =
        prompt.string.map { Self.tokens(of: $0).map(Self.id) }
        ?? (prompt.array ?? []).compactMap(\.int)
      let values = ids.enumerated().map { $0 == 0 ? "null" : "\(Self.value(of: $1))" }
      if body["prompt_logprobs"] != nil {
        let entries = zip(ids, values).enumerated().map { place, pair in
          place == 0 ? "null" : "{\"\(pair.0)\":{\"logprob\":\(pair.1),\"rank\":1}}"
        }
        return "{\"index\":\(index),\"text\":\"x\",\"prompt_logprobs\":["
          + entries.joined(separator: ",") + "]}"
      }
      return "{\"text\":\"x\",\"index\":\(index),\"logprobs\":{\"tokens\":["
        + (names.map(quoted) + ["\" end\""]).joined(separator: ",") + "],\"token_logprobs\":["
        + (values + ["-0.5"]).joined(separator: ",") + "]},\"finish_reason\":\"length\"}"
    }
    return Array(
      "{\"id\":\"c\",\"model\":\"m\",\"choices\":[\(choices.joined(separator: ","))]}".utf8
    )
  }
}
