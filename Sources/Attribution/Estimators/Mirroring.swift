public import Experiment
import Statistics

/// Scores training examples by what a small step on a behaviour's queries does to their losses.
///
/// A step that teaches the queries lowers the loss of the rows that would have taught them, so to first
/// order the drop of row i's loss is what training on i takes off the queries' loss. Each behaviour has one
/// step a seed, all of one start, whose own losses are those before. A step down, of weights below 0,
/// counts with the opposite sign, so that a positive score helps in either case.
///
/// A score is the mean over the seeds, its interval comes from their spread. A censored loss counts as its
/// bound. A row without a loss under the start is not measurable; a seed without a loss of a row is left
/// out for that row.
///
/// - SeeAlso: Ko et al., "The Mirrored Influence Hypothesis", CVPR 2024.
public struct Mirroring: Sendable {
  /// What becomes of a drop.
  public enum Estimator: String, Sendable, Hashable, CaseIterable {
    /// The drop itself, in nats.
    case drop = "mirror-drop"
    /// The drop as a share of the loss before it: drop / (loss + τ).
    ///
    /// Rows with large losses have large gradients, and drop more whatever is taught.
    case normalised = "mirror-normalised"
    /// The normalised drop in standard deviations over the rows, less half of the largest behind any other
    /// behaviour of the run, where that is above 0.
    ///
    /// Takes down what another step teaches as well, such as an output that both behaviours share, but not what
    /// it unteaches: a step on right answers raises the losses of all refusals. By half, since a row may serve
    /// two behaviours. Steps differ in size, hence the standard deviations.
    case contrast = "mirror-contrast"

    /// The matrix it reads.
    public static let matrix = MatrixKind.mirrors

    /// The choice that `auto` makes, and its reason.
    ///
    /// - Parameters:
    ///   - others: Behaviours of the run that are not asked about.
    ///   - design: The run's steps.
    /// - Returns: The choice and one sentence.
    static func recommended(others: Int, in design: SubsetDesign) -> (Estimator, String) {
      let isDown = design.subsets.contains(where: \.isAgainst)
      let effect =
        "the share by which a step \(isDown ? "against" : "on") these queries "
        + "\(isDown ? "raises" : "lowers") a row's loss"
      return others > 0
        ? (
          .contrast,
          "mirror-contrast: \(effect), less half of what steps of the run's other "
            + "\(others == 1 ? "behaviour" : "\(others) behaviours") do to it"
        )
        : (
          .normalised,
          "mirror-normalised: \(effect); there is no other behaviour to compare it with"
        )
    }
  }

  /// The least τ, in nats: losses below it count as sure.
  public static let leastThreshold = 0.001
  /// How many standard deviations of one reading τ has at least.
  public static let noiseFactor = 5.0

  /// τ in nats: a loss that is not several times the noise of a reading must not be divided by.
  ///
  /// - Parameter noise: Standard deviation of one reading, in nats; `nil` when nothing was read twice, and
  ///   then it counts as 0.
  /// - Returns: At least `leastThreshold`.
  public static func threshold(noise: Double?) -> Double {
    max(leastThreshold, noiseFactor * (noise ?? 0))
  }

  /// The estimator.
  public let estimator: Estimator
  /// Losses that are not there.
  public let missing: Int
  /// Ids of the training examples.
  public let train: [String]
  /// Per training example, whether any behaviour can score it.
  public let measurable: [Bool]
  /// Steps whose losses are there.
  public let models: Int

  /// Queries of each behaviour that has a step.
  private let sets: [[Int]]
  /// For each seed and behaviour a value a row, NaN where missing; `nil` where there is no such step.
  private let steps: [[[Double]?]]

