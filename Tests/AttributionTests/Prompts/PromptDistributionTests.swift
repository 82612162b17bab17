import Statistics
import Testing

@testable import Attribution

struct PromptDistributionTests {
  private static func random(length: Int, width: Int, seed: UInt64) -> PromptDistribution {
    var generator = SplitMix64(seed: seed)
    let values = (0..<length * width).map { _ in 0.1 + generator.uniform() }
    let sums = (0..<length).map { values[$0 * width..<($0 + 1) * width].reduce(0, +) }
    return PromptDistribution(
      projecting: values.indices.map { values[$0] / sums[$0 / width] },
      length: length,
      width: width
    )
  }

  private static func prompts(length: Int, width: Int) -> [[Int]] {
    (0..<length).reduce([[]]) { shorter, _ in
      shorter.flatMap { prefix in (0..<width).map { prefix + [$0] } }
    }
  }

  private static func isClose(_ a: [Double], _ b: [Double], within tolerance: Double) -> Bool {
    a.count == b.count && zip(a, b).allSatisfy { abs($0 - $1) <= tolerance }
  }

  @Test(
    arguments: [
      ([0.6, 0.5, 0.1, -0.2], [0.53333333333, 0.43333333333, 0.03333333333, 0]),
      ([0.1, 0.1, 0.1], [1 / 3.0, 1 / 3.0, 1 / 3.0]),
      ([0.2, 0.3, 0.5], [0.2, 0.3, 0.5]),
      ([7, 0, 0], [1, 0, 0]),
      ([-4], [1]),
      ([0.5, 1.5], [0, 1]),
      // Two entries a, b with |a − b| ≤ 1 move to (1 ± (a − b)) / 2.
      ([-3, -3.4], [0.7, 0.3]),
    ] as [([Double], [Double])]
  )
  func `the projection has its closed forms`(vector: [Double], expected: [Double]) {
    #expect(Self.isClose(projectedToSimplex(vector), expected, within: 1e-10))
  }

  @Test(arguments: UInt64(0)..<50)
  func `no point of the simplex is nearer than the projection`(seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    let vector = (0..<6).map { _ in generator.normal() }
    let projection = projectedToSimplex(vector)
    #expect(abs(projection.reduce(0, +) - 1) < 1e-12)
    #expect(projection.allSatisfy { $0 >= 0 })
    // (y − p)·(x − p) ≤ 0 for every x of a convex set is what makes p the nearest point; corners suffice.
    let inner = zip(vector, projection).reduce(0) { $0 + ($1.0 - $1.1) * $1.1 }
    for corner in vector.indices {
      #expect(vector[corner] - projection[corner] - inner < 1e-12)
    }
  }

  /// Loss of each prompt of a 2×3 toy, with interaction between positions.
  private static let toy: [[Int]: Double] = {
    var generator = SplitMix64(seed: 11)
    return prompts(length: 2, width: 3).reduce(into: [:]) { $0[$1] = generator.normal() }
  }()

  /// Expected loss under rows that are normalised first.
  private static func expectedLoss(_ values: [Double]) -> Double {
    let sums = [values[..<3].reduce(0, +), values[3...].reduce(0, +)]
    return toy.reduce(0) { sum, prompt in
      let first = values[prompt.key[0]] / sums[0]
      let second = values[3 + prompt.key[1]] / sums[1]
      return sum + first * second * prompt.value
    }
  }

  @Test(arguments: [2, 3])
  func `the gradient is right in expectation`(samples: Int) throws {
    let distribution = Self.random(length: 2, width: 3, seed: 5)
    // Every tuple of draws with its probability: 81 or 729.
    var mean = [Double](repeating: 0, count: 6)
    let all = Self.prompts(length: 2, width: 3)
    for tuple in Self.prompts(length: samples, width: all.count) {
      let draws = tuple.map { all[$0] }
      let probability = draws.reduce(1) {
        $0 * distribution.values[$1[0]] * distribution.values[3 + $1[1]]
      }
      let gradient = distribution.gradient(
        draws: draws,
        losses: try draws.map { try #require(Self.toy[$0]) }
      )
      for entry in mean.indices { mean[entry] += probability * gradient[entry] }
    }
    let step = 1e-5
    let differences = mean.indices.map { entry in
      var up = distribution.values
      var down = distribution.values
      up[entry] += step
      down[entry] -= step
      return (Self.expectedLoss(up) - Self.expectedLoss(down)) / (2 * step)
    }
    #expect(Self.isClose(mean, differences, within: 1e-8))
  }

  @Test(arguments: [2, 3, 10])
  func `the gradient is half of the authors' two-sided form`(samples: Int) {
    let distribution = Self.random(length: 3, width: 4, seed: 9)
    var generator = SplitMix64(seed: 3)
    let draws = (0..<samples).map { _ in distribution.draw(using: &generator) }
    let losses = draws.map { _ in generator.normal() }
    let mean = losses.reduce(0, +) / Double(samples)
    var twoSided = [Double](repeating: 0, count: 12)
    for (draw, loss) in zip(draws, losses) {
      for entry in twoSided.indices {
        let sign = draw[entry / 4] == entry % 4 ? 1.0 : -1.0
        twoSided[entry] +=
          (loss - mean) * sign / distribution.values[entry] / Double(samples - 1)
      }
    }
    let gradient = distribution.gradient(draws: draws, losses: losses)
    #expect(Self.isClose(gradient.map { 2 * $0 }, twoSided, within: 1e-9))
  }

  @Test func `no entry reaches zero, and rows still sum to one`() {
    let distribution = PromptDistribution(projecting: [9, 0, 0, 0, -5, 5], length: 2, width: 3)
    for row in distribution.rows {
      #expect(abs(row.reduce(0, +) - 1) < 1e-12)
      // The floor 1e-4/V before the row, whose sum is at most 1 + 1e-4, is normalised.
      #expect(row.allSatisfy { $0 >= 1e-4 / 3 / 1.0001 })
    }
    #expect(distribution.mode == [0, 2])
  }

  @Test func `draws follow the distribution`() {
    let distribution = Self.random(length: 2, width: 3, seed: 5)
    var generator = SplitMix64(seed: 1)
    var counts = [Double](repeating: 0, count: 6)
    for _ in 0..<20_000 {
      for (position, candidate) in distribution.draw(using: &generator).enumerated() {
        counts[position * 3 + candidate] += 1 / 20_000
      }
    }
    // Standard error at most 0.0036; 5 of them.
    #expect(Self.isClose(counts, distribution.values, within: 0.018))
  }

  @Test func `clipping bounds the norm and keeps the direction`() {
    #expect(Self.isClose(clipped([3, 4], toNorm: 3), [1.8, 2.4], within: 1e-12))
    #expect(clipped([1, 2], toNorm: 3) == [1, 2])
    #expect(clipped([0, 0], toNorm: 3) == [0, 0])
  }

  @Test func `the first steps of Adam are those of its paper`() {
    var adam = AdamState(count: 2, learningRate: 0.1)
    #expect(Self.isClose(adam.step(against: [2, -0.5]), [-0.1, 0.1], within: 1e-8))
    // m̂ = (0.9·0.2 + 0.1·1)/0.19, v̂ = (0.999·0.004 + 0.001·1)/0.001999 for gradients 2, 1.
    let second = adam.step(against: [1, -0.5])
    let expected = -0.1 * (0.28 / 0.19) / (0.004996 / 0.001999).squareRoot()
    #expect(Self.isClose(second, [expected, 0.1], within: 1e-8))
  }
}
