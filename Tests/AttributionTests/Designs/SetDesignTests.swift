import Attribution
import Experiment
import Testing

struct SetDesignTests {
  @Test func `sets are trained once with every seed, a seed after another`() {
    let design = SubsetDesign.sets([[0], [1, 2]], of: 4, start: .target, seeds: [7, 8])
    #expect(design.subsets.map(\.seed) == [7, 7, 8, 8])
    #expect(design.subsets.map(\.members) == [[0], [1, 2], [0], [1, 2]])
    #expect(design.start == .target && design.examples == 4)
    #expect(design.first(3).subsets == Array(design.subsets.prefix(3)))
  }

  @Test(arguments: [true, false])
  func `what is left out is absent, in place where models are paired`(isPaired: Bool) {
    let design = SubsetDesign.without(
      [[2, 0], []],
      of: 4,
      start: .base,
      seeds: [7],
      isPaired: isPaired
    )
    #expect(design.subsets.map(\.members) == [[1, 3], [0, 1, 2, 3]])
    #expect(design.subsets.map(\.excluded) == [isPaired ? [0, 2] : nil, nil])
  }

  @Test func `coalitions without few are paired with the full set`() {
    let design = SubsetDesign.coalitions(
      [[], Array(0..<10), Array(1..<10), Array(2..<10)],
      of: 10,
      seed: 3
    )
    #expect(design.start == .base)
    #expect(design.subsets.map(\.excluded) == [nil, nil, [0], nil])
    #expect(design.subsets.map(\.members.count) == [0, 10, 9, 8])
  }

  @Test func `signed weights are a function of each model's seed`() throws {
    let plain = try SubsetDesign.random(
      examples: 200,
      models: 5,
      size: 100,
      start: .target,
      seed: 1
    )
    let weights = plain.signed.subsets.map { $0.weights ?? [] }
    #expect(weights.joined().allSatisfy { $0 > -1 && $0 <= 1 })
    #expect(weights.joined().contains { $0 < -0.5 } && weights.joined().contains { $0 > 0.5 })
    #expect(plain.first(2).signed == plain.signed.first(2))
    #expect(Set(weights).count == 5)
  }
}

struct GroundTruthTests {
  @Test func `outcomes are minus losses, averaged over seeds`() {
    let design = SubsetDesign.sets([[0], [1], [0, 1]], of: 2, start: .base, seeds: [1, 2])
    var losses = LossMatrix(
      models: design.subsets.indices.map(String.init),
      train: ["a", "b"],
      queries: ["q"]
    )
    for model in 0..<6 {
      losses[model: model, column: 2] = .measured(Double([1, 2, 3, 3, 4, 7][model]))
    }
    let truth = GroundTruth(losses: losses, design: design, seeds: 2)
    #expect(truth.subsets == [[0], [1], [0, 1]])
    #expect(truth.readings == [[[-1, -2, -3]], [[-3, -4, -7]]])
    #expect(truth.outcomes == [[-2, -3, -5]])
    #expect(truth.ceiling() == truth.ceiling(of: [0]))
    #expect(GroundTruth(losses: losses, design: design).ceiling() == nil)
  }
}
