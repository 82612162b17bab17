package import Experiment
import Kernels
import Statistics

/// Layers of linear maps with a nonlinearity between them; without hidden layers it is softmax
/// regression.
package struct MultilayerPerceptron: DifferentiableModel {
  package let layers: [Layer]
  private let data: LabelledData
  private let activation: Activation

  /// Creates a family of models on data.
  ///
  /// - Parameters:
  ///   - data: All examples.
  ///   - hidden: Width of each hidden layer, first to last; empty for softmax regression.
  ///   - activation: What follows each hidden layer.
  package init(_ data: LabelledData, hidden: [Int] = [], activation: Activation = .tanh) {
    var offset = 0
    var layers: [Layer] = []
    let widths = [data.features.columns] + hidden + [data.classes]
    for (index, width) in widths.dropFirst().enumerated() {
      let layer = Layer(
        name: "layer \(index + 1)",
        offset: offset,
        inputs: widths[index],
        outputs: width
      )
      layers.append(layer)
      offset = layer.range.upperBound
    }
    self.layers = layers
    self.data = data
    self.activation = activation
  }

  package var count: Int { data.labels.count }

  /// Zeros for softmax regression; otherwise normal weights of variance 1/inputs, biases 0.
  package func initialParameters(seed: UInt64) -> [Double] {
    guard layers.count > 1 else { return [Double](repeating: 0, count: parameterCount) }
    return layers.initialParameters(seed: seed)
  }

  package func batch(of members: [Int]) -> Batch {
    var graph = Graph()
    var node = graph.append(.constant(data.features.rows(members)))
    for layer in layers {
      if layer.offset > 0 { node = graph.append(.activation(node, activation)) }
      node = graph.append(.affine(node, layer))
    }
    return Batch(graph: graph, labels: members.map { data.labels[$0] })
  }

  package func add(to key: inout ContentKey) {
    key.add("model", "perceptron")
    key.add("widths", layers.map(\.outputs))
    // Softmax regression has none.
    key.add("activation", layers.count > 1 ? activation.rawValue : nil as String?)
    data.add(to: &key)
  }
}

extension [Layer] {
  /// Normal weights of variance 1/inputs, biases 0.
  func initialParameters(seed: UInt64) -> [Double] {
    var result = [Double](repeating: 0, count: last?.range.upperBound ?? 0)
    var generator = SplitMix64(seed: seed, stream: 1)
    for layer in self {
      let deviation = 1 / Double(layer.inputs).squareRoot()
      for place in layer.offset..<layer.offset + layer.inputs * layer.outputs {
        result[place] = deviation * generator.normal()
      }
    }
    return result
  }
}
