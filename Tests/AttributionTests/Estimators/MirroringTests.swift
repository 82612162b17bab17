import Experiment
import Statistics
import Testing

@testable import Attribution

/// A start and steps on behaviours of queries, by the losses of the rows.
private struct Steps {
  var start: [Double?] = [4, 2, 8, 1]
  /// Queries, seed, weight and losses of each step.
  var steps: [(queries: [Int], seed: UInt64, weight: Double?, losses: [Double?])]
  var bounds: [(model: Int, row: Int)] = []

  var design: SubsetDesign {
    SubsetDesign(
      examples: start.count,
      start: .base,
      seed: 1,
      subsets: [Subset(seed: 1, members: [])]
        + steps.map { step in
          Subset(
            seed: step.seed,
            members: step.queries,
            weights: step.weight.map { weight in step.queries.map { _ in weight } }
          )
        }
    )
  }

  var losses: LossMatrix {
    var matrix = LossMatrix(
      models: (0...steps.count).map { "model-\($0)" },
      train: start.indices.map { "t\($0)" },
      queries: []
    )
    for (model, row) in ([start] + steps.map(\.losses)).enumerated() {
      for (column, value) in row.enumerated() {
        matrix[model: model, column: column] = value.map { .measured($0) }
      }
    }
    for (model, row) in bounds {
      guard let value = matrix[model: model, column: row]?.value else { continue }
      matrix[model: model, column: row] = .censored(atLeast: value)
    }
    return matrix
  }

  func made(_ estimator: Mirroring.Estimator, noise: Double? = nil) throws -> Mirroring {
    try Mirroring(losses: losses, design: design, estimator: estimator, noise: noise)
  }
}

private let two = Steps(steps: [
  ([0, 1], 7, nil, [1, 2, 7, 1]), ([2], 7, nil, [3, 1, 8, 1]),
  ([0, 1], 8, nil, [2, 2, 7, 0.5]), ([2], 8, nil, [3, 1, 6, 1]),
])

private func query(_ members: Int..., blend: QueryProfile.Blend = .average) -> QueryProfile {
  QueryProfile(name: "q", members: members, blend: blend)
}

private func isClose(_ left: [Double], _ right: [Double]) -> Bool {
  left.count == right.count && zip(left, right).allSatisfy { abs($0 - $1) < 1e-9 }
}

struct MirroringTests {
  @Test(arguments: [1.0, -1.0])
  func `with linear losses a drop is the product of the gradients, whichever way the step goes`(
    weight: Double
  ) throws {
    var generator = SplitMix64(seed: 3)
    let gradients = (0..<6).map { _ in (0..<3).map { _ in generator.normal() } }
    let asked = (0..<3).map { _ in generator.normal() }
    let rate = 0.01
    func product(_ row: [Double]) -> Double { zip(row, asked).reduce(0) { $0 + $1.0 * $1.1 } }
    // One step of gradient descent on weight · L_q, under losses L_i = 5 + ⟨g_i, θ⟩.
    let scene = Steps(
      start: gradients.map { _ in 5 },
      steps: [([0], 1, weight, gradients.map { 5 - rate * weight * product($0) })]
    )
    let found = try scene.made(.drop).rankings(for: [query(0)])[0]
    #expect(isClose(found, gradients.map { rate * product($0) }))
  }

  @Test func `a score is the mean over seeds, of drops or of their shares of the loss before`()
    throws
  {
    let drop = try two.made(.drop)
    #expect(isClose(drop.rankings(for: [query(0, 1)])[0], [2.5, 0, 1, 0.25]))
    #expect(drop.rankings(for: [query(2)])[0] == [1, 1, 1, 0])
    #expect(drop.models == 4 && drop.missing == 0 && drop.measurable == [true, true, true, true])
    let share = try two.made(.normalised).rankings(for: [query(0, 1)])[0]
    #expect(isClose(share, [2.5 / 4.001, 0, 1 / 8.001, 0.25 / 1.001]))
    #expect(try drop.top(2, for: [query(0, 1)])[0].map(\.example) == [0, 2])
    #expect(try drop.scores(for: [query(2)]).estimator == "mirror-drop")
  }

