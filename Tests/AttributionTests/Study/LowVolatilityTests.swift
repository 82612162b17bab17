import Attribution
import Experiment
import Testing

struct LowVolatilityTests {
  @Test func `scores are minus the standard deviations of training columns`() {
    let columns: [[Double?]] = [[1, 2, 3], [5, 5, 5], [0, 4, 8], [7, 9, 2]]
    #expect(LowVolatility.scores(.columns(columns, queries: 1)) == [-1, 0, -4])
  }

  @Test func `a constant and the models' order change nothing`() {
    let columns: [[Double?]] = [[1, 2, 3, 8], [0, 4, 8, 1]]
    let moved = columns.map { column in column.reversed().map { $0.map { $0 + 16 } } }
    let scores = LowVolatility.scores(.columns(columns, queries: 0))
    #expect(LowVolatility.scores(.columns(moved, queries: 0)) == scores)
  }

  @Test func `missing entries are left out, and a column that is mostly missing comes last`() {
    let columns: [[Double?]] = [
      [1, nil, 3, 2, nil], [1, 2, nil, nil, nil], [nil, nil, nil, nil, nil],
    ]
    let scores = LowVolatility.scores(.columns(columns, queries: 0))
    #expect(scores == [-1, -.infinity, -.infinity])
    let long: [Double?] = [1, 2, 3] + [Double?](repeating: nil, count: 4)
    #expect(LowVolatility.scores(.columns([long], queries: 0)) == [-.infinity])
  }
}
