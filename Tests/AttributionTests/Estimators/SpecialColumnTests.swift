import Attribution
import Experiment
import Testing

struct SpecialColumnTests {
  private let columns = randomColumns(models: 8, count: 12, seed: 1)

  private func scores(_ columns: [[Double?]], _ estimator: Estimator) throws -> Scores {
    let losses = LossMatrix.columns(columns, queries: 2)
    return try Attributor(losses: losses, design: anyDesign(losses), estimator: estimator)
      .scores(for: singles(losses))
  }

  @Test(arguments: Estimator.allCases)
  func `constant and mostly missing columns score 0 and are flagged`(
    estimator: Estimator
  ) throws {
    var special = columns
    special[0] = [Double?](repeating: 0.7, count: 8)
    special[1] = [Double?](repeating: nil, count: 8)
    special[2] = [1, 2, 3, nil, nil, nil, nil, nil]
    special[3] = [Double?](repeating: 0, count: 8)
    special[4] = [-1, -2, -3, 0, 0, -1, -4, 1e-300]
    special[5] = [0, 0, 1e300, 0, 0, 0, 0, 0]
    let scores = try scores(special, estimator)
    let allFinite = scores.values.allSatisfy(\.isFinite)
    #expect(allFinite)
    #expect(scores.measurable[..<4] == [false, false, false, false])
    // Its square overflows, but not that of its logarithm.
    #expect(scores.measurable[5] == estimator.readsLogarithms)
    #expect(scores.measurable[6...].allSatisfy { $0 })
    #expect(scores.row(query: 0).contains { $0 != 0 })
    for query in 0..<2 { #expect(Array(scores.row(query: query))[..<4] == [0, 0, 0, 0]) }
  }

  @Test(arguments: Estimator.allCases)
  func `a model without any loss is as if it had not been planned`(
    estimator: Estimator
  ) throws {
    let losses = LossMatrix.columns(columns, queries: 2)
    let design = try anyDesign(losses)
    let gap = LossMatrix.columns(
      columns.map { Array($0[..<3]) + [nil] + Array($0[3...]) },
      queries: 2
    )
    let spare = Subset(seed: 9, members: [0])
    let wider = SubsetDesign(
      examples: 10,
      start: .base,
      seed: 0,
      subsets: Array(design.subsets[..<3]) + [spare] + Array(design.subsets[3...])
    )
    let plain = try Attributor(losses: losses, design: design, estimator: estimator)
    let gapped = try Attributor(losses: gap, design: wider, estimator: estimator)
    #expect(gapped.models == 8)
    #expect(
      try gapped.scores(for: singles(gap)) == plain.scores(for: singles(losses))
    )
  }

  @Test func `a missing entry counts as the mean of its column`() throws {
    var missing = columns
    missing[0][2] = nil
    var filled = columns
    let rest = missing[0].compactMap { $0 }
    filled[0][2] = rest.reduce(0, +) / Double(rest.count)
    let left = try scores(missing, .covariance).values
    let right = try scores(filled, .covariance).values
    #expect(distance(left, right) < 1e-12)
  }

  @Test func `a censored entry counts as its bound`() throws {
    var losses = LossMatrix.columns(columns, queries: 2)
    let plain = try Attributor(
      losses: losses,
      design: anyDesign(losses),
      estimator: .correlation
    ).scores(for: singles(losses))
    let bound = try #require(losses[model: 1, column: 0]?.value)
    losses[model: 1, column: 0] = .censored(atLeast: bound)
    let censored = try Attributor(
      losses: losses,
      design: anyDesign(losses),
      estimator: .correlation
    ).scores(for: singles(losses))
    #expect(censored == plain)
  }

  @Test func `identical columns all follow the drift and are 0 under log-dc`() throws {
    let same = [[Double?]](repeating: columns[0], count: 12)
    let scores = try? scores(same, .logDC)
    // The queries equal the drift too, so nothing is left to ask about.
    #expect(scores == nil)
  }

  @Test func `a query that does not vary gives zeros beside one that does`() throws {
    var special = columns
    special[10] = [Double?](repeating: 1, count: 8)
    let losses = LossMatrix.columns(special, queries: 2)
    let attributor = try Attributor(
      losses: losses,
      design: anyDesign(losses),
      estimator: .logDCFeedback
    )
    let profiles = singles(losses)
    #expect(!attributor.isMeasurable(profiles[0]))
    #expect(attributor.isMeasurable(profiles[1]))
    let scores = try attributor.scores(for: profiles)
    #expect(scores.row(query: 0).allSatisfy { $0 == 0 })
    #expect(try attributor.top(3, for: profiles).map(\.count) == [0, 3])
    let group = QueryProfile(name: "both", members: [0, 1])
    #expect(
      try attributor.scores(for: [group]).values == scores.row(query: 1).map { $0 }
    )
  }

  @Test func `queries none of which vary are one clear error`() throws {
    var special = columns
    special[10] = [Double?](repeating: 1, count: 8)
    special[11] = [Double?](repeating: nil, count: 8)
    let error = #expect(throws: AttributionError.self) { try scores(special, .correlation) }
    #expect(error?.code == .notMeasurable)
    #expect(
      error?.description == "cannot score query 'q0': its losses are the same under every model"
    )
  }

  @Test(arguments: Estimator.allCases)
  func `too few models are one clear error`(estimator: Estimator) throws {
    let count = estimator.minimumModels - 1
    let losses = LossMatrix.random(models: count, examples: 5, queries: 1, seed: 0)
    let error = #expect(throws: AttributionError.self) {
      try Attributor(losses: losses, design: anyDesign(losses), estimator: estimator)
    }
    #expect(error?.code == .tooFewModels)
    let enough = LossMatrix.random(models: count + 1, examples: 5, queries: 1, seed: 0)
    #expect(throws: Never.self) {
      try Attributor(losses: enough, design: anyDesign(enough), estimator: estimator)
    }
  }

  @Test func `a design of another run is refused`() throws {
    let losses = LossMatrix.columns(columns, queries: 2)
    let other = try SubsetDesign.random(
      examples: 9,
      models: 8,
      size: 3,
      start: .base,
      seed: 0
    )
    let error = #expect(throws: AttributionError.self) {
      try Attributor(losses: losses, design: other, estimator: .covariance)
    }
    #expect(error?.code == .mismatch)
  }

  @Test(arguments: Estimator.allCases)
  func `top lists equal the sorted scores`(estimator: Estimator) throws {
    // Columns 3 and 30 are equal, so their order must be the corpus order.
    var columns = randomColumns(models: 8, count: 52, seed: 2)
    columns[30] = columns[3]
    let losses = LossMatrix.columns(columns, queries: 12)
    let attributor = try Attributor(
      losses: losses,
      design: anyDesign(losses),
      estimator: estimator
    )
    let profiles = singles(losses)
    let scores = try attributor.scores(for: profiles)
    for count in [1, 7, 40, 60] {
      for (query, list) in try attributor.top(count, for: profiles).enumerated() {
        let row = Array(scores.row(query: query))
        let sorted = row.indices.sorted {
          row[$0] != row[$1] ? row[$0] > row[$1] : $0 < $1
        }
        #expect(list.map(\.example) == Array(sorted.prefix(count)))
        #expect(list.map(\.score) == sorted.prefix(count).map { row[$0] })
      }
    }
  }
}

extension Estimator {
  fileprivate var readsLogarithms: Bool {
    [.logDC, .logDCFeedback, .ridgeLog].contains(self)
  }
}
