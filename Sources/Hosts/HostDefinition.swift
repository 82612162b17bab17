package import Experiment

/// Everything about one host: what its folder exports and `HostRegistry` lists.
///
/// The profile names the wire, the serving, the tokeniser and the reading methods as values, so that
/// whoever trains, reads losses or cleans up never asks which host it is.
package struct HostDefinition: Sendable {
  /// How a host is reached.
  package enum Access: Sendable {
    /// Over HTTP, at an address and with a key if it wants one.
    case http
    /// As a program of the user's, which trains and reads no losses: no address, no key.
    case program(Program)
    /// Its models live in this process: nothing is remote, and nothing costs anything.
    case embedded

    var rank: Int {
      switch self {
      case .embedded: 0
      case .program: 1
      case .http: 2
      }
    }
  }

  /// How a program of the user's trains.
  package struct Program: Sendable {
    /// How a run's settings call it, by its command.
    package let identity: @Sendable (_ command: [String]) -> String
    /// Makes the trainer.
    package let trainer: @Sendable (ProgramSetup) -> any Trainer
  }

  /// The host's facts.
  package let profile: HostProfile
  /// How it is reached.
  package let access: Access

  /// Describes a host.
  package init(_ profile: HostProfile, access: Access = .http) {
    self.profile = profile
    self.access = access
  }

  /// Whether its models live in this process.
  package var isEmbedded: Bool { if case .embedded = access { true } else { false } }

  /// The program that trains; `nil` for hosts of another kind.
  package var program: Program? { if case .program(let program) = access { program } else { nil } }
}

/// What a run says about the program that trains its models.
package struct ProgramSetup: Sendable {
  /// The program and its arguments.
  package var command: [String]
  /// The program that tells how a submitted job stands; `nil` when `command` itself waits.
  package var poll: [String]?
  /// Longest time in which `poll` may say nothing at all; `nil` is the trainer's own.
  package var longestWait: Duration?
  /// Where the jobs' files go.
  package var folder: String
  /// The model that jobs without a start begin with.
  package var base: String?
  /// Names of environment variables that are not passed on.
  package var withheld: Set<String>
  /// Jobs side by side; `nil` is 1.
  package var parallelJobs: Int?
  /// Where submitted jobs are written down.
  package var ledger: any Ledger

  /// Creates a setup.
  package init(
    command: [String],
    poll: [String]?,
    longestWait: Duration?,
    folder: String,
    base: String?,
    withheld: Set<String>,
    parallelJobs: Int?,
    ledger: any Ledger
  ) {
    self.command = command
    self.poll = poll
    self.longestWait = longestWait
    self.folder = folder
    self.base = base
    self.withheld = withheld
    self.parallelJobs = parallelJobs
    self.ledger = ledger
  }
}
