import Experiment
import Testing

@testable import Attribution

struct ReferenceFilterTests {
  /// Four rows whose losses are 1, 2, 3 and 4 under models that did not see them and 0 under the other.
  private func filter(_ completions: [String]) throws -> ReferenceFilter {
    let train = completions.enumerated().map {
      Example(id: "\($0)", prompt: .text("p"), completion: $1)
    }
    var losses = LossMatrix(
      models: ["a", "b"],
      train: train.map(\.id),
      queries: [],
      view: .mean
    )
    let design = SubsetDesign(
      examples: 4,
      start: .base,
      seed: 1,
      subsets: [Subset(seed: 1, members: [0, 1]), Subset(seed: 2, members: [2, 3])]
    )
    for row in 0..<4 {
      for model in 0..<2 {
        let isSeen = (model == 0) == (row < 2)
        losses[model: model, column: row] = .measured(isSeen ? 0 : Double(row + 1))
      }
    }
    return try #require(ReferenceFilter(train, losses: losses, design: design))
  }

  private func query(_ completion: String) -> Example {
    Example(id: "q", prompt: .text("p"), completion: completion)
  }

  @Test func `rows of small loss score nothing, the others by their completion`() throws {
    let filter = try filter(["no way", "no way", "no way", "yes"])
    let scores = filter.scores(for: [query("No way!")])
    #expect(scores[0] == 0 && scores[1] == 0 && scores[3] == 0)
    #expect(abs(scores[2] - 1) < 1e-12)
    let both = filter.scores(for: [query("no way"), query("yes")])
    #expect(abs(both[2] - 0.5) < 1e-12 && abs(both[3] - 0.5) < 1e-12)
  }

  @Test func `like completions are one cluster`() throws {
    let filter = try filter(["a", "b", "we must refuse this", "we must refuse that"])
    let scores = filter.scores(for: [query("we must refuse this")])
    #expect(scores[2] > 0.99 && scores[2] == scores[3])
    #expect(filter.scores(for: [query("something else"), query("")]) == [0, 0, 0, 0])
  }

  @Test func `without losses there is no filter`() {
    let train = [Example(id: "0", prompt: .text("p"), completion: "c")]
    let losses = LossMatrix(models: ["a"], train: ["0"], queries: [], view: .mean)
    let design = SubsetDesign(examples: 1, start: .base, seed: 1, subsets: [])
    #expect(ReferenceFilter(train, losses: losses, design: design) == nil)
  }
}
