import Kernels
import ReferenceModels
import Statistics

/// Which matrix stands for the curvature C of the mean training loss.
package enum Curvature: Sendable, Hashable {
  /// Second derivatives; indefinite unless the loss is convex.
  case hessian
  /// Jᵀ(diag p − ppᵀ)J, which is also the Fisher matrix; never indefinite.
  case gaussNewton
  /// The mean outer product of gradients; never indefinite.
  case fisher(FisherLabels)

  /// Its name in a leaderboard.
  package var name: String {
    switch self {
    case .hessian: "Hessian"
    case .gaussNewton: "Gauss–Newton"
    case .fisher(let labels): labels.name
    }
  }
}

/// Which labels the gradients of a Fisher matrix have.
package enum FisherLabels: Sendable, Hashable {
  /// Those of the data: the empirical Fisher matrix.
  case data
  /// One drawn from the model for each target: an unbiased estimate of the Fisher matrix.
  case sampled(seed: UInt64)

  /// The matrix' name in a leaderboard.
  package var name: String {
    switch self {
    case .data: "empirical Fisher"
    case .sampled: "sampled Fisher"
    }
  }

  /// The gradients whose mean outer product the matrix is: N×p.
  func gradients(
    _ problem: AttributionProblem,
    at parameters: [Double]? = nil,
    work: inout Work
  ) -> DoubleMatrix {
    work.gradients += problem.train.count
    return problem.model.gradients(
      of: problem.train,
      at: parameters ?? problem.parameters,
      seed: seed()
    )
  }

  /// From a batch and its logits to the gradient that runs back; batches must come in the order of the
  /// training set.
  func seed() -> (Batch, DoubleMatrix) -> DoubleMatrix {
    guard case .sampled(let seed) = self else { return { $0.lossGradient(ofLogits: $1) } }
    var generator = SplitMix64(seed: seed, stream: 4)
    return { sampledSeed($1, &generator) }
  }
}

/// p − e_y with y drawn from p, row by row.
private func sampledSeed(_ logits: DoubleMatrix, _ generator: inout SplitMix64) -> DoubleMatrix {
  var result = logits
  softmax(&result)
  for row in 0..<result.rows {
    var rest = generator.uniform()
    var label = 0
    while label < result.columns - 1, rest >= result[row, label] {
      rest -= result[row, label]
      label += 1
    }
    result[row, label] -= 1
  }
  return result
}

/// The mean curvature of the training losses at some θ plus the ridge: C + λI.
struct MeanCurvature {
  private let kind: Curvature
  private let problem: AttributionProblem
  private let parameters: [Double]
  private let batches: [Batch]
  private let rows: DoubleMatrix?

  /// Prepares what products need.
  init(
    _ kind: Curvature,
    of problem: AttributionProblem,
    at parameters: [Double]? = nil,
    work: inout Work
  ) {
    self.kind = kind
    self.problem = problem
    self.parameters = parameters ?? problem.parameters
    let model = problem.model
    switch kind {
    case .hessian, .gaussNewton:
      batches = model.batches(of: problem.train).map { model.batch(of: $0) }
      rows = nil
    case .fisher(let labels):
      batches = []
      rows = labels.gradients(problem, at: parameters, work: &work)
    }
  }

  /// The product with a vector.
  func product(with vector: [Double], work: inout Work) -> [Double] {
    var sum = [Double](repeating: 0, count: vector.count)
    if let rows {
      let column = DoubleMatrix(rows: vector.count, columns: 1, values: vector)
      sum = Kernels.product(rows, Kernels.product(rows, column), transposingA: true).values
    } else {
      for batch in batches {
        add(batch.product(kind, at: parameters, with: vector), times: 1, to: &sum)
      }
    }
    work.products += problem.train.count
    let share = 1 / Double(problem.train.count)
    for place in sum.indices { sum[place] = share * sum[place] + problem.ridge * vector[place] }
    return sum
  }

  /// The products of the mean over a few training examples, ridge included, with several vectors.
  ///
  /// - Parameters:
  ///   - vectors: One a row.
  ///   - members: Places in the problem's list of training examples.
  ///   - work: What is spent.
  /// - Returns: One product a row.
  func products(
    with vectors: DoubleMatrix,
    over members: [Int],
    work: inout Work
  ) -> DoubleMatrix {
    work.products += members.count * vectors.rows
    var sum: DoubleMatrix
    if let rows {
      let chosen = rows.rows(members)
      sum = Kernels.product(Kernels.product(vectors, chosen, transposingB: true), chosen)
    } else {
      let batch = problem.model.batch(of: members.map { problem.train[$0] })
      let values = (0..<vectors.rows).flatMap {
        batch.product(kind, at: parameters, with: Array(vectors.row($0)))
      }
      sum = DoubleMatrix(rows: vectors.rows, columns: vectors.columns, values: values)
    }
    let share = 1 / Double(members.count)
    sum.values = zip(sum.values, vectors.values).map { share * $0 + problem.ridge * $1 }
    return sum
  }

  /// The whole matrix: p×p.
  ///
  /// - Throws: `WhiteBoxError` when it would not fit into memory; `CancellationError`.
  func matrix(work: inout Work) throws -> DoubleMatrix {
    let order = parameters.count
    guard order <= 10_000 else {
      throw WhiteBoxError(
        .settings,
        "cannot form the \(kind.name) matrix",
        cause: "it has \(order)² elements",
        hint: "use conjugate gradients or EK-FAC above 10000 parameters"
      )
    }
    var sum = DoubleMatrix(rows: order, columns: order)
    if let rows {
      sum = Kernels.product(rows, rows, transposingA: true)
    } else {
      for batch in batches {
        try Task.checkCancellation()
        let runs = batch.addCurvature(
          gaussNewton: kind == .gaussNewton,
          at: parameters,
          to: &sum
        )
        work.gradients += runs.gradients * batch.count
        work.products += runs.products * batch.count
      }
    }
    sum.scale(by: 1 / Double(problem.train.count))
    for place in 0..<order { sum[place, place] += problem.ridge }
    return sum
  }
}

extension Batch {
  /// The product of the sum of the examples' curvatures with a vector.
  fileprivate func product(
    _ kind: Curvature,
    at parameters: [Double],
    with vector: [Double]
  ) -> [Double] {
    kind == .hessian
      ? hessianProduct(at: parameters, with: vector)
      : gaussNewtonProduct(at: parameters, with: vector)
  }
}
