package import Kernels

extension Batch {
  /// Adds the sum of the examples' Hessians or Gauss–Newton matrices to a p×p matrix.
  ///
  /// For classifiers it is built from the gradients for every label that could have been, in blocks
  /// where each layer has one row an example; otherwise from products with unit vectors.
  /// - Parameters:
  ///   - gaussNewton: Whether the Gauss–Newton matrix is meant; the same where logits are linear in θ.
  ///   - parameters: θ.
  ///   - sum: What is added to.
  /// - Returns: Runs of the batch that were needed: gradients, and products with a vector.
  package func addCurvature(
    gaussNewton: Bool,
    at parameters: [Double],
    to sum: inout DoubleMatrix
  ) -> (gradients: Int, products: Int) {
    if targets.count == count, gaussNewton || isLinear {
      let pass = ForwardPass(graph, at: parameters)
      let logits = pass.logits.matrix
      let seeds = (0..<logits.columns).map { rootSeed(logits, label: $0) }
      if let records = records(pass, seeds: seeds) {
        records.addOuterProducts(to: &sum)
        return (seeds.count, 0)
      }
      var rows: [Double] = []
      rows.reserveCapacity(seeds.count * count * parameters.count)
      for seed in seeds { rows += gradients(at: parameters) { _ in seed }?.values ?? [] }
      if rows.count == seeds.count * count * parameters.count {
        let root = DoubleMatrix(
          rows: seeds.count * count,
          columns: parameters.count,
          values: rows
        )
        sum = product(root, root, transposingA: true, addingTo: sum)
        return (seeds.count, 0)
      }
    }
    let order = parameters.count
    var values = sum.values
    for row in 0..<order {
      var unit = [Double](repeating: 0, count: order)
      unit[row] = 1
      let product =
        gaussNewton
        ? gaussNewtonProduct(at: parameters, with: unit)
        : hessianProduct(at: parameters, with: unit)
      for column in 0..<order { values[row * order + column] += product[column] }
    }
    sum.values = values
    return (0, order)
  }

  /// √p of one label times the gradient of its loss with respect to the logits: the sum over labels of
  /// their outer products is diag p − ppᵀ, row by row.
  private func rootSeed(_ logits: DoubleMatrix, label: Int) -> DoubleMatrix {
    var seed = logits
    softmax(&seed)
    for row in 0..<seed.rows {
      let root = seed[row, label].squareRoot()
      seed[row, label] -= 1
      for column in 0..<seed.columns { seed[row, column] *= root }
    }
    return seed
  }

  /// What the layers see for each seed; `nil` unless all have the examples as rows, in order.
  private func records(
    _ pass: ForwardPass<Double>,
    seeds: [DoubleMatrix]
  ) -> [SeededRecord]? {
    let order = Array(0..<count)
    guard let owners = graph.owners(ofRowsFor: owners, shapes: pass.shapes) else {
      return nil
    }
    for (index, operation) in graph.operations.enumerated() {
      if case .affine = operation, owners[index] != order { return nil }
    }
    var result: [SeededRecord] = []
    for (index, seed) in seeds.enumerated() {
      var place = 0
      _ = pass.gradient(seed: Tensor(seed)) { layer, inputs, gradients in
        if index == 0 {
          result.append(SeededRecord(layer: layer, inputs: inputs.matrix, gradients: []))
        }
        result[place].gradients.append(gradients.values)
        place += 1
      }
    }
    return result
  }
}

/// A layer's inputs and, for each of several seeds, the gradients of its output rows.
private struct SeededRecord {
  let layer: Layer
  let inputs: DoubleMatrix
  var gradients: [[Double]]

  /// The inputs with the bias' trailing 1.
  var augmented: DoubleMatrix {
    guard layer.hasBias else { return inputs }
    var result = DoubleMatrix(rows: inputs.rows, columns: layer.rows)
    for row in 0..<inputs.rows {
      for column in 0..<inputs.columns { result[row, column] = inputs[row, column] }
      result[row, layer.inputs] = 1
    }
    return result
  }
}

extension [SeededRecord] {
  /// Adds Σ (a·δᵀ)(a·δᵀ)ᵀ over rows and seeds, the layers' gradients taken as one vector a row.
  ///
  /// The block of outputs o and o' is Aᵀ·diag(Σ δ_o·δ_o')·A', so that the sum over seeds is over
  /// numbers instead of matrices.
  fileprivate func addOuterProducts(to sum: inout DoubleMatrix) {
    var values = sum.values
    let order = sum.columns
    let inputs = map(\.augmented)
    for (left, one) in enumerated() {
      for (right, other) in enumerated() where one.layer.offset <= other.layer.offset {
        let (a, b) = (inputs[left], inputs[right])
        let (width, height) = (one.layer.outputs, other.layer.outputs)
        for output in 0..<width {
          // One layer with itself is symmetric in its outputs.
          let first = left == right ? output : 0
          let scaled = one.scaled(a, output, by: other, from: first)
          let block = product(scaled, b, transposingA: true).values
          for against in first..<height {
            for row in 0..<a.columns {
              let place = one.layer.offset + row * width + output
              let start = ((against - first) * a.columns + row) * b.columns
              for column in 0..<b.columns {
                let mirrored = other.layer.offset + column * height + against
                values[place * order + mirrored] += block[start + column]
                if place != mirrored, left != right || against != output {
                  values[mirrored * order + place] += block[start + column]
                }
              }
            }
          }
        }
      }
    }
    sum.values = values
  }
}

extension SeededRecord {
  /// The inputs times Σ over seeds of δ_output·δ'_o, for each output o of the other layer from a first
  /// one on, side by side.
  fileprivate func scaled(
    _ inputs: DoubleMatrix,
    _ output: Int,
    by other: SeededRecord,
    from first: Int
  ) -> DoubleMatrix {
    let (width, height) = (layer.outputs, other.layer.outputs)
    let (columns, count) = (inputs.columns, height - first)
    let source = inputs.values
    var weights = [Double](repeating: 0, count: inputs.rows * count)
    for (own, others) in zip(gradients, other.gradients) {
      for row in 0..<inputs.rows {
        let factor = own[row * width + output]
        for place in 0..<count {
          weights[row * count + place] += factor * others[row * height + first + place]
        }
      }
    }
    var result = [Double](repeating: 0, count: inputs.rows * count * columns)
    for row in 0..<inputs.rows {
      for place in 0..<count {
        let factor = weights[row * count + place]
        let start = (row * count + place) * columns
        for column in 0..<columns {
          result[start + column] = factor * source[row * columns + column]
        }
      }
    }
    return DoubleMatrix(rows: inputs.rows, columns: count * columns, values: result)
  }
}