  @Test func `τ is five standard deviations of a reading, and a thousandth of a nat at least`()
    throws
  {
    #expect(Mirroring.threshold(noise: nil) == 0.001)
    #expect(Mirroring.threshold(noise: 0.0001) == 0.001)
    #expect(Mirroring.threshold(noise: 0.2) == 1)
    let share = try two.made(.normalised, noise: 0.2).rankings(for: [query(2)])[0]
    #expect(isClose(share, [1 / 5.0, 1 / 3.0, 1 / 9.0, 0]))
    // A sure row's tiny loss, all of it noise, does not come first.
    let scene = Steps(start: [1e-5, 4], steps: [([0], 1, nil, [1e-6, 3])])
    #expect(try scene.made(.normalised).top(1, for: [query(0)])[0][0].example == 1)
  }

  @Test func `a contrast takes down what another step teaches, and not what it unteaches`() throws {
    // Behaviour 0 teaches rows 0 and 2, behaviour 1 rows 1 and 2 and unteaches row 0, behaviour 2 nothing.
    let drops = [[0.3, 0, 0.3, 0], [-1, 0.6, 0.4, 0], [0, 0, 0, 0]]
    let scene = Steps(
      start: [1, 1, 1, 1].map { $0 - Mirroring.leastThreshold },
      steps: drops.indices.map { set in
        ([set], 1, nil, drops[set].map { 1 - $0 - Mirroring.leastThreshold })
      }
    )
    let scaled = drops.map { drop in
      let deviation = standardDeviation(of: drop)
      return drop.map { deviation > 0 ? $0 / deviation : 0 }
    }
    let contrast = try scene.made(.contrast).rankings(for: [query(0), query(1), query(2)])
    for asked in 0..<3 {
      let others = scaled.indices.filter { $0 != asked }
      let expected = (0..<4).map { row in
        scaled[asked][row] - max(0, others.map { scaled[$0][row] }.max() ?? 0) / 2
      }
      #expect(isClose(contrast[asked], expected))
    }
    #expect(contrast[0][0] > 1 && contrast[0][1] < 0 && contrast[0][2] < contrast[0][0])
  }

  @Test func `auto contrasts where there is another behaviour, and says which way steps go`() {
    for weight in [nil, -1.0] {
      let subset = Subset(seed: 1, members: [0], weights: weight.map { [$0] })
      let design = SubsetDesign(examples: 1, start: .base, seed: 1, subsets: [subset])
      let (estimator, reason) = Mirroring.Estimator.recommended(others: 2, in: design)
      #expect(estimator == .contrast)
      #expect(reason.contains(weight == nil ? "a step on" : "a step against"))
      #expect(Mirroring.Estimator.recommended(others: 0, in: design).0 == .normalised)
    }
  }

  @Test func `steps up and down on the same queries count alike`() throws {
    // A curvature of .5 a row, which the mean of both cancels.
    let scene = Steps(
      start: [4, 4],
      steps: [([0], 1, nil, [3.5, 4.5]), ([0], 2, -1, [5.5, 4.5])]
    )
    #expect(try scene.made(.drop).rankings(for: [query(0)])[0] == [1, 0])
  }

  private func intervals(
    _ mirroring: Mirroring,
    _ rows: [Int],
    for profile: QueryProfile
  ) -> [ClosedRange<Double>?] {
    mirroring.samples(of: [rows], for: [profile], draws: 0, seed: 0)[0].map(mirroring.interval)
  }

