import Experiment
import Testing

@Suite struct `subset designs` {
  @Test func `give each example its weight in a model, and 0 where it was absent`() {
    let design = SubsetDesign(
      examples: 4,
      start: .base,
      seed: 1,
      subsets: [
        .init(seed: 2, members: [0, 3]), .init(seed: 3, members: [1, 2], weights: [-0.5, 2]),
      ]
    )
    #expect(design.models == 2)
    #expect(design.weights(model: 0) == [1, 0, 0, 1])
    #expect(design.weights(model: 1) == [0, -0.5, 2, 0])
  }
}
