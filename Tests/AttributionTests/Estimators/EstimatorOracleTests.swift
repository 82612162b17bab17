import Attribution
import Experiment
import Testing

struct EstimatorOracleTests {
  @Test(arguments: Estimator.allCases)
  func `every estimator agrees with NumPy on a matrix with missing entries`(
    estimator: Estimator
  ) throws {
    let matrix = OracleValues.matrix
    let attributor = try Attributor(
      losses: matrix,
      design: OracleValues.design,
      estimator: estimator,
      noiseFraction: 0.02
    )
    let profiles = singles(matrix) + [QueryProfile(name: "all", members: [0, 1, 2])]
    let scores = try attributor.scores(for: profiles)
    let expected = try #require(OracleValues.scores[estimator.rawValue])
    for query in profiles.indices {
      #expect(distance(scores.row(query: query), expected[query]) < 1e-10)
    }
    #expect(scores.measurable == [Bool](repeating: true, count: OracleValues.examples))
  }

  // Small enough to be worked out by hand.
  private let golden = LossMatrix.columns(
    [[1, 2, 0, 1], [2, 2, 3, 1], [3, 1, 2, 2], [1, 2, 0, 3]],
    queries: 1
  )

  private func goldenScores(_ estimator: Estimator) throws -> [Double] {
    try Attributor(losses: golden, design: anyDesign(golden), estimator: estimator)
      .scores(for: singles(golden)).values
  }

  @Test func `covariance has its golden values`() throws {
    #expect(distance(try goldenScores(.covariance), [0.666667, -1, -0.333333]) < 1e-6)
  }

  @Test func `correlation has its golden values`() throws {
    #expect(
      distance(try goldenScores(.correlation), [0.632456, -0.948683, -0.316228]) < 1e-6
    )
  }

  @Test func `ridge has its golden values`() throws {
    #expect(distance(try goldenScores(.ridge), [0.140845, -1.299616, -0.390525]) < 1e-6)
  }
}
