import Attribution
import Experiment
import Statistics
import Testing

struct NeighbourShapleyTests {
  @Test func `the recursion has its golden values`() {
    let values = NeighbourShapley.values(
      matches: [true, false, true, true, false, false],
      neighbours: 2
    )
    #expect(distance(values, [0.25, -0.25, 0.25, 0.25, 0, 0]) < 1e-15)
    #expect(NeighbourShapley.values(matches: [], neighbours: 2) == [])
    #expect(NeighbourShapley.values(matches: [true], neighbours: 2) == [0.5])
  }

  @Test(arguments: 0..<10)
  func `values are Shapley's of the vote, by enumeration`(seed: Int) throws {
    var generator = SplitMix64(seed: UInt64(seed))
    let neighbours = 1 + seed % 4
    let features = (0..<7).map { _ in [generator.normal(), generator.normal()] }
    let labels = (0..<7).map { _ in generator.below(3) }
    let query = [generator.normal(), generator.normal()]
    func squared(_ row: [Double]) -> Double {
      zip(row, query).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    }
    let distances = features.map(squared)
    let game = TableGame(players: 7) { coalition, _ in
      let nearest = coalition.sorted { distances[$0] < distances[$1] }.prefix(neighbours)
      return Double(nearest.count { labels[$0] == 1 }) / Double(neighbours)
    }
    let factorials = (0...7).map { $0 == 0 ? 1.0 : (1...$0).reduce(1.0) { $0 * Double($1) } }
    let exact = game.exact { factorials[$0] * factorials[6 - $0] / factorials[7] }
    let valuation = try NeighbourShapley(neighbours: neighbours).scores(
      of: .init(ids: (0..<7).map(String.init), features: features, labels: labels),
      for: .init(ids: ["q"], features: [query], labels: [1])
    )
    #expect(distance(valuation.scores.values, exact) < 1e-12)
    #expect(valuation.trainings == 0)
  }

  @Test func `one class only shares the vote, and absent labels get nothing`() throws {
    let train = NeighbourShapley.Points(
      ids: ["a", "b", "c"],
      features: [[0], [1], [2]],
      labels: [4, 4, 4]
    )
    let queries = NeighbourShapley.Points(ids: ["q", "r"], features: [[0], [0]], labels: [4, 5])
    let scores = try NeighbourShapley(neighbours: 2).scores(of: train, for: queries).scores
    #expect(abs(scores.row(query: 0).reduce(0, +) - 1) < 1e-15)
    #expect(scores.row(query: 1) == [0, 0, 0])
  }

  @Test func `ragged rows, NaN and an empty training set are errors`() {
    let query = NeighbourShapley.Points(ids: ["q"], features: [[0, 0]], labels: [0])
    for features in [[[0, 0], [1]], [[0, .nan], [1, 1]], [[0, 0], [.infinity, 1]]] {
      let train = NeighbourShapley.Points(ids: ["a", "b"], features: features, labels: [0, 1])
      #expect(throws: AttributionError.self) {
        try NeighbourShapley().scores(of: train, for: query)
      }
    }
    #expect(throws: AttributionError.self) {
      try NeighbourShapley().scores(of: .init(ids: [], features: [], labels: []), for: query)
    }
  }
}
