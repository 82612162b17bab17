import Glibc
import Statistics
import Testing

struct SaturationCurveTests {
  private let counts: [Double] = [5, 10, 25, 50, 100, 200]

  @Test func `the paper's curve is found again, with 35 models for 95 %`() throws {
    // DAUNCE, Figure 6: −0.16·e^(−0.085K) + 0.16.
    let curve = try #require(
      SaturationCurve(counts: counts, values: counts.map { 0.16 - 0.16 * exp(-0.085 * $0) })
    )
    #expect(abs(curve.rate - 0.085) < 1e-6)
    #expect(abs(curve.amplitude + 0.16) < 1e-6 && abs(curve.limit - 0.16) < 1e-6)
    #expect(curve.residual < 1e-8)
    #expect(abs(curve.value(at: 25) - 0.141) < 5e-4)
    #expect(abs(try #require(curve.countFor95Percent) - log(20) / 0.085) < 1e-3)
  }

  @Test(arguments: [0.001, 0.004, 0.03, 0.4, 1])
  func `rates over the whole range are found`(rate: Double) throws {
    let curve = try #require(
      SaturationCurve(counts: counts, values: counts.map { 0.6 - 0.5 * exp(-rate * $0) })
    )
    #expect(abs(curve.rate / rate - 1) < 1e-4)
    #expect(abs(curve.limit - 0.6) < 1e-4)
  }

  @Test func `noisy values give a least-squares fit that no neighbour beats`() throws {
    var generator = SplitMix64(seed: 1)
    let values = counts.map { 0.5 - 0.4 * exp(-0.02 * $0) + 0.01 * generator.normal() }
    let curve = try #require(SaturationCurve(counts: counts, values: values))
    func error(_ a: Double, _ b: Double, _ c: Double) -> Double {
      zip(counts, values).reduce(0) { sum, point in
        let distance = a * exp(-b * point.0) + c - point.1
        return sum + distance * distance
      }
    }
    let least = error(curve.amplitude, curve.rate, curve.limit)
    #expect(abs(curve.residual - (least / 6).squareRoot()) < 1e-12)
    for factor in [0.99, 1.01] {
      #expect(error(curve.amplitude * factor, curve.rate, curve.limit) > least)
      #expect(error(curve.amplitude, curve.rate * factor, curve.limit) > least)
      #expect(error(curve.amplitude, curve.rate, curve.limit * factor) > least)
    }
  }

  @Test func `flat, falling, few and infinite values give no NaN`() throws {
    let flat = try #require(SaturationCurve(counts: counts, values: counts.map { _ in 0.3 }))
    #expect(flat.amplitude == 0 && flat.limit == 0.3 && flat.countFor95Percent == 0)
    let falling = try #require(
      SaturationCurve(counts: counts, values: counts.map { 0.1 + exp(-0.05 * $0) })
    )
    #expect(falling.countFor95Percent == nil)
    #expect(SaturationCurve(counts: [1, 2], values: [1, 2]) == nil)
    #expect(SaturationCurve(counts: [1, 1, 2], values: [1, 2, 3]) == nil)
    #expect(SaturationCurve(counts: [1, 2, 3], values: [1, .nan, 3]) == nil)
    let far = try #require(SaturationCurve(counts: [1000, 2000, 4000], values: [0.1, 0.2, 0.2]))
    #expect(far.amplitude.isFinite && far.limit.isFinite)
    let line = try #require(SaturationCurve(counts: [1, 2, 3], values: [1, 2, 3]))
    #expect(abs(line.rate - 0.001) < 1e-12)
  }
}
