import Attribution
import Experiment
import Statistics
import Testing

struct InvarianceTests {
  private func scores(
    _ columns: [[Double?]],
    _ estimator: Estimator,
    members: [[Int]]
  ) throws -> Scores {
    let losses = LossMatrix.columns(columns, queries: 2)
    let design = SubsetDesign(
      examples: losses.train.count,
      start: .base,
      seed: 0,
      subsets: members.map { Subset(seed: 0, members: $0) }
    )
    return try Attributor(losses: losses, design: design, estimator: estimator)
      .scores(for: singles(losses))
  }

  private func members(models: Int, examples: Int, seed: UInt64) -> [[Int]] {
    var generator = SplitMix64(seed: seed)
    return (0..<models).map { _ in generator.sample(examples / 2, of: examples) }
  }

  @Test(arguments: UInt64(0)..<8)
  func `permuting examples permutes their scores and changes nothing else`(seed: UInt64) throws {
    var generator = SplitMix64(seed: seed)
    let columns = randomColumns(models: 9, count: 22, seed: seed)
    let members = members(models: 9, examples: 20, seed: seed)
    let order = generator.shuffled(Array(0..<20))
    var place = [Int](repeating: 0, count: 20)
    for (new, old) in order.enumerated() { place[old] = new }
    for estimator in Estimator.allCases {
      let plain = try scores(columns, estimator, members: members)
      let moved = try scores(
        order.map { columns[$0] } + columns[20...],
        estimator,
        members: members.map { $0.map { place[$0] }.sorted() }
      )
      for query in 0..<2 {
        let expected = order.map { Array(plain.row(query: query))[$0] }
        #expect(distance(moved.row(query: query), expected) < 1e-9, "\(estimator)")
      }
    }
  }

  @Test(arguments: UInt64(0)..<8)
  func `permuting models changes nothing`(seed: UInt64) throws {
    var generator = SplitMix64(seed: seed)
    let columns = randomColumns(models: 9, count: 22, seed: seed)
    let members = members(models: 9, examples: 20, seed: seed)
    let order = generator.shuffled(Array(0..<9))
    for estimator in Estimator.allCases {
      let plain = try scores(columns, estimator, members: members)
      let moved = try scores(
        columns.map { column in order.map { column[$0] } },
        estimator,
        members: order.map { members[$0] }
      )
      #expect(distance(moved.values, plain.values) < 1e-9, "\(estimator)")
    }
  }

  @Test(
    arguments: [Estimator.covariance, .correlation, .halfNorm, .ridge, .designRegression])
  func `a constant added to a column changes no score of raw losses`(
    estimator: Estimator
  ) throws {
    let columns = randomColumns(models: 9, count: 22, seed: 3)
    let members = members(models: 9, examples: 20, seed: 3)
    let shifted = columns.enumerated().map { index, column in
      column.map { $0.map { $0 + Double(index % 5) } }
    }
    let plain = try scores(columns, estimator, members: members)
    #expect(
      distance(try scores(shifted, estimator, members: members).values, plain.values) < 1e-9
    )
  }

  @Test func `scaling a column scales its covariance and leaves its correlation`() throws {
    let columns = randomColumns(models: 9, count: 22, seed: 4)
    let members = members(models: 9, examples: 20, seed: 4)
    var scaled = columns
    scaled[7] = scaled[7].map { $0.map { $0 * 4 } }
    for (estimator, factor) in [(Estimator.covariance, 4.0), (.halfNorm, 2), (.correlation, 1)] {
      var expected = try scores(columns, estimator, members: members).values
      expected[7] *= factor
      expected[20 + 7] *= factor
      #expect(
        distance(try scores(scaled, estimator, members: members).values, expected) < 1e-12
      )
    }
  }

  @Test func `flipping the sign of the queries flips every score`() throws {
    let columns = randomColumns(models: 9, count: 22, seed: 5)
    let members = members(models: 9, examples: 20, seed: 5)
    let flipped = Array(columns[..<20]) + columns[20...].map { $0.map { $0.map { -$0 } } }
    for estimator in [
      Estimator.covariance, .correlation, .halfNorm, .ridge, .designRegression,
    ] {
      let plain = try scores(columns, estimator, members: members).values
      let other = try scores(flipped, estimator, members: members).values
      #expect(distance(other, plain.map { -$0 }) < 1e-12, "\(estimator)")
    }
  }

  @Test(arguments: [Estimator.correlation, .logDC])
  func `duplicated models leave correlations unchanged`(estimator: Estimator) throws {
    let columns = randomColumns(models: 9, count: 22, seed: 6)
    let members = members(models: 9, examples: 20, seed: 6)
    let plain = try scores(columns, estimator, members: members).values
    let doubled = try scores(columns.map { $0 + $0 }, estimator, members: members + members)
    #expect(distance(doubled.values, plain) < 1e-12)
  }

  @Test func `log-dc ignores a factor on all losses of one model`() throws {
    let columns = randomColumns(models: 9, count: 22, seed: 7)
    let members = members(models: 9, examples: 20, seed: 7)
    let drifted = columns.map {
      $0.enumerated().map { model, loss in
        loss.map { $0 * (1 + 0.2 * Double(model)) }
      }
    }
    let plain = try scores(columns, .logDC, members: members).values
    // Not exactly 0 because of the 1e-6 inside the logarithm.
    #expect(distance(try scores(drifted, .logDC, members: members).values, plain) < 1e-4)
  }
}
