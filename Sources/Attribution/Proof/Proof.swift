public import Experiment
import Statistics

/// Finds out by removal which suspects cause a behaviour.
///
/// First all suspects are taken away at once: one model tells whether the culprits are among them. Then sets
/// of them are given back, halved wherever the behaviour returns, until each cluster is a cause, none, or
/// open. Single removals that do little prove nothing, because causes are redundant.
///
/// The next step follows from what was read so far and from nothing else, so that a proof that was
/// interrupted goes on where it stopped.
public struct Proof: Sendable {
  /// What counts as proof.
  public struct Settings: Sendable, Hashable {
    /// Chance of any wrong claim, 0...1.
    public var level = 0.05
    /// A share of the behaviour that is none: what is called a cause is shown to be above it.
    public var none = 0.1
    /// A share of the behaviour that is a cause's: what is called no cause is shown to be below it.
    public var cause = 0.3
    /// The share that has to go with all culprits together: with less of it others cause it, too, and rows that
    /// only share the output may be among them.
    public var most = 0.5
    /// Pairs of trainings a comparison, at most.
    public var pairs = 4
    /// Models that may be trained; `nil` is as many as it takes.
    public var jobs: Int?
    /// Models that an earlier proof on the same data trained: they count as no jobs.
    public var paid: Set<Removal> = []
    /// Training rows a model needs.
    public var leastRows = 1
    /// Seed of the random controls.
    public var seed: UInt64 = 0

    /// The usual: level 5 %, none at 10 %, a cause at 30 %, four pairs.
    public init() {}
  }

  /// What to do next.
  public enum Step: Sendable, Hashable {
    /// These models are to be trained and to read the queries.
    case train([Removal])
    /// Nothing more.
    case done(Verdict)
  }

  /// The suspects, disjoint, most suspected first.
  public let clusters: [SuspectCluster]
  /// Rows of the training set, N.
  public let rows: Int
  /// Positions of the rows that have the completion of a query.
  public let sameOutput: [Int]
  /// What counts as proof.
  public internal(set) var settings: Settings
  let union: [Int]

  /// Prepares a proof.
  ///
  /// - Parameters:
  ///   - clusters: The suspects, most suspected first; a row counts for the first cluster that has it.
  ///   - rows: Rows of the training set.
  ///   - sameOutput: Positions of the rows with the completion of a query, for a control.
  ///   - settings: What counts as proof.
  public init(
    of clusters: [SuspectCluster],
    rows: Int,
    sameOutput: [Int] = [],
    settings: Settings = Settings()
  ) {
    var taken: Set<Int> = []
    self.clusters = clusters.compactMap { cluster in
      let own = cluster.rows.filter { (0..<rows).contains($0) && taken.insert($0).inserted }
      guard !own.isEmpty else { return nil }
      return SuspectCluster(
        name: cluster.name,
        rows: own,
        sources: cluster.sources,
        word: cluster.word,
        strength: cluster.strength
      )
    }
    self.rows = rows
    self.sameOutput = sameOutput
    self.settings = settings
    union = taken.sorted()
  }

  /// The model before any training: it costs nothing.
  public var base: Removal { Removal(0..<rows, pair: 0) }

  /// What follows from what was read.
  ///
  /// - Parameters:
  ///   - readings: Each query's NLL in nats under each model that was read; `nil` where it is missing.
  ///   - target: The same under θ0.
  ///   - failed: Models that could not be trained or read, with the reason.
  /// - Returns: The models to be trained next, or the verdict.
  public func step(
    _ readings: [Removal: [Double?]],
    target: [Double?],
    failed: [Removal: String] = [:]
  ) -> Step {
    var search = ProofSearch(self, readings, target, failed)
    do throws(ProofSearch.Halt) {
      return .done(try search.verdict())
    } catch {
      return error.step
    }
  }

  /// As many random rows outside the suspects as there are suspects, or as can be spared.
  func randomRows(_ number: Int) -> [Int] {
    let suspects = Set(union)
    let others = (0..<rows).filter { !suspects.contains($0) }
    let size = min(union.count, others.count - settings.leastRows)
    guard size > 0 else { return [] }
    var generator = SplitMix64(seed: settings.seed, stream: 31 + UInt64(number))
    return generator.sample(size, of: others.count).map { others[$0] }
  }
}
