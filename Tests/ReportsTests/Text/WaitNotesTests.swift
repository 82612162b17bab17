import Experiment
import Testing

@testable import Reports

@Suite struct `notes about waits` {
  private static func wait(_ words: String, of subject: String = "a place") -> Wait {
    Wait(subject, words: words, since: 0)
  }

  private static func usual(_ words: String, _ subject: String) -> Wait {
    Wait(subject, words: words, since: 0, isUsual: true)
  }

  @Test func `are written once, and when words change, but not for a countdown`() {
    var notes = WaitNotes()
    func count(_ words: String, _ now: Double) -> Int {
      notes.news(among: [Self.wait(words)], now: now).count
    }
    #expect(
      notes.news(among: [Self.wait("try in 90 s")], now: 0).map { CommandEvent.waiting($0).line }
        == ["waiting for a place since 1970-01-01T00:00:00Z: try in 90 s"]
    )
    #expect(count("try in 90 s", 1) == 0)
    #expect(count("try in 8 s", 100_000) == 0)
    #expect(count("full", 100_001) == 1)
    #expect(count("empty", 100_060) == 0)
    #expect(count("empty", 100_061) == 1)
  }

  @Test func `about usual work are few, about trouble are not held back by them`() {
    var notes = WaitNotes()
    let jobs = (0..<5).map { Self.usual("running", "job \($0)") }
    #expect(notes.news(among: jobs, now: 0).count == 1)
    #expect(notes.news(among: jobs, now: 119).count == 0)
    #expect(notes.news(among: jobs + [Self.wait("full")], now: 119).count == 1)
    #expect(notes.news(among: jobs, now: 120).count == 1)
    #expect(
      (1...100).reduce(0) { $0 + notes.news(among: jobs, now: 120 + Double($1 * 60)).count } == 3
    )
  }

  @Test func `keep words apart that only look alike`() {
    var notes = WaitNotes()
    #expect(notes.news(among: [Self.wait("x", of: "\u{E9}")], now: 0).count == 1)
    #expect(notes.news(among: [Self.wait("x", of: "e\u{301}")], now: 0).count == 1)
  }
}