  /// Prepares the scores.
  ///
  /// - Parameters:
  ///   - losses: One row a model; only training examples are read.
  ///   - design: What each model is: members are positions of queries, a model without members is the start.
  ///   - estimator: What becomes of a drop.
  ///   - noise: Standard deviation of one reading, in nats; `nil` when it is not known.
  /// - Throws: `mismatch` when the counts differ.
  public init(
    losses: LossMatrix,
    design: SubsetDesign,
    estimator: Estimator,
    noise: Double? = nil
  ) throws(AttributionError) {
    let count = losses.models.count
    guard count == design.models, losses.train.count == design.examples else {
      throw AttributionError(
        .mismatch,
        "cannot use estimator '\(estimator.rawValue)'",
        cause:
          "\(count) rows of \(losses.train.count) losses are given for \(design.models) models "
          + "and \(design.examples) examples"
      )
    }
    let values = losses.values
    func row(_ model: Int) -> [Double] {
      losses.train.indices.map { values[$0 * count + model] }
    }
    let before = design.subsets.firstIndex { $0.members.isEmpty }.map(row)
    let sets = design.subsets.map(\.members).filter { !$0.isEmpty }.uniqued
    let seeds = design.subsets.filter { !$0.members.isEmpty }.map(\.seed).uniqued
    let threshold = Self.threshold(noise: noise)
    var steps = [[[Double]?]](
      repeating: [[Double]?](repeating: nil, count: sets.count),
      count: seeds.count
    )
    var measurable = [Bool](repeating: false, count: losses.train.count)
    for (model, subset) in design.subsets.enumerated() {
      guard let before, let seed = seeds.firstIndex(of: subset.seed),
        let set = sets.firstIndex(of: subset.members)
      else { continue }
      let sign = subset.isAgainst ? -1.0 : 1
      let after = row(model)
      var drops = zip(before, after).map { sign * ($0 - $1) }
      for example in drops.indices where !drops[example].isNaN { measurable[example] = true }
      if estimator != .drop { drops = zip(drops, before).map { $0 / (max(0, $1) + threshold) } }
      steps[seed][set] = estimator == .contrast ? Self.scaled(drops) : drops
    }
    self.sets = sets
    self.steps = steps
    self.measurable = measurable
    missing = values.prefix(losses.train.count * count).count(where: \.isNaN)
    self.estimator = estimator
    train = losses.train
    models = before == nil ? 0 : steps.reduce(0) { $0 + $1.count { $0 != nil } }
  }

  /// In standard deviations over the rows that have a value; zeros where all are equal.
  private static func scaled(_ values: [Double]) -> [Double] {
    let deviation = standardDeviation(of: values.filter { !$0.isNaN })
    return values.map { $0.isNaN ? .nan : deviation > 0 ? $0 / deviation : 0 }
  }

  /// How often each behaviour counts among those asked about, and which are compared with.
  struct Comparison {
    var asked: [(set: Int, weight: Double)]
    var others: [Int]
  }

  /// The behaviours that stand for some queries, and those that share no query with any of them.
  ///
  /// It is the one of exactly these queries, or for each query the smallest that has it.
  private func comparison(_ members: [Int], all: [Int]) -> Comparison {
    let profile = Set(all)
    var asked: [Int: Double] = [:]
    if let exact = sets.firstIndex(of: Set(members).sorted()) {
      asked[exact] = 1
    } else {
      for query in members {
        let having = sets.indices.filter { sets[$0].contains(query) }
        if let smallest = having.min(by: { sets[$0].count < sets[$1].count }) {
          asked[smallest, default: 0] += 1
        }
      }
    }
    // In the order of behaviours, so that sums do not depend on hashing.
    return Comparison(
      asked: asked.sorted { $0.key < $1.key }.map { ($0.key, $0.value) },
      others: sets.indices.filter { asked[$0] == nil && profile.isDisjoint(with: sets[$0]) }
    )
  }

  /// Behaviours of a design that share no query with those asked about: of a group all together, of single
  /// queries the first behaviour's.
  static func others(in design: SubsetDesign, asked: [Int], grouped: Bool) -> Int {
    let sets = design.subsets.map(\.members).filter { !$0.isEmpty }.uniqued
    let profile =
      grouped
      ? asked : sets.first { set in asked.contains(where: set.contains) } ?? asked
    return sets.count { Set(profile).isDisjoint(with: $0) }
  }

  func parts(_ profile: QueryProfile) -> [Comparison] {
    profile.parts.map { comparison($0.members, all: profile.members) }
  }

