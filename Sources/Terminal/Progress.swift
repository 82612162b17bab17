import Synchronization

/// A progress line as a pure state machine: what to write now, if anything.
///
/// On a terminal one line is rewritten at most ten times a second. Elsewhere a line of its own is
/// written at every tenth of the work or after 30 seconds of silence, whichever comes first. A program
/// gets a state at most once a second, and one at the end of each stretch.
package struct ProgressLine: Sendable {
  /// What the line is shown on.
  package enum Medium: Sendable {
    /// A terminal of so many columns: one line, rewritten.
    case terminal(width: Int)
    /// A pipe or a file: lines.
    case lines
    /// A program: what the closure writes of each event.
    case events(@Sendable (Event) -> String)
    /// Nothing is shown.
    case silent
  }

  /// What a program is told.
  package enum Event: Sendable, Hashable {
    /// Where the stretch stands.
    case progress(State)
    /// A note.
    case note(String)
  }

  /// Where a stretch of work stands.
  package struct State: Sendable, Hashable {
    /// What is done.
    package let task: String
    /// What is counted.
    package let unit: String
    /// The work done; a unit under way counts by its share.
    package let completed: Double
    /// How much there is.
    package let total: Double
    /// Units a second; `nil` before the first.
    package let rate: Double?
    /// Seconds that are left at that rate.
    package let secondsLeft: Double?
    /// Numbers beside the counts.
    package let figures: [Figure]
    /// What is under way; empty where nothing is told.
    package let detail: String
    /// What is waited for; empty where nothing is.
    package let waiting: String
    /// Whether the stretch has ended.
    package let isEnd: Bool
  }

  /// A number beside the counts.
  package struct Figure: Sendable, Hashable {
    /// What programs call it.
    package let name: String
    /// The number.
    package let value: Double
    /// The same for people, with its unit; empty where it is not worth a word.
    package let text: String

    package init(_ name: String, _ value: Double, _ text: String) {
      self.name = name
      self.value = value
      self.text = text
    }
  }

  private let medium: Medium
  private let style: Style
  private var task = ""
  private var unit = ""
  private var detail = ""
  private var waiting = ""
  private var figures: [Figure] = []
  private var total = 0.0
  private var completed = 0.0
  private var baseline = 0.0
  private var started: Duration = .zero
  private var lastShown: Duration?
  private var lastTenth = 0
  private var isLineOpen = false

  package init(medium: Medium, style: Style) {
    self.medium = medium
    self.style = style
  }

  /// Starts a stretch of work.
  ///
  /// - Parameters:
  ///   - task: What is done, such as `reading losses`.
  ///   - unit: What is counted, such as `rows`.
  ///   - total: How many there are.
  ///   - completed: How many were done before; they do not count for the rate.
  ///   - now: The clock.
  /// - Returns: Text to write, or an empty one.
  package mutating func begin(
    _ task: String,
    unit: String,
    total: Double,
    completed: Double = 0,
    now: Duration
  ) -> String {
    let ending = end(now: now)
    self.task = task.neutralised
    self.unit = unit
    detail = ""
    figures = []
    self.total = total
    self.completed = completed
    baseline = completed
    started = now
    lastTenth = tenth
    switch medium {
    case .lines: lastShown = now
    case .terminal: lastShown = nil
    case .events, .silent: break
    }
    return ending + show(now: now)
  }

  /// Takes the work done so far, out of the stretch's total; less than before and NaN are ignored.
  ///
  /// - Parameters:
  ///   - completed: The work done.
  ///   - detail: What is under way, shown behind the counts where there is room.
  ///   - figures: Numbers to show beside the counts.
  ///   - now: The clock.
  /// - Returns: Text to write, or an empty one.
  package mutating func update(
    _ completed: Double,
    detail: String = "",
    figures: [Figure] = [],
    now: Duration
  ) -> String {
    self.detail = detail.neutralised
    self.figures = figures
    if completed.isFinite { self.completed = max(self.completed, min(completed, total)) }
    return show(now: now)
  }

  /// Takes what is waited for, shown in the place of the detail; empty when nothing is.
  package mutating func wait(_ text: String, now: Duration) -> String {
    waiting = text.neutralised
    guard case .terminal = medium else { return "" }
    return show(now: now)
  }

  /// Ends the stretch and leaves its last state standing.
  package mutating func end(now: Duration) -> String {
    guard !task.isEmpty else { return "" }
    detail = ""
    waiting = ""
    var ending = ""
    switch medium {
    case .terminal(let width):
      ending = "\r\u{1B}[K" + line(width: width, now: now).rendered(style) + "\n"
    case .lines: ending = plainLine(now: now, isEnd: true)
    case .events(let written):
      ending = written(.progress(state(now: now, isEnd: true)))
      lastShown = now
    case .silent: break
    }
    task = ""
    isLineOpen = false
    return ending
  }

  /// A note between the states of the line, which is redrawn below it.
  ///
  /// The text is written as it is, styled or not; what comes from outside must be `neutralised`.
  package mutating func note(_ text: String, now: Duration) -> String {
    if case .events(let written) = medium { return written(.note(text)) }
    guard isLineOpen, case .terminal(let width) = medium else { return text + "\n" }
    return "\r\u{1B}[K" + text + "\n" + line(width: width, now: now).rendered(style)
  }

  private var underWay: String { waiting.isEmpty ? detail : waiting }
  private var fraction: Double { total > 0 ? completed / total : 1 }
  private var tenth: Int { Int(fraction * 10 + 1e-9) }

  private mutating func show(now: Duration) -> String {
    guard !task.isEmpty else { return "" }
    switch medium {
    case .silent: return ""
    case .terminal(let width):
      if let lastShown, now - lastShown < .milliseconds(100) { return "" }
      lastShown = now
      isLineOpen = true
      return "\r\u{1B}[K" + line(width: width, now: now).rendered(style)
    case .lines:
      let isDue = lastShown.map { now - $0 >= .seconds(30) } ?? true
      guard tenth > lastTenth || isDue, completed < total else { return "" }
      lastShown = now
      lastTenth = tenth
      return plainLine(now: now, isEnd: false)
    case .events(let written):
      if let lastShown, now - lastShown < .seconds(1) { return "" }
      lastShown = now
      return written(.progress(state(now: now, isEnd: false)))
    }
  }

  private func state(now: Duration, isEnd: Bool) -> State {
    State(
      task: task,
      unit: unit,
      completed: completed,
      total: total,
      rate: rate(now: now),
      secondsLeft: timeLeft(now: now).map { $0 / .seconds(1) },
      figures: figures,
      detail: detail,
      waiting: waiting,
      isEnd: isEnd
    )
  }

  private func plainLine(now: Duration, isEnd: Bool) -> String {
    var text = "\(task): \(counts)"
    if isEnd {
      text += " in \(Self.readable(now - started))"
    } else if let left = timeLeft(now: now) {
      text += ", \(Self.readable(left)) left"
    }
    for figure in shownFigures { text += ", \(figure)" }
    if !underWay.isEmpty { text += "; \(underWay)" }
    return text + "\n"
  }

  private var counts: String {
    let whole = Int(completed)
    let percent = Int(fraction * 100 + 1e-9)
    return "\(percent) % (\(Self.grouped(whole)) of \(Self.grouped(Int(total))) \(unit))"
  }

  private var shownFigures: [String] { figures.map(\.text).filter { !$0.isEmpty } }

  /// One column is left free: a full line makes some terminals wrap.
  ///
  /// What is waited for, and figures, take the place of the bar where both do not fit; a mere detail is cut.
  private func line(width: Int, now: Duration) -> StyledText {
    let bar = bar(columns: 20) + StyledText("  ")
    var numbers = StyledText(counts)
    if let rate = rate(now: now), let left = timeLeft(now: now), completed < total {
      let speed =
        rate >= 1
        ? "\(Self.decimal(rate))/s" : "\(Self.decimal(1 / rate)) s each"
      numbers += StyledText("  \(speed)  \(Self.readable(left)) left", .faint)
    }
    for figure in shownFigures { numbers += StyledText("  \(figure)") }
    let needed = numbers.width + (waiting.isEmpty ? 0 : waiting.displayWidth + 2)
    var result = StyledText(task + "  ", .strong)
    if width >= 60, result.width + bar.width + needed < width { result += bar }
    result += numbers
    if !underWay.isEmpty { result += StyledText("  \(underWay)", .faint) }
    return result.truncated(to: width - 1)
  }

  private func bar(columns: Int) -> StyledText {
    let eighths = Int(fraction * Double(columns * 8) + 1e-9)
    let parts = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"]
    let filled = String(repeating: "█", count: eighths / 8) + parts[eighths % 8]
    let rest = String(repeating: "·", count: columns - filled.count)
    return StyledText(filled, .accent) + StyledText(rest, .faint)
  }

  private func rate(now: Duration) -> Double? {
    let seconds = (now - started) / .seconds(1)
    guard seconds > 0, completed > baseline else { return nil }
    return (completed - baseline) / seconds
  }

  private func timeLeft(now: Duration) -> Duration? {
    // Capped at some thirty years: a `Duration` cannot hold what a crawling start extrapolates to.
    rate(now: now).map { .seconds(min((total - completed) / $0, 1e9)) }
  }

  /// A duration in its two largest units, such as `2 min 5 s`, seconds rounded up.
  package static func readable(_ duration: Duration) -> String {
    let seconds = Int((max(duration / .seconds(1), 0)).rounded(.up))
    if seconds < 60 { return "\(seconds) s" }
    if seconds < 3600 { return "\(seconds / 60) min \(seconds % 60) s" }
    return "\(seconds / 3600) h \(seconds % 3600 / 60) min"
  }

  /// A whole number with commas between thousands.
  package static func grouped(_ number: Int) -> String {
    var result = ""
    let digits = String(number.magnitude)
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index) % 3 == 0 { result += "," }
      result.append(digit)
    }
    return number < 0 ? "-" + result : result
  }

  private static func decimal(_ number: Double) -> String {
    guard number < 10 else { return grouped(Int(min(number.rounded(), 1e15))) }
    let tenths = Int((number * 10).rounded())
    return "\(tenths / 10).\(tenths % 10)"
  }
}

