import Glibc
package import Kernels
import Statistics

extension DifferentiableModel {
  /// The loss of each of some examples, in nats.
  package func losses(of members: [Int], at parameters: [Double]) -> [Double] {
    batches(of: members).flatMap { batch(of: $0).losses(at: parameters) }
  }

  /// The margin log(p/(1 − p)) of each of some examples.
  package func margins(of members: [Int], at parameters: [Double]) -> [Double] {
    losses(of: members, at: parameters).map(margin(ofLoss:))
  }

  /// The gradient of each of some examples: members × p.
  ///
  /// - Parameters:
  ///   - members: Positions of the examples.
  ///   - parameters: θ.
  ///   - seed: From a batch and its logits to the gradient that runs back; `nil` for the losses'. The
  ///     rows come in the order of the members.
  /// - Returns: One row an example.
  package func gradients(
    of members: [Int],
    at parameters: [Double],
    seed: ((Batch, DoubleMatrix) -> DoubleMatrix)? = nil
  ) -> DoubleMatrix {
    var values: [Double] = []
    values.reserveCapacity(members.count * parameterCount)
    for part in batches(of: members) {
      let whole = batch(of: part)
      if let rows = whole.gradients(at: parameters, seed: seed.map { seed in { seed(whole, $0) } })
      {
        values += rows.values
        continue
      }
      for member in part {
        let one = batch(of: [member])
        values += one.gradient(at: parameters) {
          seed?(one, $0) ?? one.lossGradient(ofLogits: $0)
        }
      }
    }
    return DoubleMatrix(rows: members.count, columns: parameterCount, values: values)
  }

  /// The margin's gradient of each of some examples, −∇L/(1 − p): members × p.
  package func marginGradients(of members: [Int], at parameters: [Double]) -> DoubleMatrix {
    var result = gradients(of: members, at: parameters)
    for (row, loss) in losses(of: members, at: parameters).enumerated() {
      let factor = 1 / expm1(-max(loss, 1e-8))
      for column in 0..<result.columns { result[row, column] *= factor }
    }
    return result
  }

  /// Examples cut into batches that fit the cache; sums over them do not depend on threads.
  package func batches(of members: [Int], size: Int = 256) -> [[Int]] {
    stride(from: 0, to: members.count, by: size).map {
      Array(members[$0..<min($0 + size, members.count)])
    }
  }
}

extension DifferentiableModel {
  /// The mean Hessian of some examples' losses plus λ times the identity: p × p.
  ///
  /// - Parameters:
  ///   - members: Positions of the examples, at least one.
  ///   - parameters: θ.
  ///   - ridge: λ.
  ///   - gaussNewton: Whether the Gauss–Newton matrix is meant instead.
  /// - Returns: A symmetric matrix.
  package func hessian(
    of members: [Int],
    at parameters: [Double],
    ridge: Double = 0,
    gaussNewton: Bool = false
  ) -> DoubleMatrix {
    let order = parameters.count
    var result = DoubleMatrix(rows: order, columns: order)
    for part in batches(of: members) {
      _ = batch(of: part).addCurvature(gaussNewton: gaussNewton, at: parameters, to: &result)
    }
    let share = 1 / Double(members.count)
    result.values = result.values.map { share * $0 }
    for place in 0..<order { result[place, place] += ridge }
    return result
  }
}
