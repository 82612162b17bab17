public import Experiment

/// Embeds texts at an endpoint of OpenAI's shape: `POST /embeddings` with a list of texts.
public final class HostedEmbedder: Embedder {
  /// Texts of one request.
  package static let usualBatch = 64

  /// The host's name and its model's.
  public let model: String
  /// Texts of one request.
  public let batch: Int
  /// Requests at once.
  public let concurrency: Int
  private let host: any Host
  private let name: String

  /// Creates an embedder; asks nobody.
  ///
  /// - Parameters:
  ///   - host: Where to ask.
  ///   - model: The host's name of the model.
  ///   - batch: Texts of one request.
  ///   - concurrency: Requests at once.
  package init(
    host: any Host,
    model: String,
    batch: Int = HostedEmbedder.usualBatch,
    concurrency: Int = 1
  ) {
    self.host = host
    self.model = "\(host.name) \(model)"
    name = model
    self.batch = max(1, batch)
    self.concurrency = max(1, concurrency)
  }

  /// Embeds texts; where a list is refused, each half is asked alone, so that one text too long spoils no
  /// other.
  public func embed(_ texts: [String]) async throws -> [Embedding] {
    do {
      return try await ask(texts).map(Embedding.vector)
    } catch let error as HostError where error.code == .refused || error.code == .contextLength {
      guard texts.count > 1 else { return [.refused(reason: error.message)] }
      let half = texts.count / 2
      let halves = [Array(texts[..<half]), Array(texts[half...])]
      var result: [Embedding] = []
      for texts in halves { result += try await embed(texts) }
      // A model that takes no text at all is no model for embeddings.
      if result.allSatisfy({ $0.vector == nil }) { throw error }
      return result
    }
  }

  private func ask(_ texts: [String]) async throws -> [[Float]] {
    let body = JSON.object([
      "encoding_format": "float", "input": .array(texts.map { .string($0) }),
      "model": .string(name),
    ])
    let call = Call(
      "POST",
      "/embeddings",
      body: .json(body.bytes),
      purpose: .score,
      tokens: texts.reduce(0) { $0 + $1.utf8.count / 4 + 1 }
    )
    let reply = try await host.send(call)
    guard let data = try reply.json(of: call)["data"]?.array, data.count == texts.count else {
      throw garbled(call, reply, "without one embedding a text")
    }
    var vectors = [[Float]](repeating: [], count: texts.count)
    for (place, entry) in data.enumerated() {
      let index = entry["index"]?.int ?? place
      guard vectors.indices.contains(index), vectors[index].isEmpty,
        let numbers = entry["embedding"]?.array, !numbers.isEmpty
      else { throw garbled(call, reply, "with an embedding of no text") }
      vectors[index] = try numbers.map { number in
        guard let value = number.number.map(Float.init), value.isFinite else {
          throw garbled(call, reply, "with an embedding that is no list of numbers")
        }
        return value
      }
    }
    guard vectors.allSatisfy({ $0.count == vectors[0].count }) else {
      throw garbled(call, reply, "with embeddings of different lengths")
    }
    return vectors
  }

  private func garbled(_ call: Call, _ reply: Reply, _ words: String) -> HostError {
    HostError(
      .notUnderstood,
      "\(host.asked(call)) answered \(words): \(HostError.excerpt(reply.body))"
    )
  }
}
