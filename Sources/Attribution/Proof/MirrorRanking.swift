public import Experiment
import Statistics

/// What a mirror run says of one behaviour: every row's score, and the rows that stand out.
public struct MirrorRanking: Sendable {
  /// One row's score.
  public struct Row: Sendable, Hashable {
    /// Its position in the corpus.
    public let row: Int
    /// Positive helps the behaviour.
    public let score: Double
    /// 95 % interval of Student's t from the spread of the seeds; `nil` for one seed.
    public let interval: ClosedRange<Double>?
  }

  /// The behaviour.
  public let behaviour: QueryBehaviour
  /// What the scores are: contrasts where the run has a behaviour that shares no query with this one, else
  /// normalised drops.
  public let estimator: Mirroring.Estimator
  /// All rows that have a score, best first, equal scores in corpus order.
  public let rows: [Row]

  /// How many standard deviations above the mean of all rows a suspect's score is.
  public static let suspicion = 1.5

  /// The rows whose scores stand out, as one cluster named like the behaviour; `nil` where none does.
  ///
  /// A row stands out if its score is above 0 and more than `suspicion` standard deviations above the mean of
  /// all rows. That is low, because a removal has to take nearly all culprits, and it names 7 of 100 rows even
  /// where there is none: these are to be proven, not believed. Medians and their distances would name none
  /// where a tenth of the rows moves, or all rows with the same output.
  public var suspects: SuspectCluster? {
    let scores = rows.map(\.score)
    let limit = mean(of: scores) + Self.suspicion * standardDeviation(of: scores)
    let found = rows.filter { $0.score > max(0, limit) }.map(\.row).sorted()
    guard !found.isEmpty else { return nil }
    return SuspectCluster(
      name: behaviour.name,
      rows: found,
      sources: [estimator.rawValue],
      word: nil
    )
  }
}

extension Study {
  /// What a mirror run says of each behaviour of its queries.
  ///
  /// - Parameter view: The part of the completion that counts.
  /// - Returns: One ranking a behaviour that can be scored, in the order of `Corpus.behaviours`; none for runs
  ///   of other kinds.
  /// - Throws: `AttributionError`, or what the source of the losses throws.
  public func mirrorRankings(view: LossView = .sum) throws -> [MirrorRanking] {
    guard isMirrored else { return [] }
    var made: [Mirroring.Estimator: Mirroring] = [:]
    return try corpus.behaviours.compactMap { behaviour in
      let others = Mirroring.others(in: design, asked: behaviour.queries, grouped: true)
      let (estimator, _) = Mirroring.Estimator.recommended(others: others, in: design)
      let mirroring = try made[estimator] ?? self.mirroring(estimator, view: view).0
      made[estimator] = mirroring
      let profile = QueryProfile(name: behaviour.name, members: behaviour.queries)
      guard mirroring.isMeasurable(profile) else { return nil }
      let rows = mirroring.scored(profile).enumerated().compactMap { row, scored in
        scored.map { MirrorRanking.Row(row: row, score: $0.score, interval: $0.interval) }
      }
      return MirrorRanking(
        behaviour: behaviour,
        estimator: estimator,
        rows: rows.sorted { ($1.score, $0.row) < ($0.score, $1.row) }
      )
    }
  }
}
