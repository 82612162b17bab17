package import Kernels

extension Graph {
  /// Which example each row of each node belongs to, told by the rows of logits it reaches.
  ///
  /// - Parameters:
  ///   - owners: Example of each row of logits.
  ///   - shapes: Shape of each node's value.
  /// - Returns: Per node, one example a row, −1 where a row reaches no logits; `nil` when a row
  ///   reaches the logits of several examples.
  func owners(
    ofRowsFor owners: [Int],
    shapes: [(rows: Int, columns: Int)]
  ) -> [[Int]]? {
    var result = shapes.map { [Int](repeating: -1, count: $0.rows) }
    result[operations.count - 1] = owners
    func mark(_ node: Node, _ row: Int, _ owner: Int) -> Bool {
      if owner < 0 || result[node.index][row] == owner { return true }
      guard result[node.index][row] < 0 else { return false }
      result[node.index][row] = owner
      return true
    }
    for index in operations.indices.reversed() {
      let own = result[index]
      switch operations[index] {
      case .arrangement(let node, _, _, let places):
        for (place, source) in places.enumerated() where source >= 0 {
          let row = Int(source) / shapes[node.index].columns
          guard mark(node, row, own[place / shapes[index].columns]) else { return nil }
        }
      case .attention(let query, let keyValue, let attention):
        for span in attention.spans {
          for row in span.queries {
            guard mark(query, row, own[row]) else { return nil }
            for key in span.keys {
              guard mark(keyValue, key, own[row]) else { return nil }
            }
          }
        }
      case .constant, .affine, .product, .sum, .activation, .normalisation:
        for node in operations[index].inputs {
          for row in own.indices {
            guard mark(node, row, own[row]) else { return nil }
          }
        }
      }
    }
    return result
  }
}

extension Batch {
  /// The gradient of each example from one run: count × p.
  ///
  /// A layer's part of it is the sum of a·δᵀ over the example's rows, a with its trailing 1.
  /// - Parameters:
  ///   - parameters: θ.
  ///   - seed: From the logits to the gradient that runs back; `nil` for the losses'.
  /// - Returns: `nil` when a row of some layer serves several examples.
  package func gradients(
    at parameters: [Double],
    seed: ((DoubleMatrix) -> DoubleMatrix)? = nil
  ) -> DoubleMatrix? {
    let pass = ForwardPass(graph, at: parameters)
    guard let rowOwners = graph.owners(ofRowsFor: owners, shapes: pass.shapes) else {
      return nil
    }
    // Layers are met from the last to the first that reaches the logits.
    var layerOwners = graph.operations.indices.filter {
      if case .affine = graph.operations[$0] { return rowOwners[$0].contains { $0 >= 0 } }
      return false
    }
    let logits = pass.logits.matrix
    var values = [Double](repeating: 0, count: count * parameters.count)
    _ = pass.gradient(
      seed: Tensor(seed?(logits) ?? lossGradient(ofLogits: logits)),
      record: { layer, inputs, gradients in
        let node = layerOwners.removeLast()
        layer.add(
          inputs.values,
          gradients.values,
          owners: rowOwners[node],
          to: &values,
          columns: parameters.count
        )
      }
    )
    return DoubleMatrix(rows: count, columns: parameters.count, values: values)
  }
}

extension Layer {
  /// Adds a·δᵀ of every row to the gradient of the example it belongs to.
  fileprivate func add(
    _ inputRows: [Double],
    _ gradients: [Double],
    owners: [Int],
    to result: inout [Double],
    columns: Int
  ) {
    for (row, owner) in owners.enumerated() where owner >= 0 {
      var place = owner * columns + offset
      for input in 0..<rows {
        let factor = input < inputs ? inputRows[row * inputs + input] : 1
        if factor != 0 {
          for output in 0..<outputs {
            result[place + output] += factor * gradients[row * outputs + output]
          }
        }
        place += outputs
      }
    }
  }
}

extension Batch {
  /// Whether the logits are linear in θ, so that Hessian and Gauss–Newton matrix agree.
  ///
  /// True for a single linear layer that nothing but fixed maps follow.
  var isLinear: Bool {
    var layers = 0
    for operation in graph.operations {
      switch operation {
      case .constant, .product, .sum, .arrangement: continue
      case .affine: layers += 1
      default: return false
      }
    }
    return layers == 1
  }
}
