public import Experiment
import Statistics

/// Scores training examples for queries from a loss matrix, with one estimator.
///
/// The work is two sweeps over the columns: one at creation that builds all profiles (and the K×K
/// matrix of ridge and design regression), one that weighs them for all queries together. Memory is
/// O(K·(N + Q)) plus what is asked for.
///
/// Missing entries count as their column's mean, censored ones as their bound. A column that is
/// constant, or of which fewer than three entries or fewer than half are observed, is not measurable:
/// its score is 0, it is flagged, and it enters no list. No output is ever NaN or infinite.
public struct Attributor: Sendable {
  /// The estimator.
  public let estimator: Estimator
  /// The estimator's name, with the centring where that is not its own.
  public var name: String {
    let isOwn = form.centring == estimator.form.centring
    return estimator.rawValue
      + (isOwn
        ? "" : form.centring == .none ? ", not centred" : ", centred by \(form.centring)")
  }
  /// Ids of the training examples.
  public let train: [String]
  /// Perturbed models that were read and are used, K.
  public var models: Int { signals.count }
  /// Per training example, whether its losses vary enough to be scored.
  public var measurable: [Bool] { fit.profiles.measurable }

  let signals: Signals
  let form: EstimatorForm
  let shrinkage: Double
  let fit: Fit
  /// G or R over all models in use; `nil` for estimators that need neither.
  private let matrix: ModelMatrix?

  /// Prepares an estimator for a loss matrix.
  ///
  /// - Parameters:
  ///   - losses: K models by N training examples and Q queries. Models without any loss are left out.
  ///   - design: The subsets behind the models, one a row of `losses`.
  ///   - estimator: Which one.
  ///   - noiseFraction: ν, the share of the losses' variance that is read-out noise; 0 if unknown.
  ///   - shrinkage: c of λ = c·tr(G)/(K − 1) in ridge and of λ = c·tr(RᵀR)/K in design regression;
  ///     `nil` is 0.1 + 20ν in ridge and 0.1 in design regression. Others have no use for it.
  ///   - centring: What is taken out of all losses alike; `nil` is what the estimator does by itself, the
  ///     mean in log-dc and nothing in others.
  ///   - control: Positions of the training columns that centring reads; `nil` is all.
  /// - Throws: `tooFewModels`, or `mismatch` when the design is of another run.
  public init(
    losses: LossMatrix,
    design: SubsetDesign,
    estimator: Estimator,
    noiseFraction: Double = 0,
    shrinkage: Double? = nil,
    centring: Centring? = nil,
    control: [Int]? = nil
  ) throws(AttributionError) {
    guard design.models == losses.models.count, design.examples == losses.train.count else {
      throw AttributionError(
        .mismatch,
        "cannot use estimator '\(estimator.rawValue)'",
        cause: "the design has \(design.models) models of \(design.examples) examples, "
          + "the losses have \(losses.models.count) of \(losses.train.count)"
      )
    }
    var form = estimator.form
    form.centring = centring ?? form.centring
    let signals = Signals(losses, form: form, control: control)
    guard signals.count >= estimator.minimumModels else {
      throw AttributionError(
        .tooFewModels,
        "cannot use estimator '\(estimator.rawValue)'",
        cause: "it needs \(estimator.minimumModels) read models, there are \(signals.count)"
          + (losses.view == .sum ? "" : " in the view '\(losses.view.rawValue)'"),
        hint: losses.view == .sum || losses.models.count < estimator.minimumModels
          ? "raise perturbation.models; 25 or more give usable scores"
          : "--view sum reads whole completions"
      )
    }
    let rows = Array(0..<signals.count)
    let profiles = Profiles(signals, rows: rows, exponent: form.exponent)
    let matrix: ModelMatrix? =
      switch form.weighting {
      case .product, .correlation: nil
      case .ridge: profiles.gram()
      case .designRegression:
        profiles.membershipProduct(
          signals.models.map { model in
            let subset = design.subsets[model]
            return subset.members.enumerated().map { ($1, subset.weights?[$0] ?? 1) }
          }
        )
      }
    let shrinkage =
      shrinkage ?? (form.weighting == .ridge ? 0.1 + 20 * max(0, noiseFraction) : 0.1)
    self.shrinkage = shrinkage
    self.estimator = estimator
    train = losses.train
    self.signals = signals
    self.form = form
    self.matrix = matrix
    fit = Fit(
      rows: rows,
      profiles: profiles,
      weighting: Weighting(form.weighting, matrix: matrix, shrinkage: shrinkage)
    )
  }

  /// Whether any query of a profile has losses that vary between models, and they do not cancel.
  public func isMeasurable(_ profile: QueryProfile) -> Bool {
    profile.parts.contains { queryProfile($0, rows: fit.rows) != nil }
  }

