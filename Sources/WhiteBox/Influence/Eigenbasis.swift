package import Kernels
import ReferenceModels
import Statistics

/// A curvature by its eigenvectors, so that any function of it can be applied.
package protocol Eigenbasis: Sendable {
  /// Applies f(C) to every row; what lies outside the basis is dropped.
  ///
  /// - Parameters:
  ///   - function: f, from an eigenvalue and the mean of the eigenvalues of its block.
  ///   - rows: Vectors of p numbers, one a row.
  /// - Returns: One row each.
  func applying(
    _ function: (_ value: Double, _ mean: Double) -> Double,
    to rows: DoubleMatrix
  ) -> DoubleMatrix
}

/// Some eigenvectors of the whole curvature.
package struct DenseEigenbasis: Eigenbasis, Hashable {
  /// Orthonormal rows: k×p.
  let vectors: DoubleMatrix
  /// Eigenvalue of each.
  let values: [Double]

  /// Keeps eigenvectors that were found.
  init(vectors: DoubleMatrix, values: [Double]) {
    precondition(vectors.rows == values.count)
    self.vectors = vectors
    self.values = values
  }

  /// Decomposes a matrix.
  ///
  /// - Throws: `WhiteBoxError` when it is not finite.
  init(_ matrix: DoubleMatrix) throws {
    let eigen = try decomposed(matrix)
    vectors = DoubleMatrix(rows: matrix.rows, columns: matrix.rows, values: eigen.vectors)
    values = eigen.values
  }

  package func applying(
    _ function: (_ value: Double, _ mean: Double) -> Double,
    to rows: DoubleMatrix
  ) -> DoubleMatrix {
    let mean = values.reduce(0, +) / Double(max(1, values.count))
    let factors = values.map { function($0, mean) }
    var coordinates = product(rows, vectors, transposingB: true)
    coordinates.scaleColumns(by: factors)
    return product(coordinates, vectors)
  }
}

/// The Kronecker-factored eigenvectors of each layer, with eigenvalues fitted to the gradients.
///
/// For a layer with inputs a (and a trailing 1) and output gradients δ: U_A holds the eigenvectors of
/// E[aaᵀ], U_S those of E[δδᵀ], and Λ is the mean of the squared elements of U_Aᵀ·g·U_S over the
/// examples' gradients g.
/// - SeeAlso: George et al., "Fast Approximate Natural Gradient Descent in a Kronecker-factored
///   Eigenbasis", 2018; Grosse et al., "Studying Large Language Model Generalization with Influence
///   Functions", 2023, §3.
package struct LayerEigenbasis: Eigenbasis {
  private struct Block {
    let layer: Layer
    /// Eigenvectors as rows.
    let inputs: DoubleMatrix
    let outputs: DoubleMatrix
    var values: [Double]
    var mean: Double { values.reduce(0, +) / Double(values.count) }
  }

  private var blocks: [Block] = []
  private let ridge: Double

  /// Fits the factors to the gradients at one or several points of training together.
  ///
  /// - Parameters:
  ///   - labels: Which Fisher matrix.
  ///   - problem: The model and its training set.
  ///   - points: The θ that are met.
  ///   - work: What is spent.
  /// - Throws: `WhiteBoxError` when gradients are not finite; `CancellationError`.
  init(
    _ labels: FisherLabels,
    of problem: AttributionProblem,
    at points: [[Double]],
    work: inout Work
  ) throws {
    ridge = problem.ridge
    let layers = problem.model.layers
    var inputs = layers.map { DoubleMatrix(rows: $0.rows, columns: $0.rows) }
    var outputs = layers.map { DoubleMatrix(rows: $0.outputs, columns: $0.outputs) }
    for point in points {
      work.gradients += problem.train.count
      for (index, record) in labels.records(problem, at: point) {
        try Task.checkCancellation()
        let rows = layers[index].hasBias ? record.inputs.appendingOnes : record.inputs
        inputs[index] = product(rows, rows, transposingA: true, addingTo: inputs[index])
        let deltas = record.gradients
        outputs[index] = product(deltas, deltas, transposingA: true, addingTo: outputs[index])
      }
    }
    for (index, layer) in layers.enumerated() {
      blocks.append(
        Block(
          layer: layer,
          inputs: try DenseEigenbasis(inputs[index]).vectors,
          outputs: try DenseEigenbasis(outputs[index]).vectors,
          values: [Double](repeating: 0, count: layer.rows * layer.outputs)
        )
      )
    }
    let share = 1 / Double(points.count * problem.train.count)
    for point in points {
      try Task.checkCancellation()
      let gradients = labels.gradients(problem, at: point, work: &work)
      for index in blocks.indices {
        let block = blocks[index]
        let rotated = gradients.columns(block.layer.range)
          .between(block.inputs, block.outputs)
        let width = rotated.columns
        for (place, value) in rotated.values.enumerated() {
          blocks[index].values[place % width] += share * value * value
        }
      }
    }
  }

  package func applying(
    _ function: (_ value: Double, _ mean: Double) -> Double,
    to rows: DoubleMatrix
  ) -> DoubleMatrix {
    var result = rows
    for block in blocks {
      let mean = block.mean + ridge
      var part = rows.columns(block.layer.range)
        .between(block.inputs, block.outputs)
      part.scaleColumns(by: block.values.map { function($0 + ridge, mean) })
      part = part.between(block.inputs.transposed, block.outputs.transposed)
      result.setColumns(from: block.layer.offset, part)
    }
    return result
  }
}

extension FisherLabels {
  /// What each layer sees of the training set.
  fileprivate func records(
    _ problem: AttributionProblem,
    at parameters: [Double]
  ) -> [(index: Int, record: LayerRecord)] {
    let seed = seed()
    return problem.model.batches(of: problem.train).flatMap { part in
      let batch = problem.model.batch(of: part)
      let records = batch.records(at: parameters) { seed(batch, $0) }
      return records.compactMap { record in
        problem.model.layers.firstIndex(of: record.layer).map { ($0, record) }
      }
    }
  }
}

/// Eigenvalues and vectors of a symmetric matrix.
///
/// - Throws: `WhiteBoxError` when it is not finite.
func decomposed(_ matrix: DoubleMatrix) throws -> SymmetricEigen {
  guard let eigen = SymmetricEigen(matrix.values, order: matrix.rows) else {
    throw WhiteBoxError(
      .diverged,
      "cannot decompose a curvature",
      cause: "it is not finite",
      hint: "pass the parameters of a training that converged"
    )
  }
  return eigen
}
