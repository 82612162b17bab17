import Experiment
import Statistics

/// How permutations of the players are drawn, and when to stop.
public struct PermutationSampling: Sendable, Hashable {
  /// Permutations at most.
  public var permutations: Int
  /// Permutations between two looks at convergence, which are also evaluated side by side.
  public var round: Int
  /// A permutation is scanned until the difference to the full set is below this share of its worth.
  ///
  /// The difference is |u(D) − u(prefix)| and the worth |u(D) − u(∅)|, both averaged over queries; those
  /// not scanned add nothing. 0 scans to the end.
  public var tolerance: Double
  /// Sampling stops when a round changes the values by less than this share of themselves.
  ///
  /// The change is averaged over players and queries; 0 draws all permutations.
  public var change: Double
  /// Seed of the permutations.
  public var seed: UInt64

  /// The defaults are those of truncated Monte Carlo.
  public init(
    permutations: Int = 1000,
    round: Int = 100,
    tolerance: Double = 0.01,
    change: Double = 0.05,
    seed: UInt64 = 0
  ) {
    self.permutations = permutations
    self.round = round
    self.tolerance = tolerance
    self.change = change
    self.seed = seed
  }
}

/// Semivalues that were estimated from the same permutations.
public struct SampledSemivalues: Sendable, Hashable {
  /// One for each semivalue asked for, in order; all name the trainings of all together.
  public let valuations: [Valuation]
  /// Permutations drawn.
  public let permutations: Int
  /// Whether the first semivalue had settled when sampling ended.
  public let converged: Bool
}

extension DataGame {
  /// Shapley and Beta-Shapley values by truncated Monte Carlo.
  ///
  /// Players join in random order and are credited with what they add to those before them; a
  /// semivalue other than Shapley's weighs what is added at each place. Without truncation every
  /// permutation's Shapley credits sum to u(D) − u(∅). A round of permutations advances in step, so
  /// that the game is asked for up to `round` coalitions at a time.
  ///
  /// - Parameters:
  ///   - semivalues: What to estimate; convergence is judged on the first.
  ///   - sampling: How permutations are drawn.
  /// - Returns: Scores for about permutations × players trainings, fewer by truncation.
  /// - Throws: `invalidDesign` for an impossible plan; what training throws; `notFinite` when it
  ///   diverged.
  /// - SeeAlso: Ghorbani and Zou, "Data Shapley", ICML 2019; Kwon and Zou, "Beta Shapley", AISTATS 2022.
  public func semivalues(
    _ semivalues: [Semivalue] = [.shapley],
    sampling: PermutationSampling = PermutationSampling()
  ) async throws -> SampledSemivalues {
    guard sampling.permutations >= 1, sampling.round >= 1, sampling.tolerance >= 0,
      sampling.tolerance < 1, sampling.change >= 0, !semivalues.isEmpty
    else {
      throw AttributionError(
        .invalidDesign,
        "cannot sample permutations",
        cause: semivalues.isEmpty
          ? "no semivalue was asked for"
          : "counts are at least 1, a tolerance is from 0 to below 1 and a change at least 0"
      )
    }
    var record = GameRecord(self)
    let ends = try await record.utilities(of: [[], Array(train.indices)])
    let weights = semivalues.map { $0.weights(players: train.count) }
    var sums = semivalues.map { _ in [Double](repeating: 0, count: queries.count * train.count) }
    var drawn = 0
    var converged = false
    while drawn < sampling.permutations, !converged {
      let count = min(sampling.round, sampling.permutations - drawn)
      let before = sums[0]
      var lanes = (drawn..<drawn + count).map {
        Permutation(number: $0, players: train.count, empty: ends[0], seed: sampling.seed)
      }
      for place in train.indices {
        let open = lanes.indices.filter { !lanes[$0].isTruncated }
        for lane in open { lanes[lane].extend(to: place) }
        let utilities = try await record.utilities(of: open.map { lanes[$0].members })
        for (lane, values) in zip(open, utilities) {
          let player = lanes[lane].order[place]
          for query in queries.indices {
            let added = values[query] - lanes[lane].utilities[query]
            for index in semivalues.indices {
              sums[index][query * train.count + player] += weights[index][place] * added
            }
          }
          lanes[lane].utilities = values
          lanes[lane].isTruncated =
            distance(values, ends[1]) < sampling.tolerance * distance(ends[0], ends[1])
        }
      }
      // Below two rounds there is nothing to compare with.
      converged =
        drawn > 0
        && change(from: before, of: drawn, to: sums[0], of: drawn + count) < sampling.change
      drawn += count
    }
    return SampledSemivalues(
      valuations: zip(semivalues, sums).map { semivalue, sums in
        Valuation(
          scores: scores(semivalue.description) { sums[$0 * train.count + $1] / Double(drawn) },
          trainings: record.trainings
        )
      },
      permutations: drawn,
      converged: converged
    )
  }
}

/// One random order of the players, on its way through the places.
private struct Permutation {
  let order: [Int]
  /// Those who have joined, ascending.
  var members: [Int] = []
  /// Utilities of `members`.
  var utilities: [Double]
  var isTruncated = false

  init(number: Int, players: Int, empty: [Double], seed: UInt64) {
    var generator = SplitMix64(seed: seed, stream: UInt64(number))
    order = generator.shuffled(Array(0..<players))
    utilities = empty
  }

  /// Lets the player at a place join.
  mutating func extend(to place: Int) {
    let player = order[place]
    members.insert(player, at: members.firstIndex { $0 > player } ?? members.count)
  }
}

/// Mean absolute difference over queries.
private func distance(_ left: [Double], _ right: [Double]) -> Double {
  mean(of: zip(left, right).map { abs($0 - $1) })
}

/// How far means moved, relative to themselves, averaged; a mean that became 0 counts 1.
private func change(from old: [Double], of few: Int, to new: [Double], of many: Int) -> Double {
  mean(
    of: zip(old, new).map { old, new in
      let (before, after) = (old / Double(few), new / Double(many))
      return before == after ? 0 : after == 0 ? 1 : abs((after - before) / after)
    }
  )
}