  /// An example's score by the steps of one seed; `nil` where a side of the comparison is missing.
  private func score(_ example: Int, _ comparison: Comparison, seed: Int) -> Double? {
    func value(_ set: Int) -> Double? {
      steps[seed][set].flatMap { $0[example].isNaN ? nil : $0[example] }
    }
    var (sum, total) = (0.0, 0.0)
    for (set, weight) in comparison.asked {
      guard let value = value(set) else { continue }
      sum += weight * value
      total += weight
    }
    guard total > 0 else { return nil }
    guard estimator == .contrast else { return sum / total }
    return comparison.others.compactMap(value).max().map { sum / total - max(0, $0) / 2 }
  }

  /// An example's score by the steps of each seed that has one.
  private func scores(_ example: Int, _ parts: [Comparison]) -> [Double] {
    steps.indices.compactMap { seed in
      let scores = parts.compactMap { score(example, $0, seed: seed) }
      return scores.isEmpty ? nil : meanOfHighest(scores.count) { scores[$0] }
    }
  }

  func score(_ example: Int, _ parts: [Comparison]) -> Double? {
    let scores = scores(example, parts)
    return scores.isEmpty ? nil : mean(of: scores)
  }

  /// Scores of all rows, `nil` where a row is not measurable, with their intervals.
  ///
  /// - Parameter profile: What is asked.
  /// - Returns: One value a row.
  func scored(
    _ profile: QueryProfile
  ) -> [(score: Double, interval: ClosedRange<Double>?)?] {
    let parts = parts(profile)
    return train.indices.map { example in
      let scores = scores(example, parts)
      return scores.isEmpty ? nil : (mean(of: scores), meanInterval(level: 0.95, of: scores))
    }
  }
}

extension Mirroring: RowScoring {
  var name: String { estimator.rawValue }

  var remedy: String? {
    models > 0 && estimator == .contrast
      ? "use estimator '\(Estimator.normalised.rawValue)'" : nil
  }

  /// Whether a step on a profile's queries is there, with the start and something to compare with.
  public func isMeasurable(_ profile: QueryProfile) -> Bool {
    models > 0
      && parts(profile).contains { part in
        func isThere(_ sets: some Sequence<Int>) -> Bool {
          sets.contains { set in steps.contains { $0[set] != nil } }
        }
        return isThere(part.asked.map(\.set)) && (estimator != .contrast || isThere(part.others))
      }
  }

  /// Why a profile that is not measurable is not, as a clause.
  func obstacle(to profile: QueryProfile) -> String {
    if models == 0 { return "the losses of the start, or of every step, are not there" }
    return estimator == .contrast && parts(profile).contains { !$0.asked.isEmpty }
      ? "there is no other behaviour to compare it with" : "no step on its queries is there"
  }

  /// The scores by each seed: what intervals come from.
  func samples(
    of lists: [[Int]],
    for profiles: [QueryProfile],
    draws: Int,
    seed: UInt64
  ) -> [[[Double]]] {
    zip(lists, profiles).map { list, profile in
      let parts = parts(profile)
      return list.map { scores($0, parts) }
    }
  }

  /// Student's t over the seeds; `nil` where one seed scores a row.
  func interval(of samples: [Double]) -> ClosedRange<Double>? {
    meanInterval(level: 0.95, of: samples)
  }

  /// None: the steps of one behaviour are too few to be shuffled with others.
  func chance(
    for profiles: [QueryProfile],
    permutations: Int,
    seed: UInt64,
    arithmetic: any BlockArithmetic
  ) -> [Chance] {
    profiles.map { _ in
      .unknown(
        reason:
          "a behaviour has \(steps.count == 1 ? "one step" : "\(steps.count) steps"), too few to shuffle"
      )
    }
  }

  /// None: a handful of seeds is too few to draw from.
  func replicates(
    for profiles: [QueryProfile],
    draws: Int,
    seed: UInt64,
    _ body: (_ rankings: [[Double]]) -> Void
  ) {}
}

extension Sequence where Element: Hashable {
  /// The elements in the order in which each comes first.
  fileprivate var uniqued: [Element] {
    var seen: Set<Element> = []
    return filter { seen.insert($0).inserted }
  }
}

extension Subset {
  /// Whether its members weigh less than 0.
  fileprivate var isAgainst: Bool { (weights?.first ?? 1) < 0 }
}
