import Experiment
import Statistics
import Testing

@testable import Attribution

/// Three rows behind four queries; rows 0 and 1 are complete, row 2 lacks two losses and θ0's own.
private let table: [[Double?]] = [
  [2, 1, 4, 3],
  [5, 5, 5, 1],
  [nil, 2, nil, 6],
]
private let own: [Double?] = [4, 5, nil]

private func losses(_ rows: [[Double?]]) -> LossMatrix {
  let count = rows[0].count
  var matrix = LossMatrix(
    models: (0..<count).map { "model-\($0)" },
    train: rows.indices.map { "t\($0)" },
    queries: (0..<count).map { "q\($0)" }
  )
  for (row, values) in rows.enumerated() {
    for (model, value) in values.enumerated() {
      if let value { matrix[model: model, column: row] = .measured(value) }
    }
  }
  return matrix
}

private func made(
  _ estimator: Probing.Estimator,
  _ rows: [[Double?]] = table,
  target: [Double?] = own
) throws -> Probing {
  try Probing(
    losses: losses(rows),
    queries: Array(rows[0].indices),
    target: target,
    estimator: estimator
  )
}

private func query(_ members: Int..., blend: QueryProfile.Blend = .average) -> QueryProfile {
  QueryProfile(name: "q", members: members, blend: blend)
}

struct ProbingTests {
  @Test func `a difference is what a query takes off a row's own loss`() throws {
    let probing = try made(.difference)
    #expect(probing.rankings(for: [query(0), query(3)]) == [[2, 0, 0], [1, 4, 0]])
    let expected: [Double] = [2, 5 - 11 / 3, 0]
    #expect(probing.rankings(for: [query(0, 1, 3)]) == [expected])
    #expect(probing.measurable == [true, true, false])
    #expect(probing.missing == 3)
    #expect(try probing.top(9, for: [query(3)]).map { $0.map(\.example) } == [[1, 0]])
  }

  @Test func `a contrast is what other queries leave of a row's loss, less what these leave`()
    throws
  {
    let probing = try made(.contrast)
    let expected: [Double] = [8 / 3 - 2, 11 / 3 - 5, 0]
    #expect(probing.rankings(for: [query(0)]) == [expected])
    #expect(probing.rankings(for: [query(3, 0)]) == [[0, 2, -4]])
    #expect(probing.measurable == [true, true, true])
    #expect(probing.missing == 2)
    // Row 2 has no loss behind query 0: it cannot be listed there.
    let lists = try probing.top(3, for: [query(0), query(0, 3)])
    #expect(lists.map { $0.map(\.example) } == [[0, 1], [1, 0, 2]])
  }

  @Test func `a contrast ranks alike whatever constant each row carries`() throws {
    let shifted = table.enumerated().map { row, values in values.map { $0.map { $0 + Double(row) } }
    }
    let profiles = [query(0), query(1, 2)]
    let plain = try made(.contrast).rankings(for: profiles)
    let moved = try made(.contrast, shifted).rankings(for: profiles)
    #expect(zip(plain.joined(), moved.joined()).allSatisfy { abs($0 - $1) < 1e-12 })
  }

  @Test func `a group by its nearest queries takes the mean of the three best`() throws {
    let rows: [[Double?]] = [[1, 2, 3, 4, 9], [9, 9, 9, 9, 9]]
    let probing = try made(.difference, rows, target: [10, 9])
    let nearest = probing.rankings(for: [query(0, 1, 2, 3, 4, blend: .nearest)])
    #expect(nearest == [[8, 0]])
  }

  @Test func `without other queries there is nothing to contrast with`() throws {
    let probing = try made(.contrast)
    let error = #expect(throws: AttributionError.self) {
      try probing.scores(for: [query(0, 1, 2, 3)])
    }
    #expect(error?.code == .notMeasurable)
    #expect(error?.hint == "use estimator 'difference'")
    #expect(!probing.isMeasurable(query(0, 1, 2, 3)))
    let plain = try made(.difference)
    #expect(plain.isMeasurable(query(0, 1, 2, 3)))
    #expect(!plain.isMeasurable(query(7)))
  }

  @Test func `rows of the losses may be of some queries only`() throws {
    let probing = try Probing(
      losses: losses([[1, 2], [3, 3]]),
      queries: [4, 9],
      target: [5, 5],
      estimator: .difference
    )
    #expect(probing.models == 2)
    #expect(probing.rankings(for: [query(9), query(4, 5)]) == [[3, 2], [4, 2]])
    #expect(throws: AttributionError.self) {
      try Probing(losses: losses(table), queries: [0], target: own, estimator: .difference)
    }
    #expect(throws: AttributionError.self) {
      try Probing(losses: losses(table), queries: [0, 1, 2, 2], target: own, estimator: .contrast)
    }
  }

  @Test func `one query has no interval, and equal queries an interval of no width`() throws {
    let rows: [[Double?]] = [[1, 1, 1, 1, 1, 1, 4], [2, 2, 2, 2, 2, 2, 8]]
    let probing = try made(.contrast, rows, target: [1, 1])
    let group = query(0, 1, 2, 3, 4, 5)
    #expect(probing.samples(of: [[0]], for: [query(0)], draws: 9, seed: 1) == [[[]]])
    let shown = [6.0, 3].map { [Double](repeating: $0, count: 9) }
    #expect(probing.samples(of: [[1, 0]], for: [group], draws: 9, seed: 1) == [shown])
    var count = 0
    probing.replicates(for: [group, query(0)], draws: 9, seed: 1) { _ in count += 1 }
    #expect(count == 0)
    probing.replicates(for: [group], draws: 9, seed: 1) {
      count += 1
      #expect($0 == [[3, 6]])
    }
    #expect(count == 9)
  }

  @Test(arguments: UInt64(0)..<5)
  func `an interval holds the mean over queries about as often as it says`(seed: UInt64) throws {
    var generator = SplitMix64(seed: seed)
    let rows: [[Double?]] = (0..<300).map { _ in (0..<30).map { _ in 5 - generator.normal() } }
    let probing = try made(.difference, rows, target: rows.map { _ in 5 })
    let group = QueryProfile(name: "g", members: Array(0..<30))
    let samples = probing.samples(
      of: [Array(rows.indices)],
      for: [group],
      draws: 200,
      seed: seed
    )[0]
    let intervals = samples.compactMap { percentileInterval(level: 0.95, of: $0) }
    let holding = intervals.count { $0.contains(0) }
    // 95 % less what a percentile bootstrap of 30 loses; ± 4 standard deviations of 300 tosses.
    #expect((260...300).contains(holding), "\(holding)")
  }
}
