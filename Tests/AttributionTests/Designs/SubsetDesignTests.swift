import Attribution
import Experiment
import Testing

struct SubsetDesignTests {
  private func design(
    models: Int = 25,
    size: Int = 30,
    weighted: Bool = false,
    seed: UInt64 = 7
  ) throws -> SubsetDesign {
    try .random(
      examples: 100,
      models: models,
      size: size,
      start: .base,
      seed: seed,
      weighted: weighted
    )
  }

  @Test func `every subset has the asked size, ascending and distinct`() throws {
    for subset in try design().subsets {
      #expect(subset.members.count == 30)
      #expect(subset.members == Set(subset.members).sorted())
      #expect(subset.members.allSatisfy { (0..<100).contains($0) })
      #expect(subset.weights == nil)
    }
  }

  @Test func `every example is drawn about equally often`() throws {
    var counts = [Int](repeating: 0, count: 100)
    for subset in try design(models: 2000).subsets {
      for member in subset.members { counts[member] += 1 }
    }
    // 600 ± 20.5 for a fair draw; 5 standard deviations.
    #expect(counts.allSatisfy { abs($0 - 600) < 103 })
  }

  @Test func `seeds decide everything and a longer design starts with the shorter`() throws {
    let short = try design()
    let long = try design(models: 50)
    #expect(Array(long.subsets[..<25]) == short.subsets)
    #expect(try design() == short)
    #expect(try design(seed: 8).subsets != short.subsets)
    #expect(Set(long.subsets.map(\.seed)).count == 50)
    #expect(Set(long.subsets.map(\.members)).count == 50)
  }

  @Test func `weights are uniform between 0 and 2`() throws {
    let weights = try design(models: 200, weighted: true).subsets.flatMap { $0.weights ?? [] }
    #expect(weights.count == 6000)
    #expect(weights.allSatisfy { $0 > 0 && $0 <= 2 })
    let mean = weights.reduce(0, +) / 6000
    let variance = weights.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 6000
    // Mean 1, variance 1/3: correctness check 1 of the prototype.
    #expect(abs(mean - 1) < 0.04)
    #expect(abs(variance - 1.0 / 3) < 0.03)
  }

  @Test(arguments: [(0, 5), (3, 0), (3, 101), (-1, 5)])
  func `impossible designs are one clear error`(models: Int, size: Int) {
    let error = #expect(throws: AttributionError.self) {
      try design(models: models, size: size)
    }
    #expect(error?.code == .invalidDesign)
  }

  @Test func `ratios become sizes`() throws {
    #expect(try SubsetDesign.size(ratio: 0.3, of: 10) == 3)
    #expect(try SubsetDesign.size(ratio: 0.25, of: 10) == 3)
    #expect(try SubsetDesign.size(ratio: 1, of: 10) == 10)
    for ratio in [0, -0.1, 1.1, Double.nan] {
      #expect(throws: AttributionError.self) { try SubsetDesign.size(ratio: ratio, of: 10) }
    }
  }
}
