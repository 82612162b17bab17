import Foundation
import Statistics
import Testing

@Suite struct `Student's t` {
  @Test(arguments: [-30, -2, -0.5, 0, 0.3, 1, 4.5, 200])
  func `has Cauchy's tail at one degree of freedom, and a closed form at two`(value: Double) {
    #expect(abs(studentTail(value, freedom: 1) - (0.5 - atan(value) / .pi)) < 1e-12)
    let two = 0.5 - value / (2 * (2 + value * value).squareRoot())
    #expect(abs(studentTail(value, freedom: 2) - two) < 1e-12)
  }

  // The usual table of percentage points.
  @Test(arguments: [(3.0, 5.841, 0.005), (5, 2.015, 0.05), (10, 2.764, 0.01), (30, 3.385, 0.001)])
  func `agrees with the table`(freedom: Double, value: Double, tail: Double) {
    #expect(abs(studentTail(value, freedom: freedom) / tail - 1) < 0.003)
    #expect(abs(studentQuantile(tail: tail, freedom: freedom) - value) < 0.001)
  }

  // Printed tables, two-sided.
  @Test(arguments: [
    (0.95, 1.0, 12.7062), (0.95, 2, 4.30265), (0.95, 30, 2.04227), (0.99, 7, 3.49948),
    (0.5, 6, 0.71756), (0.95, 4001, 1.96056),
  ])
  func `has the quantiles of printed tables`(level: Double, freedom: Double, value: Double) {
    let quantile = studentQuantile(tail: (1 - level) / 2, freedom: freedom)
    #expect(abs(quantile - value) < 2e-5 * value)
  }

  @Test func `an interval has the mean in its middle, and one value has none`() throws {
    let interval = try #require(meanInterval(level: 0.95, of: [1, 2, 3]))
    #expect(abs(interval.lowerBound + interval.upperBound - 4) < 1e-12)
    #expect(abs(interval.upperBound - 2 - 4.30265 / 3.0.squareRoot()) < 1e-4)
    #expect(meanInterval(level: 0.95, of: [2, 2]) == 2...2)
    #expect(meanInterval(level: 0.95, of: [1]) == nil && meanInterval(level: 0.95, of: []) == nil)
  }

  @Test func `nears the normal, and is its own inverse`() {
    #expect(abs(studentTail(1.959964, freedom: 1e7) - 0.025) < 1e-6)
    for tail in [1e-6, 0.02, 0.5, 0.9] {
      #expect(abs(studentTail(studentQuantile(tail: tail, freedom: 4), freedom: 4) - tail) < 1e-9)
    }
    #expect(studentTail(.infinity, freedom: 3) == 0 && studentTail(-.infinity, freedom: 3) == 1)
  }
}

@Suite struct `Holm's adjustment` {
  @Test func `multiplies the smallest by all, the next by one fewer, and never falls`() {
    let adjusted = holmAdjusted([0.01, 0.04, 0.03, 0.005])
    for (one, other) in zip(adjusted, [0.03, 0.06, 0.06, 0.02]) {
      #expect(abs(one - other) < 1e-12)
    }
    #expect(holmAdjusted([0.9, 0.8]) == [1, 1] && holmAdjusted([]).isEmpty)
  }
}