  /// Why a profile that is not measurable is not, as a clause.
  func obstacle(to profile: QueryProfile) -> String {
    let view =
      switch signals.view {
      case .sum: "losses"
      case .mean: "losses of an average token"
      case .firstToken: "losses of the first token"
      }
    var (same, missing, drifting) = (0, 0, 0)
    var observed = 0
    for member in profile.members {
      let column = signals.examples + member
      observed = signals.observed(column: column)
      if !signals.suffices(observed) {
        missing += 1
      } else if !signals.measurable[column] {
        same += 1
      } else {
        drifting += 1
      }
    }
    switch (profile.isGroup, same, missing, drifting) {
    case (false, _, 1, _) where observed > 0:
      return "its \(view) are missing under \(models - observed) of \(models) models"
    case (_, 0, 1..., 0): return "its \(view) are missing"
    case (_, 1..., 0, 0): return "its \(view) are the same under every model"
    case (_, 1..., 1..., 0):
      return "its \(view) are missing for \(missing) queries and the same under every model for "
        + "\(same)"
    default:
      let varies = profile.members.contains {
        signals.centred(column: signals.examples + $0, rows: fit.rows).deviation > 0
      }
      return varies
        ? "the \(view) of its queries cancel out"
        : "its \(view) move only as those of all training rows do"
    }
  }

  /// Mean correlation between the losses of a group's queries over the models, -1...1.
  ///
  /// Queries behind one cause rise and fall together; queries behind separate causes do not.
  ///
  /// - Parameter members: Positions of queries.
  /// - Returns: `nil` for fewer than two queries that vary.
  public func coherence(of members: [Int]) -> Double? {
    var sum = [Double](repeating: 0, count: fit.rows.count)
    var used = 0.0
    for member in members {
      let (centred, deviation) = signals.centred(column: signals.examples + member, rows: fit.rows)
      guard deviation > 0 else { continue }
      for row in sum.indices { sum[row] += centred[row] / deviation }
      used += 1
    }
    guard used > 1 else { return nil }
    let deviation = standardDeviation(of: sum)
    return (deviation * deviation - used) / (used * (used - 1))
  }

  /// All scores: N values a query profile, 0 for examples and profiles that are not measurable.
  ///
  /// - Parameter profiles: What is asked.
  /// - Returns: Scores in corpus order.
  /// - Throws: `notMeasurable` when no profile is measurable.
  public func scores(for profiles: [QueryProfile]) throws(AttributionError) -> Scores {
    try requireMeasurable(profiles)
    let rows = scores(weights(for: profiles, on: fit).vectors, on: fit)
    return Scores(
      estimator: name,
      train: train,
      queries: profiles.map(\.name),
      values: rows.flatMap { $0 },
      measurable: measurable
    )
  }

  /// The highest-scoring examples of each query profile, best first, equal scores in corpus order.
  ///
  /// Nothing of size N × profiles is built.
  ///
  /// - Parameters:
  ///   - count: Length of each list; shorter when fewer examples are measurable.
  ///   - profiles: What is asked.
  /// - Returns: One list a profile, empty where the profile is not measurable.
  /// - Throws: `notMeasurable` when no profile is measurable.
  public func top(
    _ count: Int,
    for profiles: [QueryProfile]
  ) throws(AttributionError) -> [[ScoredExample]] {
    try requireMeasurable(profiles)
    let vectors = weights(for: profiles, on: fit).vectors
    return zip(top(count, weights: vectors, on: fit), vectors).map { list, parts in
      parts.isEmpty ? [] : list
    }
  }

  private func requireMeasurable(_ profiles: [QueryProfile]) throws(AttributionError) {
    guard let first = profiles.first, !profiles.contains(where: isMeasurable) else { return }
    throw .notMeasurable(first, obstacle(to: first))
  }
}

/// An estimator fitted on some of the models.
struct Fit: Sendable {
  /// Models in use, as positions in `Signals`; may repeat.
  let rows: [Int]
  let profiles: Profiles
  let weighting: Weighting
}

extension Attributor {
  /// The estimator as the chosen models alone would give it.
  func refit(rows: [Int]) -> Fit {
    Fit(
      rows: rows,
      profiles: Profiles(signals, rows: rows, exponent: form.exponent),
      weighting: reweighting(rows: rows)
    )
  }

  /// The weighting as the chosen models alone would give it.
  func reweighting(rows: [Int]) -> Weighting {
    Weighting(form.weighting, matrix: matrix?.resampled(rows), shrinkage: shrinkage)
  }

