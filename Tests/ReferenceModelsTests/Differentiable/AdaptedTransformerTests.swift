import Experiment
import Testing

@testable import ReferenceModels

private let shape = Architecture(width: 8, layers: 2, heads: 2, vocabulary: 260, context: 64)

private let examples = [
  TokenSequence(tokens: [256, 3, 7, 3, 9, 100, 256], completion: 5..<7),
  TokenSequence(tokens: [256, 7, 1], completion: 2..<3),
  TokenSequence(tokens: [256, 200, 9, 9, 4, 5, 6], completion: 1..<7),
]

extension AdaptedTransformer {
  /// A model of width 8 on three examples of different lengths.
  static func small(_ adapter: LowRankAdapter) -> AdaptedTransformer {
    AdaptedTransformer(Transformer(shape, seed: 5), examples: examples, adapter: adapter)
  }
}

/// The losses of the examples as the reference provider computes them.
private func losses(_ model: Transformer) -> [Double] {
  examples.map { example in
    var batch = TokenBatch()
    batch.append(example)
    return Pass().run(model, batch).reduce(0) { $0 - Double($1) }
  }
}

private func expectClose(_ values: [Double], _ expected: [Double]) {
  #expect(values.count == expected.count)
  for (value, truth) in zip(values, expected) { #expect(abs(value - truth) < 1e-4 * truth) }
}

struct AdaptedTransformerTests {
  @Test func `untrained adapters change no loss`() {
    let model = AdaptedTransformer.small(LowRankAdapter())
    let start = model.initialParameters(seed: 1)
    #expect(start.contains { $0 != 0 })
    expectClose(model.losses(of: [0, 1, 2], at: start), losses(Transformer(shape, seed: 5)))
  }

  @Test(arguments: [Set(LowRankAdapter.Place.allCases), [.query, .down]])
  func `merged adapters give an ordinary transformer with the same losses`(
    places: Set<LowRankAdapter.Place>
  ) {
    let model = AdaptedTransformer.small(LowRankAdapter(rank: 3, alpha: 5, places: places))
    let parameters = model.initialParameters(seed: 1).indices.map { 0.3 * Double($0 % 7 - 3) }
    let adapted = model.losses(of: [0, 1, 2], at: parameters)
    expectClose(adapted, losses(model.merged(parameters)))
    for (value, plain) in zip(adapted, losses(Transformer(shape, seed: 5))) {
      #expect(abs(value - plain) > 1e-2)
    }
  }

  @Test func `parameters are two layers without bias for each adapted matrix`() {
    let model = AdaptedTransformer.small(LowRankAdapter(rank: 2, places: [.keyValue, .down]))
    #expect(
      model.layers.map(\.name) == [
        "block 1 keyValue A", "block 1 keyValue B", "block 1 down A", "block 1 down B",
        "block 2 keyValue A", "block 2 keyValue B", "block 2 down A", "block 2 down B",
      ]
    )
    #expect(model.layers.allSatisfy { !$0.hasBias })
    // 2 blocks × 2 × (8 + 16 + 32 + 8).
    #expect(model.parameterCount == 256)
  }

  @Test func `fine-tuning lowers the losses of its examples`() throws {
    let model = AdaptedTransformer.small(LowRankAdapter())
    let start = model.initialParameters(seed: 1)
    let descent = GradientDescent(epochs: 15, batchSize: 2, learningRate: 0.03, rule: .adam)
    let tuned = try descent.train(model, from: start, on: [0, 1], seed: 1)
    let before = model.losses(of: [0, 1], at: start)
    for (after, before) in zip(model.losses(of: [0, 1], at: tuned), before) {
      #expect(after < before - 2)
    }
  }

  @Test func `an example is the end token, its prompt and its completion`() throws {
    let example = Example(id: "a", prompt: .text("ab"), completion: "c")
    let vocabulary = Vocabulary(merges: [])
    let open = try vocabulary.sequence(example, closing: false, context: 5)
    #expect(open == TokenSequence(tokens: [256, 32, 97, 98, 99], completion: 4..<5))
    let closed = try vocabulary.sequence(example, closing: true, context: 6)
    #expect(closed == TokenSequence(tokens: [256, 32, 97, 98, 99, 256], completion: 4..<6))
    let error = #expect(throws: ReferenceModelError.self) {
      try vocabulary.sequence(example, closing: true, context: 5)
    }
    #expect(
      error?.description == "example 'a' has 6 tokens; the local model reads at most 5"
    )
  }
}
