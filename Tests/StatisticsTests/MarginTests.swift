import Statistics
import Testing

struct MarginTests {
  @Test(arguments: [(1e-8, 18.420681), (0.1, 2.252168), (2, -1.854587), (30, -30)])
  func `margins have their golden values`(loss: Double, expected: Double) {
    // ln(p / (1 − p)) with p = e^(−loss), to six decimals.
    #expect(abs(margin(ofLoss: loss) - expected) < 1e-6)
  }

  @Test func `certain answers have a finite margin`() {
    #expect(margin(ofLoss: 0) == margin(ofLoss: 1e-8))
    #expect(margin(ofLoss: 800) == -800)
  }
}
