public import Experiment
import Statistics

/// Scores training examples by what a query in front of them does to their losses.
///
/// Of each query there is one perturbed model, θ0 behind that query as a demonstration, and its losses of
/// the training examples are compared with θ0's own or with those behind the other queries. A group's
/// score is the mean over its queries. A censored loss counts as its bound; a missing one is left out.
/// An example that lacks a side of the comparison is not measurable: its score is 0 and it enters no list.
public struct Probing: Sendable {
  /// What a loss behind a query is compared with.
  public enum Estimator: String, Sendable, Hashable, CaseIterable {
    /// θ0's loss without a demonstration.
    case difference
    /// The mean loss behind the run's other queries.
    ///
    /// Takes out what any demonstration does to a row, which the difference mistakes for influence.
    case contrast

    /// The matrix it reads.
    public static let matrix = MatrixKind.queries

    /// The choice that `auto` makes, and its reason.
    ///
    /// - Parameter others: The run's queries that are not asked about.
    /// - Returns: The choice and one sentence.
    static func recommended(others: Int) -> (Estimator, String) {
      others > 0
        ? (
          .contrast,
          "contrast: how much lower a row's loss is behind these queries than behind the run's other "
            + "\(others), which takes out what any demonstration does to it"
        )
        : (
          .difference,
          "difference: how much a query in front lowers a row's loss; there is no other query to "
            + "compare it with"
        )
    }
  }

  /// Which losses make the rows of a matrix, and what they are compared with.
  public struct Source: Sendable {
    /// Position of the query behind each row of the losses.
    public let queries: [Int]
    /// θ0's own loss of each training example through a view; `nil` where it is missing.
    public let target: @Sendable (LossView) throws -> [Double?]

    /// A source out of both readings.
    public init(
      queries: [Int],
      target: @escaping @Sendable (LossView) throws -> [Double?]
    ) {
      self.queries = queries
      self.target = target
    }
  }

  /// The estimator.
  public let estimator: Estimator
  /// Losses behind queries, and θ0's own where they are read, that are not there.
  public let missing: Int
  /// Ids of the training examples.
  public let train: [String]
  /// Per training example, whether any query can score it.
  public let measurable: [Bool]
  /// Share of what losses differ by between queries that all rows have in common, 0...1.
  let commonShare: Double?

  /// Row of each query's losses.
  let rows: [Int: Int]
  /// `losses[example × rows + row]`, NaN where missing.
  private let losses: [Double]
  /// θ0's own, NaN where missing.
  private let target: [Double]

  /// Prepares the comparison.
  ///
  /// - Parameters:
  ///   - losses: One row a query that was read behind; only training examples are read.
  ///   - queries: Position of the query behind each row.
  ///   - target: θ0's own loss of each training example.
  ///   - estimator: What losses are compared with.
  /// - Throws: `mismatch` when the counts differ or a query has two rows.
  public init(
    losses: LossMatrix,
    queries: [Int],
    target: [Double?],
    estimator: Estimator
  ) throws(AttributionError) {
    guard Set(queries).count == losses.models.count, queries.count == losses.models.count,
      target.count == losses.train.count
    else {
      throw AttributionError(
        .mismatch,
        "cannot use estimator '\(estimator.rawValue)'",
        cause: "\(losses.models.count) rows of \(losses.train.count) losses are given for "
          + "\(Set(queries).count) queries and \(target.count) examples"
      )
    }
    let count = queries.count
    let values = Array(losses.values.prefix(losses.train.count * count))
    let own = target.map { $0.flatMap { $0.isFinite ? $0 : nil } ?? .nan }
    train = losses.train
    rows = Dictionary(zip(queries, queries.indices)) { first, _ in first }
    measurable = own.indices.map { example in
      let read = values[example * count..<(example + 1) * count].count { !$0.isNaN }
      return estimator == .contrast ? read > 1 : read > 0 && !own[example].isNaN
    }
    missing =
      values.count(where: \.isNaN) + (estimator == .difference ? own.count(where: \.isNaN) : 0)
    commonShare = CommonComponent(losses)?.share
    self.losses = values
    self.target = own
    self.estimator = estimator
  }

  /// How often the losses behind each query count: those asked about, and those compared with.
  struct Weights: Sendable {
    var asked: [Double]
    var others: [Double]

    /// The same with the queries in another order.
    func moved(by order: [Int]) -> Weights {
      Weights(
        asked: ModelOrders.moved(asked, by: order),
        others: ModelOrders.moved(others, by: order)
      )
    }
  }

  /// The comparison that a profile asks for.
  ///
  /// - Parameters:
  ///   - members: Queries asked about, maybe repeated.
  ///   - others: Queries compared with, maybe repeated.
  /// - Returns: The weights.
  private func weights(_ members: [Int], others: [Int]) -> Weights {
    func counts(_ queries: [Int]) -> [Double] {
      var counts = [Double](repeating: 0, count: rows.count)
      for query in queries { rows[query].map { counts[$0] += 1 } }
      return counts
    }
    return Weights(asked: counts(members), others: counts(others))
  }

  /// The queries that a profile leaves out.
  private func others(_ profile: QueryProfile) -> [Int] {
    let asked = Set(profile.members)
    return rows.keys.filter { !asked.contains($0) }.sorted()
  }

