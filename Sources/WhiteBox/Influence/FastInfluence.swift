import Kernels
import ReferenceModels

/// Influence of the training examples nearest to each query only; all others score 0.
///
/// Nearness is the Euclidean distance of what the last layer sees (the features themselves, for
/// softmax regression). Examples near no query are not measurable.
/// - SeeAlso: Guo et al., "FastIF: Scalable Influence Functions for Efficient Model Interpretation and
///   Debugging", 2021, §3.
package struct FastInfluence: GradientMethod {
  /// Examples that are scored for each query.
  package var candidates: Int
  /// How C is inverted; FastIF uses LiSSA with few samples.
  package var inverse: any InverseCurvature

  package init(candidates: Int, _ inverse: any InverseCurvature) {
    self.candidates = candidates
    self.inverse = inverse
  }

  package var name: String { "FastIF, \(candidates) candidates, \(inverse.name)" }

  package func scores(_ problem: AttributionProblem) throws -> GradientScores {
    guard candidates > 0 else {
      throw WhiteBoxError(
        .settings,
        "cannot score by FastIF",
        cause: "there are \(candidates) candidates",
        hint: "choose at least 1"
      )
    }
    var work = Work()
    let (model, parameters) = (problem.model, problem.parameters)
    let train = model.lastActivations(of: problem.train, at: parameters)
    let queries = model.lastActivations(of: problem.queries, at: parameters)
    let lengths = train.rowProducts(with: train)
    let products = product(queries, train, transposingB: true)
    let nearest = (0..<queries.rows).map { query in
      let distances = lengths.indices.map { lengths[$0] - 2 * products[query, $0] }
      let order = distances.indices.sorted { (distances[$0], $0) < (distances[$1], $1) }
      return Array(order.prefix(candidates))
    }
    let chosen = Set(nearest.flatMap(\.self)).sorted()
    work.gradients += chosen.count
    let gradients = model.gradients(of: chosen.map { problem.train[$0] }, at: parameters)
    let places = Dictionary(uniqueKeysWithValues: chosen.enumerated().map { ($1, $0) })
    let solved = try inverse.solve(
      problem.queryGradients(work: &work),
      for: problem,
      work: &work
    )
    let values = product(solved, gradients, transposingB: true)
    var scores = DoubleMatrix(rows: queries.rows, columns: train.rows)
    for (query, examples) in nearest.enumerated() {
      for example in examples {
        if let place = places[example] { scores[query, example] = values[query, place] }
      }
    }
    let measurable = problem.train.indices.map { places[$0] != nil }
    return try problem.scores(name, scores, work, measurable: measurable)
  }
}

extension DifferentiableModel {
  /// What the last layer sees of each of some examples, the mean over its targets.
  func lastActivations(of members: [Int], at parameters: [Double]) -> DoubleMatrix {
    var values: [Double] = []
    var columns = 0
    for part in batches(of: members) {
      let batch = batch(of: part)
      guard let record = batch.records(at: parameters).last else { continue }
      columns = record.inputs.columns
      if record.inputs.rows == batch.owners.count {
        values += record.inputs.means(by: batch.owners, count: batch.count).values
      } else {
        for member in part {
          let one = self.batch(of: [member]).records(at: parameters)
          let inputs = one.last?.inputs ?? DoubleMatrix(rows: 0, columns: columns)
          let owners = [Int](repeating: 0, count: inputs.rows)
          values += inputs.means(by: owners, count: 1).values
        }
      }
    }
    return DoubleMatrix(rows: members.count, columns: columns, values: values)
  }
}

extension DoubleMatrix {
  /// The mean of the rows of each owner.
  fileprivate func means(by owners: [Int], count: Int) -> DoubleMatrix {
    var result = DoubleMatrix(rows: count, columns: columns)
    var sizes = [Double](repeating: 0, count: count)
    for (row, owner) in owners.enumerated() {
      sizes[owner] += 1
      for column in 0..<columns { result[owner, column] += self[row, column] }
    }
    result.divideRows(by: sizes.map { max(1, $0) })
    return result
  }
}
