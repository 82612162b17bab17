package import Experiment
import FoundationEssentials
import Glibc
import Statistics
import Synchronization

// What a server needs beside training and reading losses: tokens, readings of any text, generation. These
// run on the calling thread, so that work already under way elsewhere cannot hold them up.
extension ReferenceProvider {
  /// The token that opens and closes every sequence.
  package static let endToken = Int32(Vocabulary.end)

  /// Most tokens a sequence may have.
  package var context: Int { architecture.context }

  /// Tells providers apart whose models mean different things: vocabulary, shape and base model.
  package var fingerprint: String {
    var digest = Digest()
    digest.update(vocabularyDigest)
    digest.update("\(architecture) \(seed)")
    return digest.description
  }

  /// Tokens of a prompt as training and reading losses see them: the end token, then its text.
  package func tokens(of prompt: Prompt) -> [Int32] {
    [Self.endToken] + vocabulary.encode(prompt.rendered)
  }

  /// Tokens of a text that goes on after another, such as a completion.
  package func tokens(continuing text: String) -> [Int32] { vocabulary.encode(text) }

  /// The bytes a token stands for; none for the end token and for what is no token.
  package func bytes(of token: Int32) -> [UInt8] { vocabulary.bytes(of: token) }

  /// What a model says of every token but the first.
  ///
  /// - Parameters:
  ///   - tokens: Tokens of this vocabulary, at most `context`.
  ///   - model: The model; `nil` is the base.
  ///   - top: How many of the likeliest tokens are listed at each place.
  /// - Returns: One reading for each token from the second on.
  /// - Throws: `ReferenceModelError` when the model is not known or its weights are damaged.
  package func readings(
    of tokens: [Int32],
    under model: ModelReference?,
    top: Int
  ) throws(ReferenceModelError) -> [TokenReading] {
    let model = try load(model)
    guard tokens.count > 1 else { return [] }
    let engine = takeEngine()
    defer { returnEngine(engine) }
    return engine.readings(
      model,
      of: TokenSequence(tokens: tokens, completion: 1..<tokens.count),
      top: top
    )
  }

  /// An embedding of a text: the mean of the model's last states over its tokens.
  ///
  /// - Parameters:
  ///   - tokens: At least one token of this vocabulary, at most `context`.
  ///   - model: The model; `nil` is the base.
  /// - Returns: As many numbers as the model is wide.
  /// - Throws: `ReferenceModelError` when the model is not known or its weights are damaged.
  package func embedding(
    of tokens: [Int32],
    under model: ModelReference?
  ) throws(ReferenceModelError) -> [Float] {
    let model = try load(model)
    let engine = takeEngine()
    defer { returnEngine(engine) }
    return engine.meanState(model, of: tokens)
  }

  /// Continues a sequence token by token.
  ///
  /// Log-probabilities are the model's own, before temperature.
  ///
  /// - Parameters:
  ///   - tokens: What is there already, at least one token.
  ///   - model: The model; `nil` is the base.
  ///   - limit: Most new tokens; together with `tokens` at most `context`.
  ///   - temperature: 0 takes the likeliest token; otherwise tokens are drawn.
  ///   - seed: Seed of the drawing.
  ///   - top: How many of the likeliest tokens are listed at each place.
  ///   - isDone: Called with each new token; whether it is the last.
  /// - Returns: The new tokens; the end token, when drawn, is the last.
  /// - Throws: `ReferenceModelError` when the model is not known or its weights are damaged.
  package func generate(
    after tokens: [Int32],
    under model: ModelReference?,
    limit: Int,
    temperature: Double,
    seed: UInt64,
    top: Int,
    until isDone: (TokenReading) -> Bool
  ) throws(ReferenceModelError) -> [TokenReading] {
    let model = try load(model)
    let engine = takeEngine()
    defer { returnEngine(engine) }
    var generator = SplitMix64(seed: seed, stream: 3)
    var sequence = tokens
    var result: [TokenReading] = []
    while result.count < limit {
      let values = engine.distribution(model, after: sequence)
      let order = values.indices.sorted { (values[$1], $0) < (values[$0], $1) }
      let chosen =
        temperature > 0
        ? draw(values, temperature, at: Double(generator.next() >> 11) * 0x1p-53) : order[0]
      let reading = TokenReading(
        TokenCandidate(Int32(chosen), values[chosen]),
        likeliest: order.prefix(top).map { TokenCandidate(Int32($0), values[$0]) }
      )
      result.append(reading)
      sequence.append(Int32(chosen))
      if reading.chosen.token == Self.endToken || isDone(reading) { break }
    }
    return result
  }

  /// The token at a place 0..<1 of the cumulative distribution, sharpened or flattened.
  private func draw(_ values: [Float], _ temperature: Double, at place: Double) -> Int {
    let most = Double(values.max() ?? 0)
    let weights = values.map { exp((Double($0) - most) / temperature) }
    var left = place * weights.reduce(0, +)
    for (index, weight) in weights.enumerated() {
      left -= weight
      if left < 0 { return index }
    }
    return weights.lastIndex { $0 > 0 } ?? 0
  }

  /// Forgets a model and removes its weights; one that is not there is no error.
  ///
  /// - Throws: `ReferenceModelError` when the file cannot be removed.
  package func remove(_ model: ModelReference) throws(ReferenceModelError) {
    state.withLock { state in state.models.removeAll { $0.name.isSame(as: model.name) } }
    let path = file(model.name).path
    guard !model.name.contains("/"), FileManager.default.fileExists(atPath: path) else { return }
    do {
      try FileManager.default.removeItem(atPath: path)
    } catch {
      throw ReferenceModelError(
        .unwritable,
        "cannot remove model weights '\(path)': \(systemWords(for: error))"
      )
    }
  }
}
