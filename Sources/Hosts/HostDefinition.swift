package import Experiment

/// Everything about one host: what its folder exports and `HostRegistry` lists.
///
/// The profile names the wire, the serving, the tokeniser and the reading methods as values, so that
/// whoever trains, reads losses or cleans up never asks which host it is.
package struct HostDefinition: Sendable {
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
    /// Makes the trainer; submitted jobs are written into the ledger.
    package let trainer: @Sendable (CommandOptions, any Ledger) -> any Trainer
  }

  package let profile: HostProfile
  /// How it is reached.
  package let access: Access

  package init(_ profile: HostProfile, access: Access = .http) {
    self.profile = profile
    self.access = access
  }

  /// Whether its models live in this process.
  package var isEmbedded: Bool { if case .embedded = access { true } else { false } }

  /// The program that trains; `nil` for hosts of another kind.
  package var program: Program? { if case .program(let program) = access { program } else { nil } }
}
