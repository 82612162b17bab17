import Experiment
import ReferenceModels

/// `POST /v1/chat/completions`, by the reference model's own template.
struct ChatCompletions {
  /// A turn, whose content is a text or a list of texts.
  struct Turn: Decodable {
    private struct Part: Decodable {
      let type: String
      let text: String
    }

    let message: Message

    private enum CodingKeys: CodingKey { case role, content }

    init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: CodingKeys.self)
      let role = try container.decode(String.self, forKey: .role)
      if let text = try? container.decode(String.self, forKey: .content) {
        message = Message(role: role, content: text)
      } else {
        let parts = try container.decode([Part].self, forKey: .content)
        message = Message(role: role, content: parts.map(\.text).joined())
      }
    }
  }

  struct Request: Decodable {
    let messages: [Turn]
    let max_tokens: Int?
    let max_completion_tokens: Int?
    let logprobs: Bool?
    let top_logprobs: Int?
  }

  /// New tokens where the client names no limit.
  static let defaultLimit = 256

  private let models: ModelService
  private let sampling: SamplingRequest
  private let request: Request

  /// Reads a request.
  init(_ models: ModelService, _ body: ServerRequest) throws(APIError) {
    self.models = models
    sampling = try body.decoded()
    request = try body.decoded()
    try sampling.check()
    guard !request.messages.isEmpty else {
      throw .invalid("messages", "'messages' must not be empty")
    }
    if request.top_logprobs != nil, request.logprobs != true {
      throw .invalid("top_logprobs", "'top_logprobs' needs 'logprobs' to be true")
    }
    guard (0...Completions.mostCandidates).contains(request.top_logprobs ?? 0) else {
      throw .invalid("top_logprobs", "'top_logprobs' must be within 0...20")
    }
    guard (request.max_completion_tokens ?? request.max_tokens ?? 1) >= 1 else {
      throw .invalid("max_completion_tokens", "'max_completion_tokens' must be at least 1")
    }
  }

  /// Does the work.
  func response(id: Int) throws -> ServerResponse {
    let messages = request.messages.map(\.message)
    let tokens = models.provider.tokens(of: .chat(messages))
    let model = try models.model(sampling.model)
    let asked = request.max_completion_tokens ?? request.max_tokens
    let limit = asked ?? min(Self.defaultLimit, max(1, models.provider.context - tokens.count))
    try models.check(tokens.count, adding: limit, parameter: "messages")
    let wantsNumbers = request.logprobs ?? false
    let more = try models.continuation(
      of: tokens,
      under: model,
      limit: limit,
      top: request.top_logprobs ?? 0,
      from: 0,
      sampling
    )
    var digest = Digest()
    for message in messages {
      digest.update(message.role)
      digest.update(message.content)
    }
    return ServerResponse(
      200,
      [
        "id": .string("chatcmpl-\(id)"), "object": "chat.completion",
        "created": .integer(secondsSince1970()), "model": .string(sampling.model),
        "choices": [
          [
            "index": 0,
            "message": ["role": "assistant", "content": .string(more.shown), "refusal": nil],
            "logprobs": wantsNumbers
              ? ["content": .array(more.readings.map(tree)), "refusal": nil] : nil,
            "finish_reason": .string(more.reason),
          ]
        ],
        "usage": [
          "prompt_tokens": .integer(tokens.count),
          "completion_tokens": .integer(more.readings.count),
          "total_tokens": .integer(tokens.count + more.readings.count),
        ],
      ],
      entries: wantsNumbers ? [.read(model: sampling.model, prompt: digest)] : []
    )
  }

  private func tree(_ reading: TokenReading) -> JSONValue {
    .object(
      members(of: reading.chosen) + [
        ("top_logprobs", .array(reading.likeliest.map { .object(members(of: $0)) }))
      ]
    )
  }

  private func members(of candidate: TokenCandidate) -> [(String, JSONValue)] {
    let name = TokenText.name(of: candidate.token, models.provider)
    let isEnd = candidate.token == ReferenceProvider.endToken
    let bytes = isEnd ? Array(name.utf8) : models.provider.bytes(of: candidate.token)
    return [
      ("token", .string(name)), ("logprob", .number(Double(candidate.logProbability))),
      ("bytes", .array(bytes.map { .integer(Int($0)) })),
    ]
  }
}
