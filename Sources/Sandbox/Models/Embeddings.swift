import Experiment
import ReferenceModels

/// `POST /v1/embeddings`: the mean of the model's last states over each text's tokens, as a unit vector.
struct Embeddings {
  struct Request: Decodable {
    let model: String
    let input: Completions.Prompts
    let encoding_format: String?
    let dimensions: Int?
  }

  private let models: ModelService
  private let request: Request

  /// Reads a request.
  init(_ models: ModelService, _ body: ServerRequest) throws(APIError) {
    self.models = models
    request = try body.decoded()
    guard request.encoding_format ?? "float" == "float" else {
      throw .invalid("encoding_format", "the sandbox gives floats only")
    }
    if request.dimensions != nil {
      throw .invalid(
        "dimensions",
        "the sandbox does not support 'dimensions'",
        code: "unsupported_parameter"
      )
    }
  }

  /// Does the work.
  func response() throws -> ServerResponse {
    let inputs = request.input.tokens(of: models.provider)
    guard (1...Completions.mostPrompts).contains(inputs.count) else {
      throw APIError.invalid("input", "'input' takes 1 to \(Completions.mostPrompts) texts")
    }
    let model = try models.model(request.model)
    let known = 0..<Int32(models.provider.vocabularySize)
    for tokens in inputs {
      guard !tokens.isEmpty, tokens.allSatisfy(known.contains) else {
        throw APIError.invalid("input", "an input must have tokens, each within \(known)")
      }
      try models.check(tokens.count, adding: 0, parameter: "input")
    }
    let data = try inputs.enumerated().map { index, tokens -> JSONValue in
      let vector = try models.embedding(of: tokens, under: model)
      let length = vector.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
      return [
        "object": "embedding", "index": .integer(index),
        "embedding": .array(vector.map { .number(length > 0 ? Double($0) / length : 0) }),
      ]
    }
    let read = inputs.reduce(0) { $0 + $1.count }
    return ServerResponse(
      200,
      [
        "object": "list", "data": .array(data), "model": .string(request.model),
        "usage": ["prompt_tokens": .integer(read), "total_tokens": .integer(read)],
      ]
    )
  }
}

extension Completions.Prompts {
  /// The prompts as tokens.
  fileprivate func tokens(of provider: ReferenceProvider) -> [[Int32]] {
    switch self {
    case .texts(let texts): texts.map { provider.tokens(of: .text($0)) }
    case .tokens(let lists): lists
    }
  }
}
