import Attribution
import Experiment
import Glibc
import Testing

/// Two rows and a query out of a common movement c and an own one e, orthogonal over four models.
@Suite struct `what all losses share` {
  private static let common = [1.0, -1, 1, -1]
  private static let own = [1.0, 1, -1, -1]

  /// Columns level + a·c + b·e: t0 = 5 + 2c + e, t1 = 3 + 4c − 2e, q0 = 7 + 3c + e.
  private static let columns: [[Double?]] = [(5.0, 2.0, 1.0), (3, 4, -2), (7, 3, 1)].map {
    level,
    along,
    across in
    zip(common, own).map { level + along * $0 + across * $1 }
  }

  private func scores(
    _ centring: Centring?,
    of columns: [[Double?]] = Self.columns,
    by estimator: Estimator = .correlation,
    control: [Int]? = nil
  ) throws -> Scores {
    let losses = LossMatrix.columns(columns, queries: 1)
    return try Attributor(
      losses: losses,
      design: anyDesign(losses),
      estimator: estimator,
      centring: centring,
      control: control
    ).scores(for: singles(losses))
  }

  @Test func `its share is the mean squared correlation with the mean of z-scored columns`() throws
  {
    // (2c ± e)/√5: the mean is along c, and 4/5 of each column's variance with it.
    let losses = LossMatrix.columns(Self.columns, queries: 1)
    let component = try #require(CommonComponent(losses))
    #expect(abs(component.share - 0.8) < 1e-12)
    #expect(component.dominates)
    #expect(CommonComponent(losses, control: [1])?.share == 1)
    #expect(CommonComponent(losses, control: []) == nil)
    let apart = LossMatrix.columns([[1, -1, 0, 0], [0, 0, 1, -1], [1, 2, 3, 5]], queries: 1)
    let weak = try #require(CommonComponent(apart))
    #expect(abs(weak.share - 0.5) < 1e-12)
    #expect(!weak.dominates)
    let opposite = LossMatrix.columns([[1, -1, 0, 0], [-1, 1, 0, 0], [1, 2, 3, 5]], queries: 1)
    #expect(CommonComponent(opposite)?.share == 0)
    #expect(CommonComponent(LossMatrix.columns([[1, 2], [2, 1]], queries: 1)) == nil)
  }

  @Test func `centring has the values that algebra gives`() throws {
    func expect(_ scores: Scores, _ golden: [Double], _ line: SourceLocation = #_sourceLocation) {
      #expect(distance(scores.row(query: 0), golden) < 1e-12, sourceLocation: line)
    }
    let plain = [7 / 50.0.squareRoot(), 10 / 200.0.squareRoot()]
    expect(try scores(nil), plain)
    expect(try scores(Centring.none), plain)
    // The rows' mean is 3c − e/2: t0 → −c + 3e/2, t1 → c − 3e/2, q0 → 3e/2.
    let mean = 1.5 / 3.25.squareRoot()
    expect(try scores(.mean), [mean, -mean])
    // Nothing along c is left: e, −2e and e.
    expect(try scores(.regression), [1, -1])
  }

  @Test func `a control set alone decides what is taken out`() throws {
    // t0 is gone; t1 → 2c − 3e, q0 → c.
    let mean = try scores(.mean, control: [0])
    #expect(mean.measurable == [false, true])
    #expect(distance(mean.row(query: 0), [0, 2 / 13.0.squareRoot()]) < 1e-12)
    // t1 → 1.6c − 3.2e, q0 → 0.2c − 0.4e.
    let regression = try scores(.regression, control: [0])
    #expect(regression.measurable == [false, true])
    #expect(distance(regression.row(query: 0), [0, 1]) < 1e-12)
  }

  @Test func `log-dc takes out the mean by itself, and nothing when told so`() throws {
    let logs = Self.columns.map { $0.map { $0.map { exp($0 / 4) - 1e-6 } } }
    let quarter = Self.columns.map { $0.map { $0.map { $0 / 4 } } }
    let kept = try scores(Centring.none, of: logs, by: .logDC)
    let plain = try scores(nil, of: quarter)
    #expect(distance(kept.row(query: 0), plain.row(query: 0)) < 1e-9)
    let own = try scores(nil, of: logs, by: .logDC)
    #expect(own.estimator == "log-dc")
    #expect(kept.estimator == "log-dc, not centred")
    #expect(try scores(.mean).estimator == "correlation, centred by mean")
    #expect(try scores(.mean, of: logs, by: .logDC) == own)
  }

  @Test(arguments: Estimator.allCases, Centring.allCases)
  func `gaps and extremes give no number that is none`(
    estimator: Estimator,
    centring: Centring
  ) throws {
    var columns = randomColumns(models: 9, count: 12, seed: 4)
    columns[0] = [1, 2, nil, 4, nil, 3, 2, 1, 5]
    columns[1] = [Double?](repeating: 2, count: 9)
    columns[2] = [Double?](repeating: nil, count: 9)
    columns[3] = [0, 0, 1e300, 0, 0, 0, 0, 0, 0]
    let scores = try scores(centring, of: columns, by: estimator)
    let allFinite = scores.values.allSatisfy(\.isFinite)
    #expect(allFinite)
    #expect(scores.values[4...].contains { $0 != 0 })
  }
}