/// A progress line that many tasks report to.
package final class Progress: Sendable {
  private let state: Mutex<ProgressLine>
  private let now: @Sendable () -> Duration
  private let write: @Sendable (String) -> Void

  /// Creates a line.
  ///
  /// - Parameters:
  ///   - line: What decides when something is shown.
  ///   - now: The clock, from any origin.
  ///   - write: Takes finished text; called from any thread.
  package init(
    line: ProgressLine,
    now: @escaping @Sendable () -> Duration,
    write: @escaping @Sendable (String) -> Void
  ) {
    state = Mutex(line)
    self.now = now
    self.write = write
  }

  /// The progress line of a stream, on the continuous clock.
  ///
  /// - Parameters:
  ///   - console: The stream, standard error as a rule.
  ///   - environment: The process environment.
  ///   - isQuiet: Whether nothing is to be shown.
  ///   - isColourDisabled: Whether `--no-color` was given.
  ///   - events: Writes what a program reads in the place of the line, quiet or not; `nil` for people.
  package convenience init(
    on console: Console = .error,
    environment: [String: String],
    isQuiet: Bool,
    isColourDisabled: Bool = false,
    events: (@Sendable (ProgressLine.Event) -> String)? = nil
  ) {
    let isLive = console.isTerminal && environment["TERM"] != "dumb"
    let medium: ProgressLine.Medium =
      events.map { .events($0) }
      ?? (isQuiet ? .silent : isLive ? .terminal(width: console.width) : .lines)
    let style = console.style(environment: environment, isColourDisabled: isColourDisabled)
    let origin = ContinuousClock.now
    self.init(
      line: ProgressLine(medium: medium, style: style),
      now: { ContinuousClock.now - origin },
      write: { console.print($0) }
    )
  }

  /// Starts a stretch of work and ends the one before; see `ProgressLine.begin`.
  package func begin(_ task: String, unit: String, total: Int, completed: Double = 0) {
    step { $0.begin(task, unit: unit, total: Double(total), completed: completed, now: $1) }
  }

  /// Takes the work done so far, in the stretch's unit; fractions are welcome.
  package func update(
    _ completed: Double,
    detail: String = "",
    figures: [ProgressLine.Figure] = []
  ) {
    step { $0.update(completed, detail: detail, figures: figures, now: $1) }
  }

  /// Takes what is waited for; see `ProgressLine.wait`.
  package func wait(_ text: String) { step { $0.wait(text, now: $1) } }

  /// Ends the stretch.
  package func end() { step { $0.end(now: $1) } }

  /// Writes a note to the same stream without tearing the line.
  package func note(_ text: String) { step { $0.note(text, now: $1) } }

  private func step(_ change: (inout ProgressLine, Duration) -> String) {
    let time = now()
    let text = state.withLock { change(&$0, time) }
    if !text.isEmpty { write(text) }
  }
}
