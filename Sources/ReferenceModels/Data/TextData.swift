package import Experiment
import Kernels

/// Training examples and queries as tokens of a vocabulary that is learned from the training set.
package struct TextData: Sendable {
  /// The vocabulary.
  package let vocabulary: Vocabulary
  /// The training examples, which close with the end token, then the queries, which do not.
  package let sequences: [TokenSequence]
  /// Number of training examples.
  package let trainCount: Int
  /// Shape of a model that reads them: its vocabulary is the real number of tokens.
  package let architecture: Architecture

  /// Tokenises examples.
  ///
  /// - Parameters:
  ///   - train: Training examples.
  ///   - queries: Queries.
  ///   - architecture: Shape of the model; its vocabulary is an upper limit.
  /// - Throws: `ReferenceModelError` when the shape is impossible or an example is too long for it.
  package init(
    train: [Example],
    queries: [Example],
    architecture: Architecture
  ) throws(ReferenceModelError) {
    if let problem = architecture.problem {
      throw ReferenceModelError(.architecture, "impossible architecture: \(problem)")
    }
    let vocabulary = Vocabulary(
      learnedFrom: train.lazy.flatMap { [$0.prompt.rendered, $0.completion] },
      size: architecture.vocabulary
    )
    var sequences: [TokenSequence] = []
    for (examples, closing) in [(train, true), (queries, false)] {
      for example in examples {
        let context = architecture.context
        sequences.append(try vocabulary.sequence(example, closing: closing, context: context))
      }
    }
    var shape = architecture
    shape.vocabulary = vocabulary.count
    self.vocabulary = vocabulary
    self.sequences = sequences
    self.architecture = shape
    trainCount = train.count
  }

  /// A transformer that was trained in full, in single precision, for adapters to start from.
  ///
  /// - Parameters:
  ///   - members: Positions of the sequences to train on.
  ///   - epochs: Passes over them; 0 leaves the model untrained.
  ///   - batchSize: Sequences a step.
  ///   - seed: Seed of the first weights and of the order.
  /// - Returns: A new model.
  /// - Throws: `ReferenceModelError` when training diverges; `CancellationError`.
  package func base(
    trainedOn members: [Int],
    epochs: Int,
    batchSize: Int = 16,
    seed: UInt64
  ) throws -> Transformer {
    let model = Transformer(architecture, seed: seed)
    guard epochs > 0 else { return model }
    let tokens = Fitting(threads: { 1 }).train(
      model,
      on: members.map { sequences[$0] },
      weights: nil,
      settings: FittingSettings(
        epochs: epochs,
        batchSize: batchSize,
        learningRate: ReferenceProvider.learningRate,
        seed: seed
      ),
      epochDone: { _ in },
      progress: { _ in !Task.isCancelled }
    )
    guard tokens != nil else { throw CancellationError() }
    guard sumOfSquares(model.parameters).isFinite else {
      throw ReferenceModelError(
        .diverged,
        "training of the base model diverged: a weight is no longer a number",
        hint: "lower model.baseEpochs"
      )
    }
    return model
  }
}
