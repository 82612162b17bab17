import Glibc
import Statistics
import Testing

struct HypergeometricTests {
  private func tail(_ found: Int, _ drawn: Int, _ marked: Int, _ total: Int) -> Double {
    exp(logHypergeometricTail(atLeast: found, of: drawn, marked: marked, total: total))
  }

  @Test func `the tail is the count of draws over all draws`() {
    // 5 of 10 drawn, 5 marked: all five in one of C(10, 5) = 252 ways, four or more in 1 + 5·5.
    #expect(abs(tail(5, 5, 5, 10) - 1.0 / 252) < 1e-12)
    #expect(abs(tail(4, 5, 5, 10) - 26.0 / 252) < 1e-12)
    // One drawn: the marked share.
    #expect(abs(tail(1, 1, 3, 7) - 3.0 / 7) < 1e-12)
  }

  @Test func `what is certain has probability one and what cannot be none`() {
    #expect(tail(0, 4, 2, 9) == 1)
    #expect(tail(2, 8, 3, 9) == 1)
    #expect(logHypergeometricTail(atLeast: 3, of: 4, marked: 2, total: 9) == -.infinity)
    #expect(tail(0, 0, 0, 0) == 1)
  }

  @Test func `drawn and marked change places`() {
    for found in 0...6 {
      #expect(abs(tail(found, 6, 11, 40) - tail(found, 11, 6, 40)) < 1e-12)
    }
  }

  @Test func `a probability too small for a number keeps its logarithm`() {
    let log = logHypergeometricTail(atLeast: 2_000, of: 2_000, marked: 2_000, total: 100_000)
    #expect(log < -5_000 && log.isFinite)
  }
}
