import Kernels
import Testing

@testable import ReferenceModels

/// Central differences of the loss against the backward pass, one weight at a time.
struct GradientTests {
  static let shape = Architecture(width: 8, layers: 2, heads: 2, vocabulary: 260, context: 64)

  static func batch() -> TokenBatch {
    var batch = TokenBatch()
    batch.append(
      TokenSequence(tokens: [256, 3, 7, 3, 9, 100, 256], completion: 5..<7),
      factor: 0.7
    )
    batch.append(TokenSequence(tokens: [256, 7, 1], completion: 2..<3), factor: 0.2)
    batch.append(
      TokenSequence(tokens: [256, 200, 9, 9, 4, 5, 6], completion: 1..<7),
      factor: 0.05
    )
    return batch
  }

  static func loss(_ model: Transformer, _ batch: TokenBatch) -> Double {
    zip(Pass().run(model, batch), batch.factors).reduce(0) { $0 - Double($1.0) * Double($1.1) }
  }

  /// Every kind of weight, by name, with its view for a buffer.
  static let weights: [(name: String, view: @Sendable (Layout, Buffer) -> Matrix)] = [
    ("embedding", { $0.embedding($1) }),
    ("final gain", { $0.finalGain($1) }),
    ("attention gain, first block", { $0.block(0, in: $1).attentionGain }),
    ("query, first block", { $0.block(0, in: $1).query }),
    ("key and value, first block", { $0.block(0, in: $1).keyValue }),
    ("output, first block", { $0.block(0, in: $1).output }),
    ("mlp gain, first block", { $0.block(0, in: $1).mlpGain }),
    ("up, first block", { $0.block(0, in: $1).up }),
    ("down, first block", { $0.block(0, in: $1).down }),
    ("attention gain, last block", { $0.block(1, in: $1).attentionGain }),
    ("query, last block", { $0.block(1, in: $1).query }),
    ("key and value, last block", { $0.block(1, in: $1).keyValue }),
    ("output, last block", { $0.block(1, in: $1).output }),
    ("mlp gain, last block", { $0.block(1, in: $1).mlpGain }),
    ("up, last block", { $0.block(1, in: $1).up }),
    ("down, last block", { $0.block(1, in: $1).down }),
  ]

  @Test(arguments: weights.indices)
  func `the gradient of every layer equals finite differences`(kind: Int) {
    let batch = Self.batch()
    let model = Transformer(Self.shape, seed: 5)
    let layout = Layout(Self.shape)
    let gradient = Buffer(count: model.parameters.count)
    _ = Pass().run(model, batch, gradient: gradient)
    let weight = Self.weights[kind].view(layout, model.parameters)
    let slope = Self.weights[kind].view(layout, gradient)
    let step: Float = 4e-3
    // Rows that matter: for the embedding, tokens that are read or predicted.
    let rows = kind == 0 ? [3, 7, 9, 100, 256] : Array(0..<min(weight.rows, 6))
    var error = 0.0
    var size = 0.0
    for row in rows {
      for column in 0..<min(weight.columns, 6) {
        let value = weight[row, column]
        weight[row, column] = value + step
        let above = Self.loss(model, batch)
        weight[row, column] = value - step
        let below = Self.loss(model, batch)
        weight[row, column] = value
        let measured = (above - below) / Double(2 * step)
        error += (measured - Double(slope[row, column])) * (measured - Double(slope[row, column]))
        size += measured * measured
      }
    }
    #expect(size > 0, "\(Self.weights[kind].name) has no effect")
    // Float round-off of the loss (1e-7) over the step, and the step's own curvature.
    #expect(error.squareRoot() < 0.01 * size.squareRoot() + 1e-4, "\(Self.weights[kind].name)")
  }
}
