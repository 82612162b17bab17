import Attribution
import Experiment
import Statistics
import Testing

struct LimitTests {
  private let losses = LossMatrix.columns(
    randomColumns(models: 12, count: 22, seed: 11),
    queries: 2
  )

  private func scores(_ estimator: Estimator, shrinkage: Double? = nil) throws -> [Double] {
    try Attributor(
      losses: losses,
      design: anyDesign(losses),
      estimator: estimator,
      shrinkage: shrinkage
    ).scores(for: singles(losses)).values
  }

  @Test func `ridge tends to covariance when λ grows`() throws {
    let ridge = try scores(.ridge, shrinkage: 1e9)
    let covariance = try scores(.covariance)
    let factor = ridge[0] / covariance[0]
    #expect(factor > 0)
    #expect(distance(ridge.map { $0 / factor }, covariance) < 1e-6)
  }

  @Test func `ridge shrinks more when the read-out is noisy`() throws {
    let quiet = try Attributor(losses: losses, design: anyDesign(losses), estimator: .ridge)
    let noisy = try Attributor(
      losses: losses,
      design: anyDesign(losses),
      estimator: .ridge,
      noiseFraction: 0.045
    )
    #expect(
      try noisy.scores(for: singles(losses)).values == scores(.ridge, shrinkage: 0.1 + 20 * 0.045)
    )
    #expect(try quiet.scores(for: singles(losses)).values == scores(.ridge, shrinkage: 0.1))
  }

  @Test func `design regression tends to minus ZᵀR times the query when λ grows`() throws {
    // Correctness check 3 of the prototype, with ZᵀR·b summed up naively.
    let design = try anyDesign(losses)
    let models = 12
    let centred = (0..<losses.columns).map { column in
      let values = (0..<models).map { losses[model: $0, column: column]?.value ?? .nan }
      return values.map { $0 - mean(of: values) }
    }
    let profiles = centred.map { column in
      let root = standardDeviation(of: column).squareRoot()
      return column.map { $0 / root }
    }
    let rows = (0..<models).map { design.weights(model: $0) }
    var limit: [Double] = []
    for query in 0..<2 {
      let target = centred[20 + query]
      // Ωᵀb, then Z times it, then −Zᵀ.
      let effects = (0..<20).map { example in
        (0..<models).reduce(0) { $0 + rows[$1][example] * target[$1] }
      }
      let sums = (0..<models).map { model in
        (0..<20).reduce(0) { $0 + profiles[$1][model] * effects[$1] }
      }
      limit += (0..<20).map { example in
        -(0..<models).reduce(0) { $0 + profiles[example][$1] * sums[$1] }
      }
    }
    let values = try scores(.designRegression, shrinkage: 1e9)
    let factor = values[0] / limit[0]
    #expect(factor > 0)
    #expect(distance(values.map { $0 / factor }, limit) < 1e-6)
  }

  @Test func `membership helps whom it lowers the loss of`() throws {
    let columns: [[Double?]] = [[1, 2, 1, 2], [2, 1, 2, 1], [1, 2, 1, 2]]
    let losses = LossMatrix.columns(columns, queries: 1)
    let design = SubsetDesign(
      examples: 2,
      start: .base,
      seed: 0,
      subsets: [[0], [1], [0], [1]].map { Subset(seed: 0, members: $0) }
    )
    for estimator in Estimator.allCases {
      let values = try Attributor(losses: losses, design: design, estimator: estimator)
        .scores(for: singles(losses)).values
      if estimator != .logDC, estimator != .logDCFeedback {
        #expect(values[0] > 0 && values[1] < 0, "\(estimator)")
      }
    }
  }

  /// Losses that move by g·δ with δ = −P·(mean g of the subset), for 30 examples and 2 queries.
  private func toy(trainer: [Double], models: Int, size: Int) throws -> (
    scores: (Estimator, Double?) throws -> [Double], gradients: [[Double]]
  ) {
    var generator = SplitMix64(seed: 8)
    let gradients = (0..<32).map { _ in (0..<2).map { _ in generator.normal() } }
    let design = try SubsetDesign.random(
      examples: 30,
      models: models,
      size: size,
      start: .target,
      seed: 5
    )
    let steps = design.subsets.map { subset in
      (0..<2).map { axis in
        -trainer[axis] * mean(of: subset.members.map { gradients[$0][axis] })
      }
    }
    let losses = LossMatrix.columns(
      gradients.map { g in steps.map { 5 + g[0] * $0[0] + g[1] * $0[1] } },
      queries: 2
    )
    return (
      { estimator, shrinkage in
        try Attributor(
          losses: losses,
          design: design,
          estimator: estimator,
          shrinkage: shrinkage
        ).scores(for: singles(losses)).values
      }, gradients
    )
  }

  @Test(arguments: [[1.0, 1], [1, 3], [0.2, 5]])
  func `ridge without shrinkage does not depend on the trainer`(trainer: [Double]) throws {
    // Golden invariant 7: with more models than directions, G(GᵀG)⁺g for every invertible P.
    let (scores, gradients) = try toy(trainer: trainer, models: 12, size: 9)
    var a = 0.0
    var b = 0.0
    var c = 0.0
    for g in gradients[..<30] {
      a += g[0] * g[0]
      b += g[0] * g[1]
      c += g[1] * g[1]
    }
    let determinant = a * c - b * b
    let expected = gradients[30...].flatMap { q in
      let solved = [
        (c * q[0] - b * q[1]) / determinant, (a * q[1] - b * q[0]) / determinant,
      ]
      return gradients[..<30].map { $0[0] * solved[0] + $0[1] * solved[1] }
    }
    #expect(distance(try scores(.ridge, 1e-10), expected) < 1e-5)
  }

  @Test func `covariance tends to its sampling formula when models are many`() throws {
    // A subset of m out of n rows moves the parameters by P times its mean gradient, and by the first order
    // each loss by its gradient times that: the covariance is (1/m − 1/n)·G P S_g Pᵀ g.
    let trainer = [1.0, 2]
    let (scores, gradients) = try toy(trainer: trainer, models: 6000, size: 9)
    let means = (0..<2).map { axis in mean(of: gradients[..<30].map { $0[axis] }) }
    var spread = [[0.0, 0], [0, 0]]
    for g in gradients[..<30] {
      for row in 0..<2 {
        for column in 0..<2 {
          spread[row][column] += (g[row] - means[row]) * (g[column] - means[column]) / 29
        }
      }
    }
    let expected = gradients[30...].flatMap { q in
      gradients[..<30].map { g in
        var sum = 0.0
        for row in 0..<2 {
          for column in 0..<2 {
            sum += g[row] * trainer[row] * spread[row][column] * trainer[column] * q[column]
          }
        }
        return (1.0 / 9 - 1.0 / 30) * sum
      }
    }
    let values = try scores(.covariance, nil)
    let scale = expected.map(abs).max() ?? 0
    // Sampling error of a variance from 6000 subsets: √(2/6000) ≈ 1.8 %.
    #expect(distance(values, expected) < 0.08 * scale)
  }
}
