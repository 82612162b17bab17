import Experiment
import Statistics
import Testing

@testable import Attribution

@Suite struct GroupTestsTests {
  private func design(_ models: Int, of rows: Int = 300, seed: UInt64) throws -> SubsetDesign {
    try .random(examples: rows, models: models, size: rows * 3 / 10, start: .base, seed: seed)
  }

  @Test func `rows that the strength is a sum of are named, the strongest first`() throws {
    for seed in UInt64(0)..<5 {
      let design = try design(40, seed: seed)
      let strengths = (0..<40).map { (model: Int) -> Double in
        let weights = design.weights(model: model)
        return 3 * weights[7] + 2 * weights[100] + weights[299]
      }
      let tests = GroupTests(design.subsets, of: 300)
      let found = tests.rows(behind: strengths)
      #expect(found.named == [7, 100, 299] && abs(found.explained - 1) < 1e-9)
      // Neither unit nor origin matters, and rows that weaken a behaviour are no causes.
      #expect(tests.rows(behind: strengths.map { 50 + 1000 * $0 }).named == [7, 100, 299])
      #expect(Set(tests.rows(behind: strengths.map { -$0 }).named).isDisjoint(with: [7, 100, 299]))
    }
  }

  @Test func `of strengths that are noise, rows are named in about one of twenty runs`() throws {
    var named = 0
    for seed in UInt64(0)..<60 {
      var generator = SplitMix64(seed: seed)
      let design = try design(20, of: 100, seed: seed)
      let noise = (0..<20).map { _ in generator.normal() }
      let tests = GroupTests(design.subsets, of: 100)
      if !tests.rows(behind: noise, seed: seed).named.isEmpty { named += 1 }
    }
    #expect(named <= 8, "\(named) of 60")
  }

  @Test func `weights count, and what tells nothing is left out`() throws {
    // Row 0 is everywhere, row 3 nowhere; row 1 counts double where it is.
    let subsets = (0..<8).map { (model: Int) -> Subset in
      guard model < 4 else { return Subset(seed: 0, members: [0, 2]) }
      return Subset(seed: 0, members: [0, 1], weights: [1, Double(1 + model % 2)])
    }
    let tests = GroupTests(subsets, of: 4)
    #expect(tests.rows(behind: [1, 2, 1, 2, 0, 0, 0, 0]).named == [1])
    #expect(tests.rows(behind: [Double](repeating: 1, count: 8)).named.isEmpty)
    // Four models have too few orders for a line.
    let few = GroupTests(Array(subsets.prefix(4)), of: 4)
    #expect(few.rows(behind: [1, 2, 1, 2]).named.isEmpty)
  }
}
