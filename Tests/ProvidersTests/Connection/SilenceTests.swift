import Testing

@testable import Providers

@Suite struct `silence` {
  @Test func `is broken before a wait that makes it long, and then not again at once`() {
    var silence = Silence()
    let start = ContinuousClock.now
    func tells(_ wait: Double, at seconds: Double, begun: Double = 0) -> Bool {
      silence.isBroken(
        by: .seconds(wait),
        since: start + .seconds(begun),
        now: start + .seconds(seconds)
      )
    }
    #expect(!tells(0.5, at: 0))
    #expect(!tells(2, at: 1))
    #expect(tells(4, at: 3))
    // Another request that waits, too.
    #expect(!tells(60, at: 4))
    #expect(tells(8, at: 8))
    // A new request starts anew.
    #expect(!tells(1, at: 101, begun: 100))
    #expect(tells(30, at: 102, begun: 100))
  }
}
