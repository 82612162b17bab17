import Experiment
import ReferenceModels

/// `POST /tokenize` in vLLM's shape: the tokens of a text or a chat.
///
/// A chat whose last turn is the assistant's, without the generation prompt, gives the tokens that a
/// training row of these turns is trained on, the closing token included.
struct Tokenization {
  struct Request: Decodable {
    let model: String?
    let prompt: String?
    let messages: [ChatCompletions.Turn]?
    let add_special_tokens: Bool?
    let add_generation_prompt: Bool?
  }

  private let models: ModelService
  private let request: Request

  /// Reads a request.
  init(_ models: ModelService, _ body: ServerRequest) throws(APIError) {
    self.models = models
    request = try body.decoded()
  }

  /// Does the work.
  func response() throws -> ServerResponse {
    if let name = request.model { _ = try models.model(name) }
    let tokens = try tokens()
    return ServerResponse(
      200,
      [
        "count": .integer(tokens.count), "max_model_len": .integer(models.provider.context),
        "tokens": .array(tokens.map { .integer(Int($0)) }), "token_strs": nil,
      ]
    )
  }

  private func tokens() throws(APIError) -> [Int32] {
    let provider = models.provider
    switch (request.prompt, request.messages?.map(\.message)) {
    case (let text?, nil):
      let tokens = provider.tokens(of: .text(text))
      return request.add_special_tokens == false ? Array(tokens.dropFirst()) : tokens
    case (nil, let messages?):
      if request.add_generation_prompt ?? true { return provider.tokens(of: .chat(messages)) }
      guard let last = messages.last, last.role == "assistant" else {
        throw .invalid(
          "add_generation_prompt",
          "without a generation prompt, the last message must be from the assistant"
        )
      }
      return provider.tokens(of: .chat(messages.dropLast()))
        + provider.tokens(continuing: last.content) + [ReferenceProvider.endToken]
    default: throw .invalid("prompt", "give either 'prompt' or 'messages'")
    }
  }
}
