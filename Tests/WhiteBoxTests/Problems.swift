import Experiment
import Kernels
import ReferenceModels
import Statistics

@testable import WhiteBox

/// Small problems that several suites share.
enum Problems {
  /// Those that are not linear.
  enum Deep: CaseIterable {
    case perceptron
    case convolutional
    case sequences

    func make() throws -> AttributionProblem {
      switch self {
      case .perceptron: try Problems.perceptron()
      case .convolutional: try Problems.convolutional()
      case .sequences: try Problems.sequences()
      }
    }
  }

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

  /// A convolutional network: 12 training examples, 3 queries, 49 parameters.
  static func convolutional() throws -> AttributionProblem {
    let images = ImageShape(channels: 1, height: 6, width: 5)
    let data = data(count: 15, features: images.count, seed: 8)
    return try untrained(ConvolutionalNetwork(data, images: images, channels: [4]), queries: 3)
  }

  /// Low-rank adapters of a transformer on sequences of different lengths: 6 training examples and 2
  /// queries.
  static func sequences() throws -> AttributionProblem {
    var generator = SplitMix64(seed: 9)
    let examples = (0..<8).map { index in
      let tokens = (0..<6 + index).map { _ in Int32(generator.below(20)) }
      return TokenSequence(tokens: tokens, completion: 3..<5 + index / 2)
    }
    let shape = Architecture(width: 8, layers: 2, heads: 2, vocabulary: 20, context: 32)
    let adapter = LowRankAdapter(rank: 2, places: [.query, .down])
    let base = Transformer(shape, seed: 5)
    return try untrained(
      AdaptedTransformer(base, examples: examples, adapter: adapter),
      queries: 2
    )
  }

  /// Parameters at which nothing is special; the last examples are the queries.
  private static func untrained(
    _ model: some DifferentiableModel,
    queries: Int
  ) throws -> AttributionProblem {
    var generator = SplitMix64(seed: 7)
    return try AttributionProblem(
      model,
      train: Array(0..<model.count - queries),
      queries: Array(model.count - queries..<model.count),
      parameters: (0..<model.parameterCount).map { _ in 0.4 * generator.normal() }
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
