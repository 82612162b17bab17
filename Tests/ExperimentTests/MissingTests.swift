import Experiment
import Testing

@Suite struct `missing losses` {
  @Test func `are grouped by reasons that differ in numbers only, the most frequent first`() {
    let entries = [
      (reason: "no echo", example: "a", count: 2),
      (reason: "has 12 tokens", example: "b", count: 1),
      (reason: "has 7 tokens", example: "c", count: 2), (reason: "no echo", example: "d", count: 0),
    ]
    let groups = RunStatus.Missing.grouped(entries)
    #expect(groups.map(\.reason) == ["has 12 tokens", "no echo"])
    #expect(groups.map(\.count) == [3, 2])
    #expect(groups[0].examples == ["b", "c"])
    #expect(groups[0].line == "3 losses (b, c): has 12 tokens")
  }

  @Test func `name the first five examples and that there are more`() {
    let groups = RunStatus.Missing.grouped(
      (0..<9).map { (reason: "x", example: "r\($0 / 2 * 2)", count: 1) }
        + (0..<9).map { (reason: "x", example: "q\($0)", count: 1) }
    )
    #expect(groups.map(\.count) == [18])
    #expect(groups[0].examples == ["r0", "r2", "r4", "r6", "r8", "…"])
    #expect(RunStatus.Missing.grouped([]) == [])
  }
}
