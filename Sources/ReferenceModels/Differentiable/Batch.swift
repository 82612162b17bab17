package import Kernels
import Statistics

/// Some examples' logits as a function of θ, and what follows from them.
///
/// An example has one row of logits for each of its targets: one for a class, as many as completion
/// tokens for text. Its loss is the sum of its rows' negative log-likelihoods, in nats.
package struct Batch: Sendable {
  /// The logits as a function of θ.
  package let graph: Graph
  /// The right column of each row of logits.
  package let targets: [Int]
  /// Which of the batch's examples each row belongs to, ascending.
  package let owners: [Int]
  /// Number of examples.
  package let count: Int

  package init(graph: Graph, targets: [Int], owners: [Int], count: Int) {
    precondition(targets.count == owners.count)
    self.graph = graph
    self.targets = targets
    self.owners = owners
    self.count = count
  }

  /// A batch of classified examples: one row of logits each.
  package init(graph: Graph, labels: [Int]) {
    self.init(graph: graph, targets: labels, owners: Array(labels.indices), count: labels.count)
  }

  /// The logits: one row a target.
  package func logits(at parameters: [Double]) -> DoubleMatrix {
    ForwardPass(graph, at: parameters).logits.matrix
  }

  /// The loss of each example, in nats.
  package func losses(at parameters: [Double]) -> [Double] {
    losses(ofLogits: logits(at: parameters))
  }

  /// The loss of each example, given the batch's logits.
  package func losses(ofLogits logits: DoubleMatrix) -> [Double] { judged(logits).losses }

  /// The margin log(p/(1 − p)) of each example, p = exp(−loss).
  package func margins(at parameters: [Double]) -> [Double] {
    losses(at: parameters).map(margin(ofLoss:))
  }

  /// ∂(loss of a row)/∂(its logits) = p − e_y, one row a target.
  package func lossGradient(ofLogits logits: DoubleMatrix) -> DoubleMatrix {
    judged(logits).gradient
  }

  /// The loss of each example and its gradient with respect to the logits.
  package func judged(_ logits: DoubleMatrix) -> (losses: [Double], gradient: DoubleMatrix) {
    var gradient = logits
    let totals = softmax(&gradient)
    var losses = [Double](repeating: 0, count: count)
    for (row, target) in targets.enumerated() {
      losses[owners[row]] += max(0, totals[row] - logits[row, target])
      gradient[row, target] -= 1
    }
    return (losses, gradient)
  }

  /// Σ weight · ∇loss.
  ///
  /// - Parameters:
  ///   - parameters: θ.
  ///   - weights: Weight of each example's loss; `nil` for 1.
  /// - Returns: One number a parameter.
  package func gradient(at parameters: [Double], weights: [Double]? = nil) -> [Double] {
    let pass = ForwardPass(graph, at: parameters)
    let seed = weighted(lossGradient(ofLogits: pass.logits.matrix), by: weights)
    return pass.gradient(seed: Tensor(seed))
  }

  /// The gradient of any function of the logits.
  ///
  /// - Parameters:
  ///   - parameters: θ.
  ///   - seed: From the logits to the function's gradient with respect to them, same shape.
  /// - Returns: One number a parameter.
  package func gradient(
    at parameters: [Double],
    seed: (DoubleMatrix) -> DoubleMatrix
  ) -> [Double] {
    let pass = ForwardPass(graph, at: parameters)
    return pass.gradient(seed: Tensor(seed(pass.logits.matrix)))
  }

  /// Σ weight · (∇² loss)·v, the Hessian-vector product, exact.
  ///
  /// - Parameters:
  ///   - parameters: θ.
  ///   - direction: v, one number a parameter.
  ///   - weights: Weight of each example's loss; `nil` for 1.
  /// - Returns: One number a parameter.
  package func hessianProduct(
    at parameters: [Double],
    with direction: [Double],
    weights: [Double]? = nil
  ) -> [Double] {
    let point = zip(parameters, direction).map { Dual($0, tangent: $1) }
    let pass = ForwardPass(graph, at: point)
    let logits = pass.logits
    let primal = lossGradient(ofLogits: logits.primals)
    let tangent = curved(logits.primals, logits.tangents)
    let seed = Tensor(weighted(primal, by: weights), tangents: weighted(tangent, by: weights))
    return pass.gradient(seed: seed).map(\.tangent)
  }

  /// Σ weight · Jᵀ·(diag p − ppᵀ)·J·v, the Gauss–Newton-vector product of the losses.
  ///
  /// - Parameters:
  ///   - parameters: θ.
  ///   - direction: v, one number a parameter.
  ///   - weights: Weight of each example's loss; `nil` for 1.
  /// - Returns: One number a parameter.
  package func gaussNewtonProduct(
    at parameters: [Double],
    with direction: [Double],
    weights: [Double]? = nil
  ) -> [Double] {
    let point = zip(parameters, direction).map { Dual($0, tangent: $1) }
    let logits = ForwardPass(graph, at: point).logits
    let seed = weighted(curved(logits.primals, logits.tangents), by: weights)
    return ForwardPass(graph, at: parameters).gradient(seed: Tensor(seed))
  }

  /// What the linear layers see: each layer's input rows and the loss gradients of its output rows.
  ///
  /// - Parameters:
  ///   - parameters: θ.
  ///   - seed: From the logits to the gradient that runs back; `nil` for the losses'.
  /// - Returns: One record a layer, in the order of the model's layers.
  package func records(
    at parameters: [Double],
    seed: ((DoubleMatrix) -> DoubleMatrix)? = nil
  ) -> [LayerRecord] {
    let pass = ForwardPass(graph, at: parameters)
    let logits = pass.logits.matrix
    var records: [LayerRecord] = []
    _ = pass.gradient(seed: Tensor(seed?(logits) ?? lossGradient(ofLogits: logits))) {
      records.append(LayerRecord(layer: $0, inputs: $1.matrix, gradients: $2.matrix))
    }
    return records.sorted { $0.layer.offset < $1.layer.offset }
  }

  /// (diag p − ppᵀ)·u, row by row.
  private func curved(_ logits: DoubleMatrix, _ tangents: DoubleMatrix) -> DoubleMatrix {
    var result = logits
    softmax(&result)
    for row in 0..<result.rows {
      var mean = 0.0
      for column in 0..<result.columns { mean += result[row, column] * tangents[row, column] }
      for column in 0..<result.columns { result[row, column] *= tangents[row, column] - mean }
    }
    return result
  }

  private func weighted(_ rows: DoubleMatrix, by weights: [Double]?) -> DoubleMatrix {
    guard let weights else { return rows }
    precondition(weights.count == count)
    var result = rows
    for row in owners.indices {
      let weight = weights[owners[row]]
      for column in 0..<result.columns { result[row, column] *= weight }
    }
    return result
  }
}

/// What one linear layer saw of a batch.
package struct LayerRecord: Sendable {
  /// The layer.
  package let layer: Layer
  /// Its input rows, without the bias' 1.
  package let inputs: DoubleMatrix
  /// The gradients of its output rows.
  package let gradients: DoubleMatrix
}
