import Experiment
import Foundation
import Kernels
import ReferenceModels
import Testing

@testable import WhiteBox

/// What pyDVL, dattri, Captum, Kronfluence and traker give on the same weights and data.
///
/// Written by Oracle/influence.py, which also holds versions and formulas.
private struct Oracle: Decodable {
  struct Examples: Decodable {
    let count: Int
    let features: [Double]
    let labels: [Int]
  }
  struct Expected: Decodable {
    let source: String
    let damping: Double?
    let ridge: Double?
    let checkpoints: [[Double]]?
    let rates: [Double]?
    let scores: [Double]
  }
  let inputs: Int
  let outputs: Int
  let parameters: [Double]
  let train: Examples
  let queries: Examples
  let attribution: [String: Expected]

  static func read(_ name: String) throws -> Oracle {
    let file = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "Oracle/\(name).json")
    return try JSONDecoder().decode(Oracle.self, from: Data(contentsOf: file))
  }

  func problem() throws -> AttributionProblem {
    let rows = train.count + queries.count
    let data = LabelledData(
      features: DoubleMatrix(
        rows: rows,
        columns: inputs,
        values: train.features + queries.features
      ),
      labels: train.labels + queries.labels,
      classes: outputs
    )
    let isLinear = parameters.count == (inputs + 1) * outputs
    return try AttributionProblem(
      MultilayerPerceptron(data, hidden: isLinear ? [] : [6]),
      train: Array(0..<train.count),
      queries: Array(train.count..<rows),
      parameters: parameters
    )
  }

  /// The method that each named list of scores should come from.
  func method(_ name: String) throws -> any GradientMethod {
    let expected = try #require(attribution[name])
    let damping = expected.damping ?? 0
    return switch name {
    case "gradDot", "kronfluenceIdentity": GradientSimilarity()
    case "tracIn":
      TracIn(
        checkpoints: zip(expected.checkpoints ?? [], expected.rates ?? []).map {
          Checkpoint(parameters: $0, rate: $1)
        }
      )
    case "influence", "influenceDattri", "influenceCaptum":
      InfluenceFunction(ExactInverse(.hessian, damping: .absolute(damping)))
    case "conjugateGradients", "conjugateGradientsDattri":
      InfluenceFunction(
        ConjugateGradients(.hessian, damping: damping, tolerance: 1e-10, iterations: 500)
      )
    case "influenceGaussNewton":
      InfluenceFunction(ExactInverse(.gaussNewton, damping: .absolute(damping)))
    case "influenceEmpiricalFisher":
      InfluenceFunction(ExactInverse(.fisher(.data), damping: .absolute(damping)))
    case "ekfac": InfluenceFunction(EKFAC(.data, damping: .absolute(damping)))
    case "ekfacHeuristic": InfluenceFunction(EKFAC(.data))
    default: TRAK(damping: .absolute(expected.ridge ?? 0))
    }
  }
}

private let compared = [
  "gradDot", "kronfluenceIdentity", "tracIn", "influence", "influenceDattri", "influenceCaptum",
  "conjugateGradients", "conjugateGradientsDattri", "influenceGaussNewton",
  "influenceEmpiricalFisher", "ekfac", "ekfacHeuristic", "trak", "trakExact",
]

struct OracleTests {
  @Test(arguments: ["softmax", "perceptron"], compared)
  func `scores are those of the public libraries`(model: String, name: String) throws {
    let oracle = try Oracle.read(model)
    let expected = try #require(oracle.attribution[name])
    let found = try oracle.method(name).scores(oracle.problem()).scores.values
    let scale = expected.scores.reduce(0) { max($0, abs($1)) }
    // traker and dattri's conjugate gradients compute in single precision.
    let tolerance = name == "trak" ? 1e-3 : 1e-5
    #expect(found.count == expected.scores.count)
    for (left, right) in zip(found, expected.scores) {
      #expect(abs(left - right) <= tolerance * scale)
    }
  }
}
