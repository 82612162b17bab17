public import Experiment

/// An external program that fine-tunes, and how it is run.
public struct CommandOptions: Sendable, Hashable {
  /// The program and its arguments; no shell reads them, and `PATH` is searched.
  public var program: [String]
  /// The program that tells how a submitted job stands; `nil` when `program` itself waits.
  public var poll: [String]?
  /// Time between two runs of `poll`.
  public var interval: Duration
  /// Longest time in which `poll` may say nothing at all.
  public var longestWait: Duration
  /// Where training files, logs, results and the program's own output go.
  public var folder: String
  /// The model that `start: null` means, as the program knows it; `nil` when it knows by itself.
  public var base: String?
  /// Names of environment variables that are not passed on: those that hold keys of hosts.
  public var withheld: Set<String>
  /// Time between asking a cancelled program to end and killing it.
  public var grace: Duration
  /// What the program can do.
  public var capabilities: TrainerCapabilities

  /// Options; what has a default may be left out.
  public init(
    program: [String],
    poll: [String]? = nil,
    interval: Duration = .seconds(30),
    longestWait: Duration = CommandTrainer.longestWait,
    folder: String,
    base: String? = nil,
    withheld: Set<String> = [],
    grace: Duration = .seconds(10),
    capabilities: TrainerCapabilities = TrainerCapabilities(
      continuesTuned: true,
      weighted: true,
      signed: true,
      minimumExamples: 1,
      parallelJobs: 1
    )
  ) {
    self.program = program
    self.poll = poll
    self.interval = interval
    self.longestWait = longestWait
    self.folder = folder
    self.base = base
    self.withheld = withheld
    self.grace = grace
    self.capabilities = capabilities
  }
}
