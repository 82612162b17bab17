package import Experiment
import Kernels
import Statistics

/// Low-rank adapters of a transformer: W + (α/r)·A·B in place of W, A and B trained, W fixed.
///
/// - SeeAlso: Hu et al., "LoRA: Low-Rank Adaptation of Large Language Models", ICLR 2022.
package struct LowRankAdapter: Sendable, Hashable, Codable {
  /// A weight matrix of a transformer's block.
  package enum Place: String, Sendable, Hashable, Codable, CaseIterable {
    case query
    case keyValue
    case output
    case up
    case down
  }

  /// r, the columns of A, at least 1.
  package var rank: Int
  /// α: the adapter's product is scaled by α/r.
  package var alpha: Double
  /// Which matrices of each block have an adapter.
  package var places: Set<Place>

  package init(rank: Int = 4, alpha: Double = 8, places: Set<Place> = Set(Place.allCases)) {
    precondition(rank > 0 && !places.isEmpty)
    self.rank = rank
    self.alpha = alpha
    self.places = places
  }
}

/// A transformer with fixed weights and trainable low-rank adapters, on tokenised examples.
///
/// An example's loss is the summed negative log-likelihood of its completion tokens. It computes what
/// `Pass` does in `Float`, in double precision.
package struct AdaptedTransformer: DifferentiableModel {
  package let layers: [Layer]
  private let base: Transformer
  private let adapter: LowRankAdapter
  private let examples: [TokenSequence]
  private let weights: Weights
  /// Both layers of each adapter: A, then B.
  private let adapters: [[LowRankAdapter.Place: (down: Layer, up: Layer)]]

  /// The fixed weights in double precision.
  private struct Weights: Sendable {
    struct Block: Sendable {
      let attentionGain: [Double]
      let mlpGain: [Double]
      let matrices: [LowRankAdapter.Place: DoubleMatrix]
    }

    let embedding: DoubleMatrix
    /// width × vocabulary.
    let unembedding: DoubleMatrix
    let finalGain: [Double]
    let blocks: [Block]

    init(_ model: Transformer) {
      let layout = Layout(model.architecture)
      let buffer = model.parameters
      embedding = DoubleMatrix(layout.embedding(buffer))
      unembedding = embedding.transposed
      finalGain = DoubleMatrix(layout.finalGain(buffer)).values
      blocks = (0..<model.architecture.layers).map { layer in
        let block = layout.block(layer, in: buffer)
        return Block(
          attentionGain: DoubleMatrix(block.attentionGain).values,
          mlpGain: DoubleMatrix(block.mlpGain).values,
          matrices: Dictionary(
            uniqueKeysWithValues: LowRankAdapter.Place.allCases.map {
              ($0, DoubleMatrix(block[$0]))
            }
          )
        )
      }
    }
  }

  /// Creates a family of models on examples.
  ///
  /// - Parameters:
  ///   - base: The fixed weights; they must not change while the family is in use.
  ///   - examples: All examples, of the base's vocabulary and within its context.
  ///   - adapter: Shape of the adapters.
  package init(_ base: Transformer, examples: [TokenSequence], adapter: LowRankAdapter) {
    let known = 0..<Int32(base.architecture.vocabulary)
    precondition(examples.allSatisfy { $0.tokens.allSatisfy(known.contains) })
    let weights = Weights(base)
    var layers: [Layer] = []
    func add(_ name: String, inputs: Int, outputs: Int) -> Layer {
      let offset = layers.last?.range.upperBound ?? 0
      let layer = Layer(
        name: name,
        offset: offset,
        inputs: inputs,
        outputs: outputs,
        hasBias: false
      )
      layers.append(layer)
      return layer
    }
    adapters = weights.blocks.enumerated().map { index, block in
      var result: [LowRankAdapter.Place: (down: Layer, up: Layer)] = [:]
      for place in LowRankAdapter.Place.allCases where adapter.places.contains(place) {
        guard let matrix = block.matrices[place] else { continue }
        let name = "block \(index + 1) \(place.rawValue)"
        let down = add("\(name) A", inputs: matrix.rows, outputs: adapter.rank)
        result[place] = (down, add("\(name) B", inputs: adapter.rank, outputs: matrix.columns))
      }
      return result
    }
    self.base = base
    self.adapter = adapter
    self.examples = examples
    self.weights = weights
    self.layers = layers
  }

  package var count: Int { examples.count }

  /// Normal A of variance 1/inputs, zero B: the base's own losses.
  package func initialParameters(seed: UInt64) -> [Double] {
    var result = [Double](repeating: 0, count: parameterCount)
    var generator = SplitMix64(seed: seed, stream: 1)
    for index in stride(from: 0, to: layers.count, by: 2) {
      let layer = layers[index]
      let deviation = 1 / Double(layer.inputs).squareRoot()
      for place in layer.range { result[place] = deviation * generator.normal() }
    }
    return result
  }

  package func batch(of members: [Int]) -> Batch {
    var tokens = TokenBatch()
    for member in members { tokens.append(examples[member]) }
    var graph = Graph()
    var x = graph.append(.constant(weights.embedding.rows(tokens.tokens)))
    for index in weights.blocks.indices {
      let isLast = index == weights.blocks.count - 1
      x = append(block: index, to: &graph, x, tokens, chosen: isLast)
    }
    x = graph.append(.normalisation(x, gain: weights.finalGain))
    _ = graph.append(.product(x, weights.unembedding))
    return Batch(
      graph: graph,
      targets: tokens.targets,
      owners: tokens.spans.enumerated().flatMap { owner, span in span.rows.map { _ in owner } },
      count: members.count
    )
  }

  package func add(to key: inout ContentKey) {
    key.add("model", "adapted transformer")
    let shape = base.architecture
    key.add("shape", [shape.width, shape.layers, shape.heads, shape.vocabulary, shape.context])
    key.add("base", base.parameters.array.map(Double.init))
    key.add("rank", adapter.rank)
    key.add("alpha", adapter.alpha)
    // A set is in another order in every process.
    key.add("places", adapter.places.map(\.rawValue).sorted())
    for example in examples {
      key.add("tokens", example.tokens.map(Int.init))
      key.add("completion", [example.completion.lowerBound, example.completion.upperBound])
    }
  }

  /// Adds one block; `chosen` computes its output only where a token is predicted.
  private func append(
    block index: Int,
    to graph: inout Graph,
    _ x: Graph.Node,
    _ tokens: TokenBatch,
    chosen: Bool
  ) -> Graph.Node {
    let block = weights.blocks[index]
    let width = base.architecture.width
    func times(_ node: Graph.Node, _ place: LowRankAdapter.Place) -> Graph.Node {
      append(place, of: index, to: &graph, node)
    }
    func rows(of node: Graph.Node) -> Graph.Node {
      guard chosen else { return node }
      return graph.append(
        .arrangement(
          node,
          rows: tokens.rows.count,
          columns: width,
          sources: tokens.rows.flatMap { row in (row * width..<(row + 1) * width).map(Int32.init) }
        )
      )
    }
    let h = graph.append(.normalisation(x, gain: block.attentionGain))
    let keyValue = times(h, .keyValue)
    let query = times(rows(of: h), .query)
    let spans = tokens.spans.map { span in
      Attention.Span(
        keys: span.tokens,
        queries: chosen ? span.rows : span.tokens,
        positions: chosen
          ? span.rows.map { tokens.rows[$0] - span.tokens.lowerBound }
          : Array(0..<span.tokens.count)
      )
    }
    let attention = Attention(heads: base.architecture.heads, spans: spans)
    let attended = graph.append(.attention(query: query, keyValue: keyValue, attention))
    let middle = graph.append(.sum(rows(of: x), times(attended, .output)))
    let inner = graph.append(.normalisation(middle, gain: block.mlpGain))
    let hidden = graph.append(.activation(times(inner, .up), .gelu))
    return graph.append(.sum(middle, times(hidden, .down)))
  }

  /// Adds x·W + (α/r)·x·A·B.
  private func append(
    _ place: LowRankAdapter.Place,
    of index: Int,
    to graph: inout Graph,
    _ x: Graph.Node
  ) -> Graph.Node {
    guard let matrix = weights.blocks[index].matrices[place] else { return x }
    let fixed = graph.append(.product(x, matrix))
    guard let (down, up) = adapters[index][place] else { return fixed }
    let low = graph.append(.affine(x, down))
    let scaled = graph.append(.product(low, .diagonal(scale, order: adapter.rank)))
    return graph.append(.sum(fixed, graph.append(.affine(scaled, up))))
  }

  private var scale: Double { adapter.alpha / Double(adapter.rank) }

  /// The base with the adapters multiplied out and added: an ordinary transformer.
  package func merged(_ parameters: [Double]) -> Transformer {
    let result = base.copy()
    let layout = Layout(base.architecture)
    for (index, adapters) in adapters.enumerated() {
      let block = layout.block(index, in: result.parameters)
      for (place, (down, up)) in adapters {
        let change = down.weights(parameters).times(up.weights(parameters))
        let matrix = block[place]
        for row in 0..<matrix.rows {
          for column in 0..<matrix.columns {
            matrix[row, column] = Float(
              Double(matrix[row, column]) + scale * change[row, column]
            )
          }
        }
      }
    }
    return result
  }
}

extension Layout.Block {
  /// The weights that an adapter is added to.
  fileprivate subscript(place: LowRankAdapter.Place) -> Matrix {
    switch place {
    case .query: query
    case .keyValue: keyValue
    case .output: output
    case .up: up
    case .down: down
    }
  }
}

extension DoubleMatrix {
  /// A view's values in double precision.
  fileprivate init(_ matrix: Matrix) {
    self.init(rows: matrix.rows, columns: matrix.columns)
    for row in 0..<rows {
      for column in 0..<columns { self[row, column] = Double(matrix[row, column]) }
    }
  }

  /// One value along the diagonal.
  fileprivate static func diagonal(_ value: Double, order: Int) -> DoubleMatrix {
    var result = DoubleMatrix(rows: order, columns: order)
    for place in 0..<order { result[place, place] = value }
    return result
  }
}
