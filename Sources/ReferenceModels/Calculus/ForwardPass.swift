/// The values of a graph at one θ, and gradients that run back through it.
package struct ForwardPass<Element: Scalar>: Sendable {
  private let graph: Graph
  private let parameters: [Element]
  private let values: [Tensor<Element>]

  /// Evaluates a graph.
  package init(_ graph: Graph, at parameters: [Element]) {
    var values: [Tensor<Element>] = []
    values.reserveCapacity(graph.operations.count)
    for operation in graph.operations {
      values.append(operation.value(values, parameters))
    }
    self.graph = graph
    self.parameters = parameters
    self.values = values
  }

  /// What the last operation gave: one row of logits a target.
  package var logits: Tensor<Element> { values[values.count - 1] }

  /// The shape of what each operation gave.
  var shapes: [(rows: Int, columns: Int)] { values.map { ($0.rows, $0.columns) } }

  /// The gradient of Σ seed · logits with respect to θ.
  ///
  /// - Parameters:
  ///   - seed: One number a logit.
  ///   - record: Called for each linear layer with its input rows (without the bias' 1) and the
  ///     gradients of its output rows.
  /// - Returns: One number a parameter.
  package func gradient(
    seed: Tensor<Element>,
    record: ((Layer, Tensor<Element>, Tensor<Element>) -> Void)? = nil
  ) -> [Element] {
    var result = [Element](repeating: Element(0), count: parameters.count)
    var adjoints = [Tensor<Element>?](repeating: nil, count: values.count)
    adjoints[values.count - 1] = seed
    for index in graph.operations.indices.reversed() {
      guard let adjoint = adjoints[index] else { continue }
      adjoints[index] = nil
      func pass(_ tensor: Tensor<Element>, to node: Graph.Node) {
        guard graph.dependsOnParameters(node) else { return }
        if adjoints[node.index] == nil {
          adjoints[node.index] = tensor
        } else {
          adjoints[node.index]?.add(tensor)
        }
      }
      switch graph.operations[index] {
      case .constant: break
      case .affine(let node, let layer):
        let input = values[node.index]
        record?(layer, input, adjoint)
        layer.add(input.times(adjoint, transposingSelf: true), adjoint, to: &result)
        if graph.dependsOnParameters(node) {
          let weights = layer.weights(parameters)
          pass(adjoint.times(weights, transposingOther: true), to: node)
        }
      case .product(let node, let matrix):
        pass(Element.product(adjoint, matrix, transposingB: true), to: node)
      case .sum(let left, let right):
        pass(adjoint, to: left)
        pass(adjoint, to: right)
      case .activation(let node, let activation):
        var tensor = adjoint
        let input = values[node.index].values
        for place in input.indices {
          tensor.values[place] = tensor.values[place] * activation.slope(input[place])
        }
        pass(tensor, to: node)
      case .arrangement(let node, _, _, let sources):
        let input = values[node.index]
        var tensor = Tensor<Element>(rows: input.rows, columns: input.columns)
        for (place, source) in sources.enumerated() where source >= 0 {
          tensor.values[Int(source)] += adjoint.values[place]
        }
        pass(tensor, to: node)
      case .normalisation(let node, let gain):
        pass(values[node.index].normalisationAdjoint(adjoint, gain: gain), to: node)
      case .attention(let query, let keyValue, let attention):
        let (left, right) = attention.adjoints(
          adjoint,
          values[query.index],
          values[keyValue.index]
        )
        pass(left, to: query)
        pass(right, to: keyValue)
      }
    }
    return result
  }
}

extension Graph.Operation {
  /// The operation's value, given those of all earlier ones.
  func value<T: Scalar>(_ values: [Tensor<T>], _ parameters: [T]) -> Tensor<T> {
    switch self {
    case .constant(let matrix): return T.constant(matrix)
    case .affine(let node, let layer):
      var result = values[node.index].times(layer.weights(parameters))
      if layer.hasBias {
        let start = layer.offset + layer.inputs * layer.outputs
        for row in 0..<result.rows {
          for column in 0..<result.columns { result[row, column] += parameters[start + column] }
        }
      }
      return result
    case .product(let node, let matrix):
      return T.product(values[node.index], matrix, transposingB: false)
    case .sum(let left, let right):
      var result = values[left.index]
      result.add(values[right.index])
      return result
    case .activation(let node, let activation):
      let input = values[node.index]
      return Tensor(
        rows: input.rows,
        columns: input.columns,
        values: input.values.map { activation.value($0) }
      )
    case .arrangement(let node, let rows, let columns, let sources):
      let input = values[node.index].values
      return Tensor(
        rows: rows,
        columns: columns,
        values: sources.map { $0 < 0 ? T(0) : input[Int($0)] }
      )
    case .normalisation(let node, let gain): return values[node.index].normalised(gain: gain)
    case .attention(let query, let keyValue, let attention):
      return attention.value(values[query.index], values[keyValue.index])
    }
  }
}

extension Layer {
  /// Its weights without the bias: inputs × outputs.
  func weights<T: Scalar>(_ parameters: [T]) -> Tensor<T> {
    Tensor(
      rows: inputs,
      columns: outputs,
      values: Array(parameters[offset..<offset + inputs * outputs])
    )
  }

  /// Adds the gradient of its weights, and of its bias from the output's.
  func add<T: Scalar>(_ weights: Tensor<T>, _ output: Tensor<T>, to gradient: inout [T]) {
    for (place, value) in weights.values.enumerated() { gradient[offset + place] += value }
    guard hasBias else { return }
    let start = offset + inputs * outputs
    for row in 0..<output.rows {
      for column in 0..<outputs { gradient[start + column] += output[row, column] }
    }
  }
}