  /// An example's score; `nil` where a side of the comparison is missing.
  private func score(_ example: Int, _ weights: Weights) -> Double? {
    let count = rows.count
    func mean(_ weights: [Double]) -> Double? {
      var sum = 0.0
      var total = 0.0
      for row in 0..<count where weights[row] > 0 {
        let loss = losses[example * count + row]
        if loss.isNaN { continue }
        sum += weights[row] * loss
        total += weights[row]
      }
      return total > 0 ? sum / total : nil
    }
    let reference =
      switch estimator {
      case .difference: target[example].isNaN ? nil : target[example]
      case .contrast: mean(weights.others)
      }
    guard let reference, let asked = mean(weights.asked) else { return nil }
    return reference - asked
  }

  /// Whether all of an example's losses are there.
  func isComplete(_ example: Int) -> Bool {
    let count = rows.count
    return measurable[example] && (estimator == .contrast || !target[example].isNaN)
      && !losses[example * count..<(example + 1) * count].contains(where: \.isNaN)
  }

  /// An example's losses and θ0's own behind them, less their mean behind all queries; none is missing.
  func centred(_ example: Int) -> [Double] {
    let all = losses[example * rows.count..<(example + 1) * rows.count]
    let mean = all.reduce(0, +) / Double(all.count)
    return all.map { $0 - mean } + [estimator == .difference ? target[example] - mean : 0]
  }

  /// The most that two of an example's losses, θ0's own among them, differ by.
  func range(_ example: Int) -> Double {
    let all = losses[example * rows.count..<(example + 1) * rows.count] + [target[example]]
    let known = all.filter { !$0.isNaN }
    return (known.max() ?? 0) - (known.min() ?? 0)
  }

  /// The weights by which the centred losses of a complete example become its score.
  func vector(_ weights: Weights) -> [Double] {
    let asked = weights.asked.reduce(0, +)
    let others = weights.others.reduce(0, +)
    return weights.asked.indices.map { row in
      (estimator == .contrast ? weights.others[row] / others : 0) - weights.asked[row] / asked
    } + [estimator == .difference ? 1 : 0]
  }

  /// An example's score for a profile, its parts blended; `nil` where none is measurable.
  func score(_ example: Int, _ parts: [Weights]) -> Double? {
    let scores = parts.compactMap { score(example, $0) }
    return scores.isEmpty ? nil : meanOfHighest(scores.count) { scores[$0] }
  }

  func parts(_ profile: QueryProfile) -> [Weights] {
    let others = others(profile)
    return profile.parts.map { weights($0.members, others: others) }
  }
}

extension Probing: RowScoring {
  var name: String { estimator.rawValue }

  var remedy: String? { estimator == .contrast ? "use estimator 'difference'" : nil }

  /// Queries whose losses are there.
  public var models: Int { rows.count }

  /// Whether any query of a profile was read behind, and there is something to compare with.
  public func isMeasurable(_ profile: QueryProfile) -> Bool {
    profile.members.contains { rows[$0] != nil }
      && (estimator == .difference || !others(profile).isEmpty)
  }

  /// Why a profile that is not measurable is not, as a clause.
  func obstacle(to profile: QueryProfile) -> String {
    estimator == .contrast && profile.members.contains { rows[$0] != nil }
      ? "there is no other query to compare it with" : "nothing was read behind it"
  }

  /// Scores under each draw of a bootstrap over a group's queries, and those compared with.
  ///
  /// None below five queries: one query's losses are measured, not sampled.
  func samples(
    of lists: [[Int]],
    for profiles: [QueryProfile],
    draws: Int,
    seed: UInt64
  ) -> [[[Double]]] {
    zip(lists, profiles).map { list, profile in
      let draws = resamples(profile, draws: draws, seed: seed)
      return list.map { example in draws.compactMap { score(example, $0) } }
    }
  }

  /// Rankings under each bootstrap draw; none unless every profile is a group of five or more.
  func replicates(
    for profiles: [QueryProfile],
    draws: Int,
    seed: UInt64,
    _ body: (_ rankings: [[Double]]) -> Void
  ) {
    let drawn = profiles.map { resamples($0, draws: draws, seed: seed) }
    guard drawn.allSatisfy({ $0.count == draws }) else { return }
    for draw in 0..<draws {
      body(drawn.map { all in train.indices.map { score($0, all[draw]) ?? 0 } })
    }
  }

  /// Draws with replacement from a group's queries, and from those compared with; none below five.
  private func resamples(_ profile: QueryProfile, draws: Int, seed: UInt64) -> [[Weights]] {
    let members = profile.members.filter { rows[$0] != nil }
    guard members.count >= 5, isMeasurable(profile) else { return [] }
    let others = others(profile)
    var generator = SplitMix64(seed: seed)
    func draw(_ queries: [Int]) -> [Int] {
      queries.map { _ in queries[generator.below(queries.count)] }
    }
    return (0..<draws).map { _ in
      let drawn = draw(members)
      let compared = draw(others)
      return QueryProfile(name: profile.name, members: drawn, blend: profile.blend).parts
        .map { weights($0.members, others: compared) }
    }
  }
}
