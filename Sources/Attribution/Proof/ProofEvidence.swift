import Experiment
import Glibc
import Statistics

/// What the models of a proof show of a behaviour, on one scale: 0 is the base, 1 is θ0 trained again.
struct ProofEvidence {
  /// A comparison of models that differ by some rows, in pairs of one seed each.
  struct Comparison: Hashable {
    /// What is taken away where the rows are there.
    let with: [Int]
    /// What is taken away where they are not.
    let without: [Int]
  }

  /// How models are measured.
  enum Measure {
    /// By the mean probability of the completions: what one sees of a behaviour that is there or not.
    case rate
    /// By the mean NLL, where even θ0 hardly ever makes these very completions.
    case nll
  }

  /// NLL of the queries that all models could read: by the rows taken away, then by pair.
  private let models: [[Int]: [[Double]]]
  let base: [Double]
  let target: [Double]
  let measure: Measure
  private let controls: [[Int]]

  init?(
    _ proof: Proof,
    _ readings: [Removal: [Double?]],
    target: [Double?]
  ) {
    let all = Array(readings.values) + [target]
    let queries = target.indices.filter { query in
      all.allSatisfy { query < $0.count && $0[query]?.isFinite ?? false }
    }
    guard let base = readings[proof.base], !queries.isEmpty else { return nil }
    func kept(_ losses: [Double?]) -> [Double] { queries.compactMap { losses[$0] } }
    var models: [[Int]: [[Double]]] = [:]
    for (removal, losses) in readings.sorted(by: { $0.key.pair < $1.key.pair }) {
      // As far as they follow each other.
      guard models[removal.rows, default: []].count == removal.pair else { continue }
      models[removal.rows, default: []].append(kept(losses))
    }
    self.models = models
    self.base = kept(base)
    self.target = kept(target)
    measure = rate(of: self.target) >= 0.2 ? .rate : .nll
    controls = [0, 1].map(proof.randomRows)
  }

  private func shown(_ losses: [Double], _ measure: Measure) -> Double {
    measure == .rate ? rate(of: losses) : -nll(of: losses)
  }

  /// How strongly θ0, or another model, shows the behaviour on θ0's scale: 0 is the base, 1 is θ0.
  func strength(of losses: [Double]) -> Double {
    let base = shown(self.base, measure)
    return (shown(losses, measure) - base) / (shown(target, measure) - base)
  }

  /// Models of one set of rows, by pair.
  func pairs(_ rows: [Int]) -> [[Double]] { models[rows] ?? [] }

  /// All models of one set of rows taken together.
  func shown(without rows: [Int]) -> Verdict.Shown? { Verdict.Shown(pairs(rows)) }

  /// The whole behaviour: θ0 trained again, less the base.
  private func whole(_ measure: Measure) -> Double {
    let again = pairs([])
    let mean = again.reduce(0) { $0 + shown($1, measure) } / Double(max(1, again.count))
    return mean - shown(base, measure)
  }

  /// Share of the behaviour that goes with the rows that a comparison is about, by pair.
  func shares(_ comparison: Comparison, _ measure: Measure? = nil) -> [Double] {
    let measure = measure ?? self.measure
    let whole = whole(measure)
    guard whole > 0 else { return [] }
    return zip(pairs(comparison.with), pairs(comparison.without)).map {
      (shown($0, measure) - shown($1, measure)) / whole
    }
  }

