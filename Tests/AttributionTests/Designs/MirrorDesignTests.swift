import Attribution
import Experiment
import Testing

struct MirrorDesignTests {
  private let corpus = Corpus(
    train: [Example(id: "t", prompt: .text("p"), completion: "c")],
    queries: [["a"], ["b", "c"], [], ["a"], ["c", "b"], [], ["a", "d"]].enumerated().map {
      Example(id: "q\($0)", prompt: .text("p\($0)"), completion: "c", tags: $1)
    }
  )

  @Test func `a behaviour is what shares a tag; equal ones are one, and untagged queries are one`()
  {
    let found = corpus.behaviours
    #expect(found.map(\.name) == ["a", "b, c", "d", "untagged"])
    #expect(found.map(\.queries) == [[0, 3, 6], [1, 4], [6], [2, 5]])
    let plain = Corpus(
      train: corpus.train,
      queries: ["x", "y"].map { Example(id: $0, prompt: .text($0), completion: "c") }
    )
    #expect(plain.behaviours.map(\.queries) == [[0, 1]])
  }

  @Test func `the start comes first, then all behaviours of a seed before the next seed`() {
    func design(_ seeds: Int, _ direction: MirrorPerturbation.Direction = .up) -> SubsetDesign {
      .mirror(
        MirrorPerturbation(seeds: seeds, direction: direction),
        behaviours: corpus.behaviours,
        examples: 9,
        start: .base,
        seed: 4
      )
    }
    let three = design(3)
    #expect(three.models == 13 && three.examples == 9 && three.start == .base)
    #expect(three.subsets[0].members.isEmpty && three.subsets[0].weights == nil)
    #expect(three.subsets[1...4].map(\.members) == [[0, 3, 6], [1, 4], [6], [2, 5]])
    #expect(three.subsets[5].members == three.subsets[1].members)
    let seeds = three.subsets.dropFirst().map(\.seed)
    #expect(Set(seeds).count == 3 && Set(seeds[..<4]).count == 1)
    #expect(three.first(5) == design(1))
    // What is paid for must be found again: these do not change.
    #expect(
      [seeds[0], seeds[4], seeds[8]] == [
        10_572_299_252_663_723_604, 13_320_811_029_595_938_931, 15_823_103_802_848_457_621,
      ]
    )
    let down = design(1, .down)
    #expect(down.subsets.map(\.weights) == [nil, [-1, -1, -1], [-1, -1], [-1], [-1, -1]])
    #expect(down.subsets.map(\.seed) == design(1).subsets.map(\.seed))
  }
}