  /// A profile's centred losses b: a single query's own, or the mean of a group's z-scores.
  ///
  /// - Returns: `nil` when no member is measurable or the members cancel.
  func queryProfile(_ profile: QueryProfile, rows: [Int]) -> [Double]? {
    guard profile.isGroup else {
      let (centred, deviation) = signals.centred(
        column: signals.examples + profile.members[0],
        rows: rows
      )
      return deviation > 0 ? centred : nil
    }
    var sum = [Double](repeating: 0, count: rows.count)
    var used = 0.0
    for member in profile.members {
      let (centred, deviation) = signals.centred(column: signals.examples + member, rows: rows)
      guard deviation > 0 else { continue }
      for row in sum.indices { sum[row] += centred[row] / deviation }
      used += 1
    }
    guard used > 0 else { return nil }
    let mean = sum.map { $0 / used }
    return standardDeviation(of: mean) > 1e-9 ? mean : nil
  }

  /// Weights of the models for each measurable part of each profile, and the examples whose profiles
  /// were added to them.
  ///
  /// A profile that is not measurable has no parts.
  func weights(
    for profiles: [QueryProfile],
    on fit: Fit
  ) -> (vectors: [[[Double]]], feedback: [[[Int]]]) {
    let asked = profiles.map { profile in partProfiles(profile, rows: fit.rows).map(\.1) }
    let first = asked.map { $0.map(fit.weighting.weights(for:)) }
    guard form.feedback > 0 else { return (first, first.map { $0.map { _ in [] } }) }
    let flat = asked.flatMap(\.self)
    let best = top(form.feedback, weights: first.flatMap(\.self).map { [$0] }, on: fit).map {
      $0.filter { $0.score > 0 }.map(\.example)
    }
    let second = zip(flat, best).map { query, examples in
      fit.weighting.weights(for: adding(examples, to: query, rows: fit.rows))
    }
    var start = 0
    var vectors: [[[Double]]] = []
    var feedback: [[[Int]]] = []
    for parts in asked {
      vectors.append(Array(second[start..<start + parts.count]))
      feedback.append(Array(best[start..<start + parts.count]))
      start += parts.count
    }
    return (vectors, feedback)
  }

  /// The centred losses of each measurable part, z-scored where several are compared, with the part's
  /// place among `profile.parts`.
  func partProfiles(_ profile: QueryProfile, rows: [Int]) -> [(Int, [Double])] {
    let parts = profile.parts
    return parts.enumerated().compactMap { place, part in
      guard let centred = queryProfile(part, rows: rows) else { return nil }
      guard parts.count > 1 else { return (place, centred) }
      let deviation = standardDeviation(of: centred)
      return (place, centred.map { $0 / deviation })
    }
  }

  /// The z-scored query profile plus the z-scored profiles of some training examples.
  func adding(_ examples: [Int], to query: [Double], rows: [Int]) -> [Double] {
    let deviation = standardDeviation(of: query)
    var sum = query.map { $0 / deviation }
    for example in examples {
      let (centred, deviation) = signals.centred(column: example, rows: rows)
      guard deviation > 0 else { continue }
      for row in sum.indices { sum[row] += centred[row] / deviation }
    }
    return sum
  }

  /// All N scores for each profile's weight vectors; zeros where there are none.
  func scores(_ vectors: [[[Double]]], on fit: Fit) -> [[Double]] {
    var result = vectors.map { _ in [Double](repeating: 0, count: train.count) }
    sweep(vectors, on: fit) { column, scores in
      for query in result.indices { result[query][column] = scores[query] }
    }
    return result
  }

  /// The highest scores among measurable examples for each profile's weight vectors.
  func top(_ count: Int, weights: [[[Double]]], on fit: Fit) -> [[ScoredExample]] {
    var lists = TopLists(count: weights.count, limit: max(0, count))
    let measurable = fit.profiles.measurable
    sweep(weights, on: fit) { column, scores in
      if measurable[column] { lists.offer(scores, example: column) }
    }
    return lists.lists.map(\.entries)
  }

  /// One pass over the columns: each with its score for every profile, the parts blended.
  func sweep(
    _ vectors: [[[Double]]],
    on fit: Fit,
    _ body: (_ column: Int, _ scores: [Double]) -> Void
  ) {
    var starts = [0]
    for parts in vectors { starts.append(starts[starts.count - 1] + parts.count) }
    var scores = [Double](repeating: 0, count: vectors.count)
    fit.profiles.score(vectors.flatMap(\.self)) { column, blocks in
      for query in scores.indices {
        let start = starts[query]
        scores[query] = meanOfHighest(starts[query + 1] - start) {
          blocks[(start + $0) / 8][(start + $0) % 8]
        }
      }
      body(column, scores)
    }
  }
}
