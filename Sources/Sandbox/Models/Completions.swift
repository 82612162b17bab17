import Experiment
import ReferenceModels

/// `POST /v1/completions`.
///
/// Echoed prompts look as on vLLM: the token that opens every sequence comes first, as
/// `<|endoftext|>` with a null log-probability; it counts in `text_offset` but is not in `text`. So
/// every token of a text has a log-probability. A prompt of token ids is taken as it is, shown whole,
/// and its first token has none.
struct Completions {
  /// A prompt in one of the four forms.
  enum Prompts: Decodable {
    case texts([String])
    case tokens([[Int32]])

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let text = try? container.decode(String.self) {
        self = .texts([text])
      } else if let texts = try? container.decode([String].self) {
        self = .texts(texts)
      } else if let tokens = try? container.decode([Int32].self) {
        self = .tokens([tokens])
      } else {
        self = .tokens(try container.decode([[Int32]].self))
      }
    }
  }

  struct Request: Decodable {
    let prompt: Prompts
    let max_tokens: Int?
    let echo: Bool?
    let logprobs: Int?
    let suffix: String?
  }

  /// Most prompts a request may have.
  static let mostPrompts = 2048
  /// Most candidates listed at each place.
  static let mostCandidates = 20

  /// One prompt, ready to be read.
  private struct Prompt {
    let tokens: [Int32]
    /// The text as it was sent; `nil` when tokens were.
    let text: String?
    /// What it is counted as.
    let digest: Digest
  }

  private let models: ModelService
  private let sampling: SamplingRequest
  private let request: Request
  private let limit: Int
  private let echoes: Bool

  /// Reads a request.
  init(_ models: ModelService, _ body: ServerRequest) throws(APIError) {
    self.models = models
    sampling = try body.decoded()
    request = try body.decoded()
    try sampling.check()
    echoes = request.echo ?? false
    limit = request.max_tokens ?? 16
    if request.suffix != nil {
      throw .invalid(
        "suffix",
        "the sandbox does not support 'suffix'",
        code: "unsupported_parameter"
      )
    }
    guard limit >= (echoes ? 0 : 1) else {
      throw .invalid("max_tokens", "'max_tokens' must be at least 1, or 0 with 'echo'")
    }
    guard (0...Self.mostCandidates).contains(request.logprobs ?? 0) else {
      throw .invalid("logprobs", "'logprobs' must be within 0...\(Self.mostCandidates)")
    }
  }

  /// Does the work.
  func response(id: Int) throws -> ServerResponse {
    let prompts = try prompts()
    let model = try models.model(sampling.model)
    for prompt in prompts {
      try models.check(prompt.tokens.count, adding: limit, parameter: "prompt")
    }
    var choices: [JSONValue] = []
    var generated = 0
    for (index, prompt) in prompts.enumerated() {
      let (choice, count) = try choice(index, prompt, model)
      choices.append(choice)
      generated += count
    }
    let read = prompts.reduce(0) { $0 + $1.tokens.count }
    return ServerResponse(
      200,
      [
        "id": .string("cmpl-\(id)"), "object": "text_completion",
        "created": .integer(secondsSince1970()), "model": .string(sampling.model),
        "choices": .array(choices),
        "usage": [
          "prompt_tokens": .integer(read), "completion_tokens": .integer(generated),
          "total_tokens": .integer(read + generated),
        ],
      ],
      entries: request.logprobs == nil
        ? [] : prompts.map { .read(model: sampling.model, prompt: $0.digest) }
    )
  }

  private func prompts() throws(APIError) -> [Prompt] {
    let prompts: [Prompt]
    switch request.prompt {
    case .texts(let texts):
      prompts = texts.map { text in
        var digest = Digest()
        digest.update(text)
        return Prompt(tokens: models.provider.tokens(of: .text(text)), text: text, digest: digest)
      }
    case .tokens(let lists):
      prompts = lists.map { tokens in
        var digest = Digest()
        for token in tokens { digest.update("\(token)") }
        return Prompt(tokens: tokens, text: nil, digest: digest)
      }
    }
    guard (1...Self.mostPrompts).contains(prompts.count) else {
      throw .invalid("prompt", "'prompt' takes 1 to \(Self.mostPrompts) prompts")
    }
    for prompt in prompts {
      let known = 0..<Int32(models.provider.vocabularySize)
      guard !prompt.tokens.isEmpty, prompt.tokens.allSatisfy(known.contains) else {
        throw .invalid("prompt", "a prompt of tokens must have some, each within \(known)")
      }
    }
    return prompts
  }

  private func choice(
    _ index: Int,
    _ prompt: Prompt,
    _ model: ModelReference?
  ) throws -> (JSONValue, generated: Int) {
    let top = request.logprobs ?? 0
    var echoed = TokenText(models.provider)
    if echoes {
      for (place, token) in prompt.tokens.enumerated() {
        echoed.append(token, isOpening: place == 1 && prompt.text != nil)
      }
      echoed.close()
    }
    let more = try models.continuation(
      of: prompt.tokens,
      under: model,
      limit: limit,
      top: top,
      from: echoed.length,
      sampling
    )
    var logprobs = JSONValue.null
    if request.logprobs != nil {
      let read =
        echoes ? try models.readings(of: prompt.tokens, under: model, top: top) : []
      logprobs = tree(
        (echoes ? [nil] : []) + read + more.readings,
        pieces: echoed.pieces + more.text.pieces,
        offsets: echoed.offsets + more.text.offsets
      )
    }
    return (
      [
        "index": .integer(index),
        "text": .string((echoes ? prompt.text ?? echoed.text : "") + more.shown),
        "logprobs": logprobs, "finish_reason": .string(more.reason),
      ], more.readings.count
    )
  }

  private func tree(_ readings: [TokenReading?], pieces: [String], offsets: [Int]) -> JSONValue {
    let pieces = Array(pieces.prefix(readings.count))
    return [
      "text_offset": .array(offsets.prefix(readings.count).map { .integer($0) }),
      "token_logprobs": .array(
        readings.map { $0.map { .number(Double($0.chosen.logProbability)) } ?? nil }
      ),
      "tokens": .array(pieces.map { .string($0) }),
      "top_logprobs": .array(
        zip(readings, pieces).map { reading, piece in
          reading.map { candidates($0, chosenAs: piece) } ?? nil
        }
      ),
    ]
  }

  /// The candidates at one place by name, the chosen one always among them, as listed in `tokens`.
  private func candidates(_ reading: TokenReading, chosenAs piece: String) -> JSONValue {
    var names: Set = [piece]
    var members = [(piece, JSONValue.number(Double(reading.chosen.logProbability)))]
    for candidate in reading.likeliest where candidate.token != reading.chosen.token {
      // Two tokens may have the same text: the likelier one keeps it.
      let name = TokenText.name(of: candidate.token, models.provider)
      guard names.insert(name).inserted else { continue }
      members.append((name, .number(Double(candidate.logProbability))))
    }
    return .object(members)
  }
}
