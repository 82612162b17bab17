import Synchronization
import Terminal
import Testing

@Suite struct ProgressLineTests {
  private static func line(_ medium: ProgressLine.Medium) -> ProgressLine {
    ProgressLine(medium: medium, style: .plain)
  }

  @Test func `a terminal gets one line, rewritten at most ten times a second`() {
    var line = Self.line(.terminal(width: 80))
    let clear = "\r\u{1B}[K"
    #expect(
      line.begin("reading losses", unit: "rows", total: 1000, now: .zero)
        == clear + "reading losses  ····················  0 % (0 of 1,000 rows)"
    )
    #expect(line.update(100, now: .milliseconds(99)).isEmpty)
    #expect(
      line.update(260, now: .seconds(1))
        == clear + "reading losses  █████▏··············  26 % (260 of 1,000 rows)  260/s  3 s left"
    )
    var shown = 0
    for step in 0..<1000
    where !line.update(Double(step), now: .seconds(1) + .milliseconds(step)).isEmpty { shown += 1 }
    #expect(shown == 9)
    let last = line.update(1000, now: .seconds(4)) + line.end(now: .seconds(4))
    #expect(last.hasSuffix("reading losses  ████████████████████  100 % (1,000 of 1,000 rows)\n"))
  }

  @Test(arguments: 1...60) func `a narrow terminal is never overrun`(width: Int) {
    var line = Self.line(.terminal(width: width))
    _ = line.begin("training 漢字", unit: "jobs", total: 50, now: .zero)
    let text = line.update(13, now: .seconds(100)).dropFirst("\r\u{1B}[K".count - 1)
    #expect(text.displayWidth <= width + "[K".count)
  }

  @Test func `elsewhere every tenth is a line of its own`() {
    var line = Self.line(.lines)
    #expect(line.begin("training", unit: "jobs", total: 50, now: .zero).isEmpty)
    var lines: [String] = []
    for job in 1...50 { lines.append(line.update(Double(job), now: .seconds(job))) }
    #expect(lines.count { !$0.isEmpty } == 9)
    #expect(lines[3].isEmpty)
    #expect(lines[4] == "training: 10 % (5 of 50 jobs), 45 s left\n")
    #expect(line.end(now: .seconds(50)) == "training: 100 % (50 of 50 jobs) in 50 s\n")
  }

  @Test func `elsewhere silence lasts no longer than thirty seconds`() {
    var line = Self.line(.lines)
    _ = line.begin("training", unit: "jobs", total: 1000, now: .zero)
    #expect(line.update(1, now: .seconds(29)).isEmpty)
    #expect(
      line.update(1, now: .seconds(30)) == "training: 0 % (1 of 1,000 jobs), 8 h 19 min left\n"
    )
    #expect(line.update(2, now: .seconds(59)).isEmpty)
    #expect(!line.update(2, now: .seconds(60)).isEmpty)
  }

  @Test func `what is waited for stands in the place of what is under way`() {
    var line = Self.line(.terminal(width: 80))
    _ = line.begin("training", unit: "jobs", total: 50, now: .zero)
    _ = line.update(0, detail: "model-1", now: .seconds(1))
    #expect(line.wait("waiting\u{7}", now: .seconds(2)).hasSuffix("jobs)  waiting␇"))
    #expect(line.update(0, detail: "model-1", now: .seconds(3)).hasSuffix("waiting␇"))
    #expect(line.wait("", now: .seconds(4)).hasSuffix("model-1"))
    var lines = Self.line(.lines)
    _ = lines.begin("training", unit: "jobs", total: 50, now: .zero)
    #expect(lines.wait("waiting", now: .seconds(40)).isEmpty)
  }

  @Test func `what is under way stands behind the counts`() {
    var line = Self.line(.lines)
    _ = line.begin("training", unit: "models", total: 10, now: .zero)
    #expect(
      line.update(1, detail: "model-0: 9 inputs\u{1B}", now: .seconds(1))
        == "training: 10 % (1 of 10 models), 9 s left; model-0: 9 inputs␛\n"
    )
    #expect(line.update(2, now: .seconds(2)) == "training: 20 % (2 of 10 models), 8 s left\n")
    var live = Self.line(.terminal(width: 60))
    _ = live.begin("training", unit: "models", total: 10, now: .zero)
    let text = live.update(1, detail: "model-0: 9 inputs, best loss 1.5", now: .seconds(1))
    #expect(text.dropFirst("\r\u{1B}[K".count - 1).displayWidth <= 60 + "[K".count)
  }

  @Test func `work done before does not count for the rate`() {
    var line = Self.line(.lines)
    _ = line.begin("reading losses", unit: "rows", total: 100, completed: 80, now: .zero)
    #expect(
      line.update(90, now: .seconds(10)) == "reading losses: 90 % (90 of 100 rows), 10 s left\n"
    )
  }

  @Test func `work never runs backwards or over its total`() {
    var line = Self.line(.lines)
    _ = line.begin("reading losses", unit: "rows", total: 10, now: .zero)
    _ = line.update(8, now: .seconds(1))
    _ = line.update(3, now: .seconds(2))
    _ = line.update(99, now: .seconds(3))
    #expect(line.end(now: .seconds(4)) == "reading losses: 100 % (10 of 10 rows) in 4 s\n")
  }

  @Test func `a crawling start and a number that is none do no harm`() {
    var line = Self.line(.lines)
    _ = line.begin("x", unit: "y", total: 1e9, now: .zero)
    _ = line.update(.nan, now: .seconds(1))
    #expect(
      line.update(1e-12, now: .seconds(31))
        == "x: 0 % (0 of 1,000,000,000 y), 277777 h 46 min left\n"
    )
  }

  @Test func `a note is printed above the line`() {
    var line = Self.line(.terminal(width: 40))
    #expect(line.note("before", now: .zero) == "before\n")
    _ = line.begin("x", unit: "y", total: 2, now: .zero)
    #expect(
      line.note("hello", now: .zero) == "\r\u{1B}[Khello\n\r\u{1B}[K".dropLast(4)
        + "x  0 % (0 of 2 y)"
    )
  }

  @Test func `no work at all is done at once`() {
    var line = Self.line(.lines)
    #expect(line.begin("x", unit: "y", total: 0, now: .zero).isEmpty)
    #expect(line.end(now: .zero) == "x: 100 % (0 of 0 y) in 0 s\n")
    #expect(line.end(now: .zero).isEmpty)
  }

  @Test func `the silent line says nothing`() {
    var line = Self.line(.silent)
    #expect(line.begin("x", unit: "y", total: 2, now: .zero).isEmpty)
    #expect(line.update(1, now: .seconds(100)).isEmpty)
    #expect(line.end(now: .seconds(200)).isEmpty)
  }

  @Test func `a program gets a state at most once a second, and one at each end`() {
    var line = Self.line(.events { "\($0)\n" })
    var written: [String] = []
    func take(_ text: String) { if !text.isEmpty { written.append(text) } }
    take(line.begin("training", unit: "jobs", total: 1000, now: .zero))
    for step in 1...1000 { take(line.update(Double(step), now: .milliseconds(step * 3))) }
    #expect(written.count == 3)
    take(line.end(now: .milliseconds(3001)))
    take(line.begin("reading", unit: "rows", total: 2, now: .milliseconds(3002)))
    #expect(written.count == 4, "a second stretch begins within the second")
    take(line.end(now: .milliseconds(3003)))
    #expect(written.count == 5)
  }

  @Test func `a program gets numbers as they are, and notes apart from them`() {
    let events = Mutex<[ProgressLine.Event]>([])
    let progress = Progress(
      line: ProgressLine(
        medium: .events { event in
          events.withLock { $0.append(event) }
          return "x"
        },
        style: .plain
      ),
      now: { .seconds(10 * events.withLock { $0.count }) },
      write: { #expect($0 == "x") }
    )
    progress.begin("training", unit: "jobs", total: 50, completed: 10)
    progress.wait("queued")
    progress.update(20, detail: "d", figures: [.init("failed", 2, "2 failed")])
    progress.note("hello")
    progress.end()
    let all = events.withLock { $0 }
    guard all.count == 4, case .progress(let first) = all[0], case .progress(let second) = all[1],
      case .progress(let last) = all[3]
    else {
      Issue.record("\(all)")
      return
    }
    #expect(first.completed == 10 && first.rate == nil && first.secondsLeft == nil)
    #expect(second.rate == 1 && second.secondsLeft == 30 && second.total == 50)
    #expect(second.detail == "d" && second.waiting == "queued" && !second.isEnd)
    #expect(second.figures == [.init("failed", 2, "2 failed")])
    #expect(all[2] == .note("hello"))
    #expect(last.isEnd && last.task == "training")
  }

  @Test func `figures worth a word stand behind the time, and take the bar's place`() {
    let figures = [
      ProgressLine.Figure("dollars", 0.125, "$0.125"), .init("failed", 0, ""),
    ]
    var lines = Self.line(.lines)
    _ = lines.begin("training", unit: "jobs", total: 10, now: .zero)
    #expect(
      lines.update(1, figures: figures, now: .seconds(1))
        == "training: 10 % (1 of 10 jobs), 9 s left, $0.125\n"
    )
    var wide = Self.line(.terminal(width: 100))
    _ = wide.begin("training", unit: "jobs", total: 10, now: .zero)
    let text = wide.update(1, figures: figures, now: .seconds(1))
    #expect(text.contains("██··") && text.hasSuffix("1.0/s  9 s left  $0.125"))
    let waiting = wide.wait("waiting for a job that is queued", now: .seconds(2))
    #expect(
      !waiting.contains("·")
        && waiting.hasSuffix("$0.125  waiting for a job that is queued")
    )
  }

  @Test func `many tasks may report to one line`() async {
    let text = Mutex("")
    let progress = Progress(
      line: ProgressLine(medium: .lines, style: .plain),
      now: { .zero },
      write: { more in text.withLock { $0 += more } }
    )
    progress.begin("reading losses", unit: "rows", total: 1000)
    await withTaskGroup { group in
      for row in 1...1000 { group.addTask { progress.update(Double(row)) } }
    }
    progress.end()
    #expect(text.withLock { $0 }.hasSuffix("reading losses: 100 % (1,000 of 1,000 rows) in 0 s\n"))
  }
}
