import Kernels

/// A model met on the way of training.
package struct Checkpoint: Sendable, Hashable {
  /// Its θ.
  package let parameters: [Double]
  /// Sum of the learning rates of the steps it stands for.
  package let rate: Double

  package init(parameters: [Double], rate: Double) {
    self.parameters = parameters
    self.rate = rate
  }
}

/// Inner products of gradients summed over checkpoints: S = Σ η·G·G_qᵀ.
/// - SeeAlso: Pruthi et al., "Estimating Training Data Influence by Tracing Gradient Descent", 2020,
///   §3.3 (TracInCP).
package struct TracIn: GradientMethod, Hashable {
  /// The checkpoints; at least one.
  package var checkpoints: [Checkpoint]

  package init(checkpoints: [Checkpoint]) { self.checkpoints = checkpoints }

  package var name: String { "TracIn" }

  package func scores(_ problem: AttributionProblem) throws -> GradientScores {
    guard !checkpoints.isEmpty else { throw missingCheckpoints(name) }
    var work = Work()
    var sum = DoubleMatrix(rows: problem.queries.count, columns: problem.train.count)
    for checkpoint in checkpoints {
      try Task.checkCancellation()
      let train = problem.trainGradients(at: checkpoint.parameters, work: &work)
      var queries = problem.queryGradients(at: checkpoint.parameters, work: &work)
      queries.scale(by: checkpoint.rate)
      sum = product(queries, train, transposingB: true, addingTo: sum)
    }
    return try problem.scores(name, sum, work)
  }
}

/// The error of a method along the path of training that was given no point of it.
func missingCheckpoints(_ name: String) -> WhiteBoxError {
  WhiteBoxError(
    .settings,
    "cannot score by \(name)",
    cause: "no checkpoints were given",
    hint: "record the training"
  )
}
