package import Experiment
import FoundationEssentials
package import Terminal

extension Records {
  /// What a command that fails leaves on standard error with `--json`.
  ///
  /// - Parameters:
  ///   - message: What failed, in one line.
  ///   - hint: What to do; `nil` when the message says it.
  ///   - status: The exit status.
  /// - Returns: The record.
  package static func failure(_ message: String, hint: String?, status: Int) -> JSONValue {
    .object([
      ("schema", .integer(schema)), ("error", .string(message)), ("hint", .string(hint)),
      ("status", .integer(status)),
    ])
  }

  /// One line of `--events`.
  ///
  /// - Parameters:
  ///   - event: What happened.
  ///   - time: When, in seconds since 1970.
  /// - Returns: The record.
  package static func event(_ event: CommandEvent, time: Double) -> JSONValue {
    let kind = [
      ("schema", JSONValue.integer(schema)), ("event", .string(event.name)),
      ("time", .string(Wait.time(time))),
    ]
    return .object(kind + members(of: event))
  }

  private static func members(of event: CommandEvent) -> [(String, JSONValue)] {
    switch event {
    case .note(let text), .remark(let text), .warning(let text): return [("text", .string(text))]
    case .plan(let plan): return [("plan", Self.plan(plan))]
    case .model(let name, let status, let reason):
      return [
        ("name", .string(name)), ("status", .string(status.rawValue)), ("reason", .string(reason)),
      ]
    case .step(let step): return members(of: step)
    case .waiting(let wait): return members(of: wait)
    case .progress(let state):
      return [
        ("task", .string(state.task)), ("unit", .string(state.unit)),
        ("done", .number(state.completed)), ("total", .number(state.total)),
        ("rate", .number(state.rate)), ("secondsLeft", .number(state.secondsLeft)),
        ("detail", .string(state.detail)), ("waiting", .string(state.waiting)),
        ("ended", .bool(state.isEnd)),
      ] + state.figures.map { ($0.name, .number($0.value)) }
    case .failed(let message, let hint, let status):
      return [
        ("error", .string(message)), ("hint", .string(hint)), ("status", .integer(status)),
      ]
    case .done(let status): return [("status", .integer(status))]
    }
  }
}

/// Something that happens while a command is at work: a line for people, an object for programs.
package enum CommandEvent: Sendable {
  /// What has become of a model.
  package enum ModelStatus: String, Sendable {
    /// It has been trained.
    case trained
    /// Its losses have been read to the end.
    case read
    /// It is given up.
    case failed
  }

  /// What is done next, or what came of it.
  case note(String)
  /// What the user must know beforehand.
  case remark(String)
  /// What may make the result less than it seems.
  case warning(String)
  /// What a run will ask for.
  case plan(RunPlan)
  /// A model has come so far.
  case model(String, ModelStatus, reason: String? = nil)
  /// A step of an investigation has ended.
  case step(Verdict.Step)
  /// Something has been waited for long enough to be told.
  case waiting(Wait)
  /// How far a stretch of work is.
  case progress(ProgressLine.State)
  /// The command fails.
  case failed(String, hint: String?, status: Int)
  /// The command has done its work.
  case done(status: Int)

  /// What programs tell it by.
  var name: String {
    switch self {
    case .note, .remark: "note"
    case .warning: "warning"
    case .plan: "plan"
    case .model: "model"
    case .step: "step"
    case .waiting: "waiting"
    case .progress: "progress"
    case .failed: "failed"
    case .done: "done"
    }
  }

  /// The line for people; `nil` where they are told in another way, or not.
  var line: String? {
    switch self {
    case .note(let text): return text
    case .remark(let text): return "note: \(text)"
    case .warning(let text): return "warning: \(text)"
    case .plan(let plan): return plan.line
    case .model(let name, .failed, let reason): return "\(name) failed: \(reason ?? "")"
    case .step(let step):
      let jobs = step.jobs == 0 ? "" : " (\(step.jobs) trainings)"
      return "\(step.name)\(jobs): \(step.outcome)"
    case .waiting(let wait): return "waiting for \(wait.text)"
    case .model, .progress, .failed, .done: return nil
    }
  }

  /// The object for programs, as a line of text.
  package var written: String {
    let record = Records.event(self, time: Date().timeIntervalSince1970)
    return String(decoding: record.bytes, as: UTF8.self) + "\n"
  }
}
