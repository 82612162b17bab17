import Experiment
import Foundation
import ReferenceModels
import Scenarios

private let epochs = 5

/// A provider with the demo's model in a folder of its own.
private func withDemoModel<Result>(
  cores: Int,
  _ body: (ReferenceProvider, Corpus) async throws -> Result
) async throws -> Result {
  let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
  defer { try? FileManager.default.removeItem(at: folder) }
  let corpus = Scenario.trigger.corpus(seed: 1)
  let provider = try ReferenceProvider(
    folder: folder.path,
    architecture: .demo,
    vocabularyFrom: corpus.train,
    seed: 1,
    cores: cores
  )
  return try await body(provider, corpus)
}

/// Training speed of the demo's model on the demo's rows, batches of 16.
func training() async throws {
  for cores in [1, 2] {
    try await withDemoModel(cores: cores) { provider, corpus in
      var rates: [Double] = []
      for seed in UInt64(1)...3 {
        let clock = ContinuousClock()
        let start = clock.now
        let trained = try await provider.train(
          ModelJob(
            key: "benchmark-\(seed)",
            start: nil,
            examples: corpus.train,
            hyperparameters: Hyperparameters(
              epochs: epochs,
              batchSize: 16,
              learningRateMultiplier: 1
            ),
            seed: seed
          ),
          progress: { _ in }
        )
        rates.append(Double(trained.tokens) / ((clock.now - start) / .seconds(1)))
      }
      print(
        "training \(provider.parameters) parameters, batch 16, \(cores) thread(s): "
          + "\((rates.max() ?? 0).formatted) tokens/s (best of 3)"
      )
    }
  }
}

/// The demo's model and token sequences as one JSON object, for `pytorch_transformer.py`.
func printSequences() throws {
  let corpus = Scenario.trigger.corpus(seed: 1)
  let provider = try ReferenceProvider(
    folder: FileManager.default.temporaryDirectory.path,
    architecture: .demo,
    vocabularyFrom: corpus.train,
    seed: 1
  )
  let rows = try corpus.train.map { example in
    let (tokens, prompt) = try provider.tokenised(example)
    return "[\(prompt),\(tokens)]"
  }
  let shape = Architecture.demo
  print(
    "{\"width\":\(shape.width),\"layers\":\(shape.layers),\"heads\":\(shape.heads),"
      + "\"vocabulary\":\(provider.vocabularySize),\"rows\":[\(rows.joined(separator: ","))]}"
  )
}
