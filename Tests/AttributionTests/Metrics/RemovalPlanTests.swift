import Attribution
import Experiment
import Testing

struct RemovalPlanTests {
  /// Summed over both queries: 5, 1, 0, 3, −2, 4.
  private let scores = Scores(
    estimator: "any",
    train: (0..<6).map { "t\($0)" },
    queries: ["p", "q", "unsolved"],
    values: [1, 1, 0, 3, -1, 2, 4, 0, 0, 0, -1, 2, 9, 9, 9, -9, 9, -9],
    measurable: [true, true, true, true, true, true]
  )

  @Test func `top and bottom are by the sum over the chosen queries`() throws {
    let plan = try RemovalPlan(of: scores, queries: [0, 1], sizes: [1, 3])
    let kinds = plan.removals.map(\.kind)
    #expect(kinds == [.top, .bottom, .random, .top, .bottom, .random])
    #expect(plan.removals[0].members == [0] && plan.removals[3].members == [0, 3, 5])
    #expect(plan.removals[1].members == [4] && plan.removals[4].members == [1, 2, 4])
    #expect(Set(plan.removals[2].members).isSubset(of: plan.removals[5].members))
    #expect(plan.removals.map(\.members.count) == [1, 1, 1, 3, 3, 3])
  }

  @Test func `the same-label control takes what most queries' labels say`() throws {
    let labels = (train: [7, 8, 9, 8, 7, 8], queries: [8, 8, 9])
    let plan = try RemovalPlan(
      of: scores,
      queries: [0, 1, 2],
      sizes: [2, 4],
      labels: labels,
      repeats: 20
    )
    let controls = plan.removals.filter { $0.kind == .sameLabel }
    #expect(controls.count == 40)
    for control in controls {
      // Two queries say 8, one says 9.
      if control.members.count == 2 {
        #expect(Set(control.members).isSubset(of: [1, 3, 5]))
      } else {
        #expect(control.members == [1, 2, 3, 5])
      }
    }
    #expect(Set(controls.map(\.members)).count > 2)
    #expect(plan.removals.count { $0.kind == .random } == 40)
    #expect(plan.removals.count { $0.kind == .top } == 2)
  }

  @Test func `a plan depends on its seed alone`() throws {
    func plan(_ seed: UInt64) throws -> RemovalPlan {
      try RemovalPlan(of: scores, queries: [0], sizes: [3], repeats: 3, seed: seed)
    }
    #expect(try plan(1) == plan(1))
    #expect(try plan(1) != plan(2))
  }

  @Test func `no queries, no sizes and impossible sizes are errors`() {
    for (queries, sizes) in [([], [1]), ([0], []), ([0], [0]), ([0], [6])] as [([Int], [Int])] {
      #expect(throws: AttributionError.self) {
        try RemovalPlan(of: scores, queries: queries, sizes: sizes)
      }
    }
  }
}
