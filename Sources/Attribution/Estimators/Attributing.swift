import Experiment
import Statistics

/// What a study asks of whatever turns its losses into scores.
protocol Attributing: Sendable {
  /// Name of the estimator.
  var name: String { get }
  /// Perturbed models in use.
  var models: Int { get }
  /// Per training example, whether it can be scored at all.
  var measurable: [Bool] { get }

  /// Whether a profile can be scored.
  func isMeasurable(_ profile: QueryProfile) -> Bool

  /// Why a profile that cannot be scored cannot, as a clause.
  func obstacle(to profile: QueryProfile) -> String

  /// Mean correlation between the losses of a group's queries over the models; `nil` where unknown.
  func coherence(of members: [Int]) -> Double?

  /// All scores: N values a profile, 0 for what is not measurable.
  func scores(for profiles: [QueryProfile]) throws(AttributionError) -> Scores

  /// The highest-scoring examples of each profile, best first, equal scores in corpus order.
  func top(
    _ count: Int,
    for profiles: [QueryProfile]
  ) throws(AttributionError) -> [[ScoredExample]]

  /// Chosen scores under each draw of a bootstrap: one list an example, empty where there is nothing to
  /// draw from.
  func samples(
    of lists: [[Int]],
    for profiles: [QueryProfile],
    draws: Int,
    seed: UInt64
  ) -> [[[Double]]]

  /// The 95 % interval of a score from its samples; `nil` for too few.
  func interval(of samples: [Double]) -> ClosedRange<Double>?

  /// The chance line of each profile's ranking, or why it has none.
  func chance(
    for profiles: [QueryProfile],
    permutations: Int,
    seed: UInt64,
    arithmetic: any BlockArithmetic
  ) -> [Chance]

  /// One list of N scores a profile, zeros where it is not measurable.
  func rankings(for profiles: [QueryProfile]) -> [[Double]]

  /// Rankings of all profiles under each draw of what `intervals` draws from, one after another; none
  /// where there is nothing to draw from.
  func replicates(
    for profiles: [QueryProfile],
    draws: Int,
    seed: UInt64,
    _ body: (_ rankings: [[Double]]) -> Void
  )

  /// Rankings of all profiles by two disjoint halves of the models, one random split after another; none
  /// where there are too few to halve, or models are no random subsets.
  ///
  /// - Parameters:
  ///   - profiles: What is asked.
  ///   - draws: Splits.
  ///   - seed: Seed of the splits, which are the same for all that have as many models.
  ///   - isResampled: Whether each half is drawn anew from itself, with replacement.
  ///   - body: Gets both rankings of each profile.
  func halves(
    for profiles: [QueryProfile],
    draws: Int,
    seed: UInt64,
    isResampled: Bool,
    _ body: (_ first: [[Double]], _ second: [[Double]]) -> Void
  )
}

extension Attributing {
  func interval(of samples: [Double]) -> ClosedRange<Double>? {
    percentileInterval(level: 0.95, of: samples)
  }

  func halves(
    for profiles: [QueryProfile],
    draws: Int,
    seed: UInt64,
    isResampled: Bool,
    _ body: (_ first: [[Double]], _ second: [[Double]]) -> Void
  ) {}
}

extension Attributor: Attributing {
  func rankings(for profiles: [QueryProfile]) -> [[Double]] {
    scores(weights(for: profiles, on: fit).vectors, on: fit)
  }

  func replicates(
    for profiles: [QueryProfile],
    draws: Int,
    seed: UInt64,
    _ body: (_ rankings: [[Double]]) -> Void
  ) {
    guard models >= 5 else { return }
    bootstrap(profiles, draws: draws, seed: seed, body)
  }
}
