import FoundationEssentials
import Synchronization

/// Something that has been waited for long enough to be told.
public struct Wait: Sendable, Hashable, Codable {
  /// What is waited for, such as `job ftjob-1 at openai (model-3)`.
  public let subject: String
  /// What the host says about it, in its own words; empty while it says nothing.
  public let words: String
  /// When the wait began, in seconds since 1970.
  public let since: Double
  /// When it ends as far as the host says, in seconds since 1970; `nil` when it does not say.
  public let until: Double?
  /// Whether the work takes it, as a running job does, and nothing is wrong.
  public let isUsual: Bool

  package init(
    _ subject: String,
    words: String,
    since: Double,
    until: Double? = nil,
    isUsual: Bool = false
  ) {
    self.subject = subject
    self.words = words
    self.since = since
    self.until = until
    self.isUsual = isUsual
  }

  /// The wait in one line, such as `job ftjob-1 at openai since 2026-11-30T12:06:40Z: queued`.
  public var text: String {
    let end = until.map { ", until \(Self.time($0))" } ?? ""
    return "\(subject) since \(Self.time(since))\(end)" + (words.isEmpty ? "" : ": \(words)")
  }

  /// A moment in UTC as ISO 8601 writes it, to the second.
  ///
  /// - Parameter seconds: Seconds since 1970, up to the year 9999.
  /// - Returns: Such as `2026-11-30T12:06:40Z`.
  public static func time(_ seconds: Double) -> String {
    let known = min(max(seconds.isFinite ? seconds.rounded(.down) : 0, 0), 253_402_300_799)
    return Date(timeIntervalSince1970: known).formatted(.iso8601)
  }
}

/// What a command is waiting for at this moment, told by whoever waits.
///
/// Found through the task, not passed on: what waits lies deep, and most of it for moments only.
public final class Waits: Sendable {
  /// Where waits of this task are told; `nil` where nobody wants to know.
  @TaskLocal public static var current: Waits?
  /// The model that this task works on, such as `model-3`.
  @TaskLocal public static var model: String?

  /// Seconds that pass before a wait is worth telling, and one about which nothing is known.
  private static let shortest = (worded: 5.0, wordless: 8.0)

  private struct State {
    var next = 0
    var all: [Int: (wait: Wait, end: Double)] = [:]
    var told: [Wait] = []
  }

  private let state = Mutex(State())
  private let now: @Sendable () -> Double
  private let changed: @Sendable ([Wait]) -> Void

  /// Creates a place for waits.
  ///
  /// - Parameters:
  ///   - now: Seconds since 1970.
  ///   - changed: Called, from any thread but never twice at once, when what is waited for has
  ///     changed: trouble first, then the oldest. It must not wait itself.
  public init(
    now: @escaping @Sendable () -> Double,
    changed: @escaping @Sendable ([Wait]) -> Void
  ) {
    self.now = now
    self.changed = changed
  }

  /// Looks whether something has been waited for long enough by now; to be called every second.
  public func look() { change { _, _ in } }

  fileprivate func begin(_ subject: String) -> Int {
    state.withLock { state in
      let time = now()
      state.next += 1
      state.all[state.next] = (Wait(subject, words: "", since: time), time)
      return state.next
    }
  }

  fileprivate func tell(
    _ id: Int,
    _ words: String,
    _ pause: Duration,
    until: Double?,
    isUsual: Bool
  ) {
    change { state, time in
      guard let known = state.all[id]?.wait else { return }
      let wait = Wait(
        known.subject,
        words: words,
        since: known.since,
        until: until,
        isUsual: isUsual
      )
      state.all[id] = (wait, time + pause / .seconds(1))
    }
  }

  fileprivate func restart(_ id: Int) {
    let wasTold = state.withLock { state in
      guard let wait = state.all[id]?.wait else { return false }
      let time = now()
      state.all[id] = (Wait(wait.subject, words: "", since: time), time)
      return state.told.contains(wait)
    }
    if wasTold { look() }
  }

  fileprivate func end(_ id: Int) {
    let wasTold = state.withLock { state in
      guard let wait = state.all.removeValue(forKey: id)?.wait else { return false }
      return !state.told.isEmpty || !wait.words.isEmpty
    }
    if wasTold { look() }
  }

  private func change(_ body: (inout State, Double) -> Void) {
    state.withLock { state in
      let time = now()
      body(&state, time)
      let told = Self.told(state.all.values.map { $0 }, now: time)
      guard told != state.told else { return }
      state.told = told
      changed(told)
    }
  }

  /// What is worth telling: where somebody has said something, that alone; one entry a subject.
  private static func told(_ all: [(wait: Wait, end: Double)], now: Double) -> [Wait] {
    let long = all.filter {
      max($0.end, now) - $0.wait.since
        >= ($0.wait.words.isEmpty ? shortest.wordless : shortest.worded)
    }.map(\.wait)
      .sorted { ($0.isUsual ? 1 : 0, $0.since) < ($1.isUsual ? 1 : 0, $1.since) }
    let worded = long.filter { !$0.words.isEmpty }
    var subjects: Set<[UInt8]> = []
    return (worded.isEmpty ? Array(long.prefix(1)) : worded)
      .filter { subjects.insert(Array($0.subject.utf8)).inserted }
  }
}

/// One wait, from its beginning to its end.
///
/// Begun where a task may come to wait, ended with `defer`; a wait of a few seconds is never told.
public final class Waiting: Sendable {
  private let waits: Waits?
  private let id: Int

  /// Begins to wait in the task's `Waits.current`.
  ///
  /// - Parameter subject: What is waited for, such as `job ftjob-1 at openai`.
  public init(for subject: String) {
    waits = Waits.current
    id = waits?.begin(subject + (Waits.model.map { " (\($0))" } ?? "")) ?? 0
  }

  /// Tells what is known now, before the next pause.
  ///
  /// - Parameters:
  ///   - words: The host's own words.
  ///   - pause: How long nothing more will be known.
  ///   - until: When the wait ends, in seconds since 1970, if the host says so.
  ///   - isUsual: Whether nothing is wrong: the work takes its time.
  public func tell(
    _ words: String,
    pause: Duration,
    until: Double? = nil,
    isUsual: Bool = false
  ) {
    waits?.tell(id, words, pause, until: until, isUsual: isUsual)
  }

  /// Something came: the wait for the next begins.
  public func restart() { waits?.restart(id) }

  /// The wait is over.
  public func end() { waits?.end(id) }
}
