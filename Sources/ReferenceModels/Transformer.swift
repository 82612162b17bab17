package import Kernels
import Statistics

/// Weights of the reference language model, in one flat buffer.
///
/// Pre-norm decoder: token embedding (tied with the output), then per block causal attention with
/// linear position biases and a GELU MLP of four times the width, root-mean-square normalisation
/// before each and at the end, no biases.
package struct Transformer: Sendable {
  /// The shape; `architecture.vocabulary` is the real number of tokens here.
  package let architecture: Architecture
  /// All parameters, in the order of `Layout`.
  package let parameters: Buffer

  package init(_ architecture: Architecture, parameters: Buffer? = nil) {
    let count = Layout(architecture).count
    precondition(parameters == nil || parameters?.count == count)
    self.architecture = architecture
    self.parameters = parameters ?? Buffer(count: count)
  }

  /// An untrained model: normal weights scaled by fan-in, gains of 1.
  package init(_ architecture: Architecture, seed: UInt64) {
    self.init(architecture)
    let layout = Layout(architecture)
    var generator = SplitMix64(seed: seed, stream: 1)
    func fill(_ block: Matrix, deviation: Double) {
      for row in 0..<block.rows {
        for column in 0..<block.columns {
          block[row, column] = Float(deviation * generator.normal())
        }
      }
    }
    func fill(gain: Matrix) { for column in 0..<gain.columns { gain[0, column] = 1 } }
    let width = Double(architecture.width)
    let depth = Double(2 * architecture.layers)
    fill(layout.embedding(parameters), deviation: 1 / width.squareRoot())
    for layer in 0..<architecture.layers {
      let block = layout.block(layer, in: parameters)
      fill(gain: block.attentionGain)
      fill(gain: block.mlpGain)
      fill(block.query, deviation: 1 / width.squareRoot())
      fill(block.keyValue, deviation: 1 / width.squareRoot())
      fill(block.output, deviation: 1 / (width * depth).squareRoot())
      fill(block.up, deviation: 1 / width.squareRoot())
      fill(block.down, deviation: 1 / (4 * width * depth).squareRoot())
    }
    fill(gain: layout.finalGain(parameters))
  }

  /// A copy that shares nothing.
  package func copy() -> Transformer {
    let result = Transformer(architecture)
    result.parameters.assign(parameters)
    return result
  }
}

/// Where each weight lies in a flat buffer; gradients use the same places.
struct Layout {
  let architecture: Architecture

  /// Views of one block's weights.
  struct Block {
    let attentionGain: Matrix
    let query: Matrix
    let keyValue: Matrix
    let output: Matrix
    let mlpGain: Matrix
    let up: Matrix
    let down: Matrix
  }

  init(_ architecture: Architecture) { self.architecture = architecture }

  private var d: Int { architecture.width }
  private var embeddingCount: Int { architecture.vocabulary * d }
  private var blockCount: Int { 2 * d + 12 * d * d }

  var count: Int { embeddingCount + architecture.layers * blockCount + d }

  func embedding(_ buffer: Buffer) -> Matrix {
    Matrix(buffer, rows: architecture.vocabulary, columns: d)
  }

  func finalGain(_ buffer: Buffer) -> Matrix {
    Matrix(buffer, offset: count - d, rows: 1, columns: d)
  }

  func block(_ layer: Int, in buffer: Buffer) -> Block {
    var offset = embeddingCount + layer * blockCount
    func take(_ rows: Int, _ columns: Int) -> Matrix {
      defer { offset += rows * columns }
      return Matrix(buffer, offset: offset, rows: rows, columns: columns)
    }
    return Block(
      attentionGain: take(1, d),
      query: take(d, d),
      keyValue: take(d, 2 * d),
      output: take(d, d),
      mlpGain: take(1, d),
      up: take(d, 4 * d),
      down: take(4 * d, d)
    )
  }
}