  /// Standard deviation of the share of one pair that nothing was done to, and its degrees of freedom.
  ///
  /// From models of equal rows and different seeds, whose difference has twice the variance of one, and from
  /// random rows, whose share is taken to be 0. It is never taken to be below 0.03.
  func spread(_ measure: Measure? = nil) -> (deviation: Double, freedom: Double) {
    let measure = measure ?? self.measure
    let whole = whole(measure)
    guard whole > 0 else { return (.infinity, 1) }
    var squares = 0.0
    var freedom = 0.0
    // In a fixed order, so that sums are the same in every process.
    for rows in models.keys.sorted(by: { $0.lexicographicallyPrecedes($1) }) {
      let values = pairs(rows).map { shown($0, measure) / whole }
      guard values.count > 1 else { continue }
      let mean = values.reduce(0, +) / Double(values.count)
      squares += 2 * values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      freedom += Double(values.count - 1)
    }
    for rows in controls where !rows.isEmpty {
      for share in shares(Comparison(with: [], without: rows), measure) {
        squares += share * share
        freedom += 1
      }
    }
    guard freedom > 0 else { return (.infinity, 1) }
    return (max(0.03, (squares / freedom).squareRoot()), freedom)
  }

  /// The same of one comparison.
  ///
  /// Seeds move a probability in proportion to p(1 − p), so two models that hardly show the behaviour differ
  /// by less than two that show it.
  private func spread(
    of comparison: Comparison,
    _ measure: Measure
  ) -> (deviation: Double, freedom: Double) {
    let all = spread(measure)
    guard measure == .rate, all.deviation.isFinite else { return all }
    func room(_ rows: [Int]) -> Double {
      let rates = pairs(rows).map(rate(of:))
      let mean = rates.reduce(0, +) / Double(max(1, rates.count))
      return mean * (1 - mean)
    }
    let whole = room([])
    let own = max(room(comparison.with), room(comparison.without))
    guard own < whole else { return all }
    return (max(0.03, all.deviation * own / whole), all.freedom)
  }

  /// The mean share with its 95 % interval.
  func effect(_ comparison: Comparison, _ measure: Measure? = nil) -> Verdict.Effect? {
    let shares = shares(comparison, measure)
    guard !shares.isEmpty else { return nil }
    let (deviation, freedom) = spread(of: comparison, measure ?? self.measure)
    let mean = shares.reduce(0, +) / Double(shares.count)
    let half =
      studentQuantile(tail: 0.025, freedom: freedom) * deviation
      / Double(shares.count).squareRoot()
    return Verdict.Effect(value: mean, low: mean - half, high: mean + half)
  }

  /// P-values of a comparison that hold whenever one stops: that the rows' share is none, and that it is a
  /// cause's.
  ///
  /// After n pairs a share of 1/(n(n + 1)) of the level is spent, so that all looks together spend it once.
  func values(
    _ comparison: Comparison,
    _ settings: Proof.Settings
  ) -> (none: Double, cause: Double) {
    let shares = shares(comparison)
    let (deviation, freedom) = spread(of: comparison, measure)
    var values = (none: 1.0, cause: 1.0)
    var sum = 0.0
    for (place, share) in shares.enumerated() {
      sum += share
      let n = Double(place + 1)
      let error = deviation / n.squareRoot()
      let looks = n * (n + 1)
      let above = studentTail((sum / n - settings.none) / error, freedom: freedom)
      let below = studentTail((settings.cause - sum / n) / error, freedom: freedom)
      values = (min(values.none, looks * above), min(values.cause, looks * below))
    }
    return values
  }

  /// Pairs beyond those there are that would settle a comparison if its share stays what it is.
  func missingPairs(
    _ comparison: Comparison,
    level: Double,
    _ settings: Proof.Settings
  ) -> Int? {
    let shares = shares(comparison)
    guard !shares.isEmpty else { return nil }
    let mean = shares.reduce(0, +) / Double(shares.count)
    let (deviation, freedom) = spread(of: comparison, measure)
    let distance = max(mean - settings.none, settings.cause - mean)
    for count in shares.count + 1...shares.count + 100 {
      let n = Double(count)
      let error = deviation / n.squareRoot()
      let tail = studentTail(distance / error, freedom: freedom + n - Double(shares.count))
      if n * (n + 1) * tail <= level { return count - shares.count }
    }
    return nil
  }
}
