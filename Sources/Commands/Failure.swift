import Attribution
import Configuration
import Runs
import Experiment
import Validation
import Hosts
import ReferenceModels
import Reports
import Store
package import Terminal
import WhiteBox

/// What a person is told when a command ends without success, and its exit status.
package struct Failure: Error, Sendable, Hashable {
  /// Exit statuses of the contract.
  package enum Status: Int32, Sendable, Hashable, CaseIterable {
    /// Anything that has no status of its own.
    case failed = 1
    /// Finished, but some requests failed or the result is inconclusive.
    case partial = 3
    /// A key is missing or was refused.
    case credentials = 4
    /// The budget would be exceeded.
    case budget = 5
    /// Wrong command line or configuration.
    case usage = 64
    /// Stopped by the user; the same command resumes.
    case interrupted = 130

    /// What it means to a user, a phrase in lower case.
    var meaning: String {
      switch self {
      case .failed: "something went wrong; the message says what"
      case .partial: "finished, but something is missing, or nothing can be concluded"
      case .credentials: "a key is missing or was refused"
      case .budget: "the budget would be exceeded, or the account is empty"
      case .usage: "wrong command line or configuration"
      case .interrupted: "stopped by the user; the same command resumes"
      }
    }
  }

  /// What failed, the thing, the cause: one line in lower case.
  package let message: String
  /// What to do; `nil` when the message says it.
  package let hint: String?
  /// How the process ends.
  package let status: Status

  package init(_ status: Status, _ message: String, hint: String? = nil) {
    self.message = message
    self.hint = hint
    self.status = status
  }

  /// The one place that turns errors into words and a status; what it does not know is `failed`.
  package init(_ error: any Error) {
    switch error {
    case let failure as Failure:
      self = failure
    case is CancellationError:
      self.init(.interrupted, "interrupted", hint: "the same command resumes")
    case let error as UsageError:
      self.init(.usage, error.message, hint: error.hint)
    case let error as ConfigurationError:
      let file = error.file.map { " '\($0)'" } ?? ""
      self.init(.usage, "cannot use configuration\(file): \(error.cause)", hint: error.hint)
    case let error as CredentialsError:
      self.init(.credentials, error.message, hint: error.hint)
    case let error as ExampleFileError:
      let line = error.line.map { "line \($0): " } ?? ""
      self.init(
        .failed,
        "cannot read examples '\(error.file)': \(line)\(error.reason)",
        hint: error.hint
      )
    case let error as AttributionError:
      self.init(Self.status(of: error.code), error.description, hint: error.hint)
    case let error as RunError:
      self.init(Self.status(of: error.code), error.message, hint: Self.hint(for: error.code))
    case let error as ReferenceModelError:
      self.init(
        Self.status(of: error.code),
        error.description,
        hint: error.hint ?? Self.hint(for: error.code)
      )
    case let error as ValidationError:
      self.init(.usage, "\(error.message): \(error.cause)", hint: error.hint)
    case let error as StoreError:
      // A run's store speaks by `RunError`.
      self.init(
        .failed,
        "cannot \(error.operation.rawValue) trainings '\(error.path)': \(error.cause)",
        hint: Self.hint(for: error.code)
      )
    case let error as TableFileError:
      self.init(.failed, error.description, hint: error.hint)
    case let error as WhiteBoxError:
      self.init(.failed, error.description)
    case let error as HostError:
      self.init(
        Self.status(of: error.code),
        error.description,
        hint: error.hint ?? Self.hint(for: error)
      )
    case let error as ConsoleError:
      let file = error.path.map { "'\($0)'" } ?? "the result"
      self.init(.failed, "cannot write \(file): \(error.message)")
    default:
      self.init(.failed, "\(error)")
    }
  }

  /// The lines for standard error, ended by a line break.
  ///
  /// - Parameters:
  ///   - json: Whether the command was asked for JSON: one object then, with the same content.
  ///   - events: Whether it was asked for events: the same object as the last of them.
  ///   - style: How the stream's inks look.
  /// - Returns: Two lines at most, or one JSON object.
  package func rendered(json: Bool, events: Bool = false, style: Style) -> String {
    let number = Int(status.rawValue)
    if events { return CommandEvent.failed(message, hint: hint, status: number).written }
    if json {
      let record = Records.failure(message, hint: hint, status: number)
      return String(decoding: record.bytes, as: UTF8.self) + "\n"
    }
    var text = style.paint("error:", .bad) + " " + message.neutralised + "\n"
    if let hint { text += style.paint("hint:", .accent) + " " + hint.neutralised + "\n" }
    return text
  }
}
