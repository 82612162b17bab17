/// Small steps on the queries of a behaviour, read on the training rows: the rows that the step teaches, too,
/// are those that taught the behaviour.
///
/// - SeeAlso: Ko et al., "The Mirrored Influence Hypothesis", CVPR 2024.
public struct MirrorPerturbation: Sendable, Hashable, Codable {
  /// Which way a step goes.
  public enum Direction: String, Sendable, Hashable, Codable, CaseIterable {
    /// The queries' losses fall.
    case up
    /// The queries' losses rise: every query has weight −1.
    case down
  }

  /// Seeds of each behaviour's step, at least 1: their spread is the error of a score.
  public var seeds: Int
  /// Which way the steps go.
  public var direction: Direction
  /// How often each query stands in a job's file, for hosts that ask for more examples than a behaviour has.
  public var copies: Int

  /// Three seeds of a step up, each query once, unless said otherwise.
  public init(seeds: Int = 3, direction: Direction = .up, copies: Int = 1) {
    self.seeds = seeds
    self.direction = direction
    self.copies = copies
  }
}
