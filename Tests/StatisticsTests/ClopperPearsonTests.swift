import Statistics
import Testing

/// From SciPy 1.17.1: `beta.ppf(a/2, x, n-x+1)` and `beta.ppf(1-a/2, x+1, n-x)` with a = 1 - level.
private let oracle: [(Int, Int, Double, Double, Double)] = [
  (0, 10, 0.95, 0, 0.3084971078187607),
  (10, 10, 0.95, 0.6915028921812392, 1),
  (1, 10, 0.95, 0.0025285785444617865, 0.4450161170281954),
  (5, 10, 0.95, 0.18708602844739855, 0.8129139715526015),
  (3, 76, 0.95, 0.008215592180594531, 0.11105331912596336),
  (0, 1, 0.95, 0, 0.975),
  (1, 1, 0.95, 0.025000000000000022, 1),
  (17, 100, 0.99, 0.08594725992390394, 0.28675950576026876),
  (2, 90, 0.9, 0.003962716608098368, 0.06830234138898506),
  (250, 1000, 0.95, 0.2234304062646804, 0.27805000622375553),
  (4999, 10000, 0.95, 0.4900514099202569, 0.5097486483484014),
]

struct ClopperPearsonTests {
  @Test(arguments: oracle)
  func `bounds are those of SciPy's beta quantiles`(
    successes: Int,
    trials: Int,
    level: Double,
    low: Double,
    high: Double
  ) {
    let interval = clopperPearson(successes: successes, of: trials, level: level)
    #expect(abs(interval.lowerBound - low) < 1e-10)
    #expect(abs(interval.upperBound - high) < 1e-10)
  }

  @Test(arguments: [1, 7, 40])
  func `failures mirror successes, and more successes move both bounds up`(trials: Int) {
    let all = (0...trials).map { clopperPearson(successes: $0, of: trials) }
    for (one, other) in zip(all, all.reversed()) {
      #expect(abs(one.lowerBound - (1 - other.upperBound)) < 1e-12)
    }
    for (one, next) in zip(all, all.dropFirst()) {
      #expect(one.lowerBound < next.lowerBound && one.upperBound < next.upperBound)
    }
    for (count, interval) in all.enumerated() {
      #expect(interval.contains(Double(count) / Double(trials)))
    }
  }
}
