import Kernels
import ReferenceModels
import Statistics

/// How much the query's loss falls per weight on an example in the very training that was run, to
/// first order: the adjoint of all its steps.
///
/// Each step's exact Hessian carries the query's gradient from the end of training back to its start.
/// - SeeAlso: Hara, Nitanda and Maehara, "Data Cleansing for Models Trained with SGD", 2019,
///   Algorithm 2; momentum and ridge are carried along here.
package struct SGDInfluence: GradientMethod {
  /// The training; its end takes the place of the problem's θ.
  package var path: TrainingPath

  package init(_ path: TrainingPath) { self.path = path }

  package var name: String { "SGD-influence" }

  package func scores(_ problem: AttributionProblem) throws -> GradientScores {
    guard !path.steps.isEmpty else { throw missingCheckpoints(name) }
    var work = Work()
    let model = problem.model
    let places = Dictionary(
      problem.train.enumerated().map { ($1, $0) },
      uniquingKeysWith: { first, _ in first }
    )
    let ends = problem.queryGradients(at: path.end, work: &work)
    var positions = (0..<ends.rows).map { Array(ends.row($0)) }
    var velocities = positions.map { [Double](repeating: 0, count: $0.count) }
    var sum = DoubleMatrix(rows: ends.rows, columns: problem.train.count)
    for step in path.steps.reversed() where !step.members.isEmpty {
      try Task.checkCancellation()
      let batch = model.batch(of: step.members)
      let gradients = model.gradients(of: step.members, at: step.parameters)
      let share = 1 / Double(step.members.count)
      work.gradients += step.members.count
      work.products += step.members.count * positions.count
      for query in positions.indices {
        // −∂L/∂v of the step's own velocity.
        add(positions[query], times: step.rate, to: &velocities[query])
        let product = batch.hessianProduct(at: step.parameters, with: velocities[query])
        for (row, member) in step.members.enumerated() {
          guard let example = places[member] else { continue }
          sum[query, example] += share * dot(velocities[query], Array(gradients.row(row)))
        }
        for place in product.indices {
          let velocity = velocities[query][place]
          positions[query][place] -= share * product[place] + path.ridge * velocity
          velocities[query][place] = path.momentum * velocity
        }
      }
    }
    return try problem.scores(name, sum, work)
  }
}
