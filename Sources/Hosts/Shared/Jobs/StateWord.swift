/// What a host's word for the state of a job, a file or a deployment means, whoever says it.
///
/// Such words are an open set: hosts use some before they document them.
enum StateWord: Hashable {
  /// The work goes on.
  case usual
  /// It ended well.
  case succeeded
  /// It ended badly, by itself.
  case failed
  /// Somebody ended it, or put it away: nothing more will come.
  case stopped
  /// It is held: it goes on when somebody says so.
  case held
  /// Nobody knows.
  case unknown

  /// Reads a word such as `validating_files`, `JOB_STATE_RUNNING` or `NotStarted`.
  init(_ word: String) {
    let parts = Self.parts(of: word)
    func has(_ words: Set<String>) -> Bool { parts.contains(where: words.contains) }
    let plain = parts.joined(separator: "_")
    if Self.usualWords.contains(plain) {
      self = .usual
    } else if Self.succeededWords.contains(plain) {
      self = .succeeded
    } else if has(["not", "retrying", "recovering", "resuming", "restarting"]) {
      self = .unknown
    } else if has(Self.failedWords) {
      self = .failed
    } else if has(Self.stoppedWords) {
      self = .stopped
    } else {
      self = has(Self.heldWords) ? .held : .unknown
    }
  }

  private static let usualWords: Set<String> = [
    "queued", "pending", "created", "creating", "submitted", "accepted", "scheduled", "waiting",
    "not_started", "not_running", "preparing", "initializing", "provisioning", "starting",
    "started", "validating", "validating_files", "validated", "running", "in_progress",
    "inprogress", "processing", "preprocessing", "training", "evaluating", "compressing",
    "uploading", "uploaded", "writing_results", "saving", "finalizing", "deploying", "updating",
    "re_queueing", "requeueing", "requeued", "creating_input_dataset",
  ]
  private static let succeededWords: Set<String> = [
    "succeeded", "success", "successful", "completed", "complete", "finished", "done",
    "early_stopped",
  ]
  private static let failedWords: Set<String> = [
    "failed", "failure", "fail", "error", "errored", "rejected", "refused", "denied", "declined",
    "expired", "invalid", "crashed", "timeout", "blocked", "flagged",
  ]
  private static let stoppedWords: Set<String> = [
    "cancelled", "canceled", "aborted", "stopped", "terminated", "killed", "deleted", "archived",
    "removed", "suspended", "revoked", "disabled", "abandoned", "discarded",
  ]
  private static let heldWords: Set<String> = [
    "paused", "held", "hold", "halted", "frozen", "locked", "quarantined",
  ]

  /// The parts of a word in lower case, without what only says that a state comes.
  private static func parts(of word: String) -> [String] {
    var parts: [String] = []
    var part = ""
    var wasLower = false
    func end() {
      if !part.isEmpty { parts.append(part.lowercased()) }
      part = ""
    }
    for character in word {
      if !character.isLetter && !character.isNumber || character.isUppercase && wasLower { end() }
      if character.isLetter || character.isNumber { part.append(character) }
      wasLower = character.isLowercase
    }
    end()
    if let mark = parts.dropLast().lastIndex(where: { $0 == "state" || $0 == "status" }) {
      parts.removeFirst(mark + 1)
    }
    return parts
  }
}

/// Time that may be spent waiting for what may never come.
struct WaitLimit: Sendable {
  private let limit: Duration
  private var spent = Duration.zero

  init(_ limit: Duration) { self.limit = limit }

  /// Spends some of it; false when there was not so much left.
  mutating func spend(_ pause: Duration) -> Bool {
    spent += pause
    return spent <= limit
  }

  mutating func renew() { spent = .zero }
}
