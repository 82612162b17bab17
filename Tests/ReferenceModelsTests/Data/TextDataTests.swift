import Experiment
import Testing

@testable import ReferenceModels

private let lines = (0..<8).map { index in
  #"{"prompt": "Who has \#(["tea", "milk"][index % 2])?", "completion": " \#(["Ann", "Bob"][index % 2])"}"#
}

private func read(_ lines: [String], _ role: Role) throws -> [Example] {
  try ExampleFile.parse(Array(lines.joined(separator: "\n").utf8), role: role, file: "t.jsonl")
}

private func textData(context: Int = 32) throws -> TextData {
  try TextData(
    train: read(lines, .train),
    queries: read(Array(lines.prefix(2)), .query),
    architecture: Architecture(width: 8, layers: 1, heads: 2, vocabulary: 300, context: context)
  )
}

struct TextDataTests {
  @Test func `examples of a file become sequences of its own vocabulary`() throws {
    let data = try textData()
    #expect(data.trainCount == 8)
    #expect(data.sequences.count == 10)
    #expect(data.architecture.vocabulary == data.vocabulary.count)
    #expect(data.vocabulary.count > 257)
    for (index, sequence) in data.sequences.enumerated() {
      let bytes = sequence.tokens.flatMap { data.vocabulary.bytes(of: $0) }
      let who = index % 2 == 0 ? "tea? Ann" : "milk? Bob"
      #expect(String(decoding: bytes, as: UTF8.self) == " Who has " + who)
      #expect((sequence.tokens.last == 256) == (index < 8))
      #expect(sequence.completion.upperBound == sequence.tokens.count)
    }
  }

  @Test func `adapters on a trained base learn a query's answer`() throws {
    let data = try textData()
    let train = Array(0..<data.trainCount)
    let base = try data.base(trainedOn: train, epochs: 8, batchSize: 4, seed: 1)
    let model = AdaptedTransformer(base, examples: data.sequences, adapter: LowRankAdapter())
    let untrained = AdaptedTransformer(
      try data.base(trainedOn: train, epochs: 0, seed: 1),
      examples: data.sequences,
      adapter: LowRankAdapter()
    )
    let start = model.initialParameters(seed: 1)
    let descent = GradientDescent(epochs: 4, batchSize: 4, learningRate: 0.02, rule: .adam)
    let tuned = try descent.train(model, from: start, on: train, seed: 1)
    for query in 8..<10 {
      let losses = [
        untrained.losses(of: [query], at: start)[0],
        model.losses(of: [query], at: start)[0],
        model.losses(of: [query], at: tuned)[0],
      ]
      #expect(losses[0] > losses[1] + 0.1)
      #expect(losses[1] > losses[2] + 0.1)
    }
  }

  @Test func `examples longer than the context are named`() {
    let error = #expect(throws: ReferenceModelError.self) { try textData(context: 3) }
    #expect(error?.code == .tooLong)
    #expect(error?.description.contains("'train-0'") == true)
  }
}