  @Test func `the interval comes from the spread of the seeds, and one seed has none`() throws {
    let drop = try two.made(.drop)
    let found = intervals(drop, [0, 2], for: query(0, 1))
    let expected = try #require(meanInterval(level: 0.95, of: [3, 2]))
    #expect(found == [expected, 1...1])
    let one = Steps(steps: Array(two.steps.prefix(2)))
    #expect(intervals(try one.made(.drop), [0], for: query(2)) == [nil])
  }

  @Test func `a missing loss is left out, and without one under the start nothing is known`() throws
  {
    var scene = two
    scene.start[1] = nil
    scene.steps[0].losses[0] = nil
    scene.bounds = [(model: 1, row: 2)]
    let drop = try scene.made(.drop)
    #expect(drop.missing == 2)
    #expect(drop.measurable == [true, false, true, true])
    #expect(drop.rankings(for: [query(0, 1)])[0] == [2, 0, 1, 0.25])
    #expect(intervals(drop, [0, 1], for: query(0, 1)) == [nil, nil])
    #expect(try drop.top(9, for: [query(0, 1)])[0].map(\.example) == [0, 2, 3])
    // In a contrast row 0 has the second seed alone.
    let contrast = try scene.made(.contrast)
    #expect(intervals(contrast, [0], for: query(2)) == [nil])
    scene.start = [nil, nil, nil, nil]
    #expect(try scene.made(.drop).measurable == [false, false, false, false])
  }

  @Test
  func `a query stands for the smallest behaviour that has it, a group for the one that it is`()
    throws
  {
    var scene = two
    scene.steps.append(([0, 1, 2], 7, nil, [0, 0, 0, 0]))
    let drop = try scene.made(.drop)
    #expect(drop.rankings(for: [query(1)])[0] == [2.5, 0, 1, 0.25])
    #expect(drop.rankings(for: [query(0, 1, 2)])[0] == [4, 2, 8, 1])
    #expect(isClose(drop.rankings(for: [query(1, 2)])[0], [1.75, 0.5, 1, 0.125]))
    #expect(drop.rankings(for: [query(1, 2, blend: .nearest)])[0] == [1.75, 0.5, 1, 0.125])
    // Behaviours with a query in common are no contrast.
    let contrast = try scene.made(.contrast)
    #expect(!contrast.isMeasurable(query(0, 1, 2)))
    #expect(contrast.isMeasurable(query(2)))
    let error = #expect(throws: AttributionError.self) {
      try contrast.scores(for: [query(0, 1, 2)])
    }
    #expect(error?.hint == "use estimator 'mirror-normalised'")
    #expect(Mirroring.others(in: scene.design, asked: [0, 1], grouped: true) == 1)
    #expect(Mirroring.others(in: scene.design, asked: [0, 1, 2], grouped: true) == 0)
    #expect(Mirroring.others(in: scene.design, asked: [0, 1, 2], grouped: false) == 1)
  }

  @Test func `without the start, or a step on a query, nothing is measurable`() throws {
    let drop = try two.made(.drop)
    #expect(!drop.isMeasurable(query(5)))
    #expect(drop.obstacle(to: query(5)).contains("no step"))
    let whole = two.losses
    var matrix = LossMatrix(
      models: Array(whole.models.dropFirst()),
      train: whole.train,
      queries: []
    )
    for model in 0..<4 {
      for row in 0..<4 {
        matrix[model: model, column: row] = whole[model: model + 1, column: row]
      }
    }
    let orphan = try Mirroring(
      losses: matrix,
      design: SubsetDesign(
        examples: 4,
        start: .base,
        seed: 1,
        subsets: Array(two.design.subsets.dropFirst())
      ),
      estimator: .drop
    )
    #expect(orphan.models == 0 && !orphan.isMeasurable(query(2)))
    #expect(throws: AttributionError.self) { try orphan.scores(for: [query(2)]) }
    #expect(throws: AttributionError.self) {
      try Mirroring(losses: matrix, design: two.design, estimator: .drop)
    }
  }
}
