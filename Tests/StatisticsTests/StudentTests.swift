import Statistics
import Testing

struct StudentTests {
  /// Printed tables of Student's t.
  @Test(arguments: [
    (0.95, 1, 12.7062), (0.95, 2, 4.30265), (0.95, 3, 3.18245), (0.95, 4, 2.77645),
    (0.95, 5, 2.57058), (0.95, 30, 2.04227), (0.99, 7, 3.49948), (0.5, 6, 0.71756),
    (0.95, 4001, 1.96056),
  ])
  func `the quantile is that of printed tables`(level: Double, degrees: Int, value: Double) {
    #expect(abs(studentQuantile(level: level, degrees: degrees) - value) < 2e-5 * value)
  }

  @Test func `an interval has the mean in its middle, and one value has none`() throws {
    let interval = try #require(meanInterval(level: 0.95, of: [1, 2, 3]))
    #expect(abs(interval.lowerBound + interval.upperBound - 4) < 1e-12)
    #expect(abs(interval.upperBound - 2 - 4.30265 / 3.0.squareRoot()) < 1e-4)
    #expect(meanInterval(level: 0.95, of: [2, 2]) == 2...2)
    #expect(meanInterval(level: 0.95, of: [1]) == nil)
    #expect(meanInterval(level: 0.95, of: []) == nil)
  }
}
