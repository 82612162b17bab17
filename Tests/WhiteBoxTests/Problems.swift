import Experiment
import Kernels
import ReferenceModels
import Statistics

@testable import WhiteBox

/// Small problems that several suites share.
enum Problems {
  /// Examples of a few normal features around one centre a class.
  static func data(count: Int, features: Int = 4, classes: Int = 3, seed: UInt64) -> LabelledData {
    var generator = SplitMix64(seed: seed)
    var values: [Double] = []
    var labels: [Int] = []
    for index in 0..<count {
      let label = index % classes
      labels.append(label)
      for feature in 0..<features {
        values.append(generator.normal() + (feature % classes == label ? 1 : 0))
      }
    }
    return LabelledData(
      features: DoubleMatrix(rows: count, columns: features, values: values),
      labels: labels,
      classes: classes
    )
  }

  /// Softmax regression at its minimum: 40 training examples, 5 queries, 15 parameters.
  static func softmax(ridge: Double = 1e-2) throws -> AttributionProblem {
    let model = MultilayerPerceptron(data(count: 45, seed: 3))
    let train = Array(0..<40)
    let parameters = try ConvexFit(ridge: ridge, tolerance: 1e-10)
      .fit(model, on: train, from: model.initialParameters(seed: 0))
    return try AttributionProblem(
      model,
      train: train,
      queries: Array(40..<45),
      parameters: parameters,
      ridge: ridge
    )
  }

  /// A perceptron far from its minimum: 30 training examples, 4 queries, 43 parameters.
  static func perceptron(ridge: Double = 0) throws -> AttributionProblem {
    let model = MultilayerPerceptron(data(count: 34, seed: 4), hidden: [5])
    return try AttributionProblem(
      model,
      train: Array(0..<30),
      queries: Array(30..<34),
      parameters: model.initialParameters(seed: 1).map { 1.5 * $0 },
      ridge: ridge
    )
  }
}

/// The largest difference of two lists, as a share of the second's largest element.
func distance(_ left: [Double], from right: [Double]) -> Double {
  precondition(left.count == right.count)
  let scale = right.reduce(0) { max($0, abs($1)) }
  return zip(left, right).reduce(0) { max($0, abs($1.0 - $1.1)) } / scale
}

extension GradientMethod {
  /// Its scores, one query after another.
  func values(_ problem: AttributionProblem) throws -> [Double] {
    try scores(problem).scores.values
  }
}
