package import Experiment
import Statistics

extension Pilot {
  /// The correlation, noise apart, of a row that models enough are to show.
  private static let correlation = 0.8

  /// Reads a pilot's losses.
  ///
  /// - Parameters:
  ///   - corpus: The examples.
  ///   - losses: Those of two models of different subsets and of the first one's twin of another seed; then, where
  ///     models start from it, the base's.
  ///   - target: θ0's NLL of each query in nats; `nil` where it is missing.
  ///   - subsetRatio: Share of the rows in each subset, 0...1.
  ///   - start: What models start from.
  package init(
    _ corpus: Corpus,
    losses: LossMatrix,
    target: [Double?],
    subsetRatio: Double,
    start: Start
  ) {
    let noise = Self.noise(losses)
    let behaviours = corpus.behaviours.compactMap {
      Self.behaviour($0, losses: losses, target: target)
    }
    let strengths = behaviours.compactMap(\.strength)
    var ratio = subsetRatio
    if !strengths.isEmpty {
      // Most is learned of a model where half of them show the behaviour.
      let factor = min(2, max(0.5, 0.5 / max(0.01, mean(of: strengths))))
      if abs(factor - 1) > 0.3 { ratio = min(0.7, max(0.1, subsetRatio * factor)) }
    }
    let isSeedAlone = noise ?? 1 > 0.5
    let models = Self.models(
      rows: corpus.train.count,
      correlation: Self.correlation * (1 - (noise ?? 1))
    )
    self.init(
      noise: noise,
      behaviours: behaviours,
      subsetRatio: subsetRatio,
      advice: Advice(
        models: models,
        subsetRatio: ratio,
        start: isSeedAlone ? .base : start,
        estimator: EstimatorChoice.recommended(
          purpose: .retrieval,
          start: start,
          grouped: true,
          models: models ?? 25
        ).estimator.rawValue
      )
    )
  }

  /// Share of the squared difference between two models' losses that a twin of the first one has, too.
  private static func noise(_ losses: LossMatrix) -> Double? {
    var (own, other) = (0.0, 0.0)
    for column in losses.train.indices {
      guard let first = losses[model: 0, column: column]?.value,
        let second = losses[model: 1, column: column]?.value,
        let twin = losses[model: 2, column: column]?.value
      else { continue }
      own += (first - twin) * (first - twin)
      other += (first - second) * (first - second)
    }
    return other > 0 ? min(1, own / other) : nil
  }

  private static func behaviour(
    _ behaviour: QueryBehaviour,
    losses: LossMatrix,
    target: [Double?]
  ) -> Behaviour? {
    let read =
      losses.models.indices.map { model in
        behaviour.queries.map { losses[model: model, column: losses.column(query: $0)]?.value }
      } + [behaviour.queries.map { target[$0] }]
    let kept = behaviour.queries.indices.filter { query in read.allSatisfy { $0[query] != nil } }
    let values = read.map { model in kept.compactMap { model[$0] } }
    guard let models = Verdict.Shown(Array(values.prefix(3))),
      let target = Verdict.Shown(Array(values.suffix(1)))
    else { return nil }
    let base = Verdict.Shown(Array(values.dropFirst(3).dropLast()))
    let strength = base.flatMap { base -> Double? in
      // As removal is judged: by probability where θ0 has some.
      let (none, some, all) =
        target.rate >= 0.2
        ? (base.rate, models.rate, target.rate) : (-base.nll, -models.nll, -target.nll)
      return all > none ? (some - none) / (all - none) : nil
    }
    return Behaviour(
      name: behaviour.name,
      base: base,
      models: models,
      target: target,
      strength: strength
    )
  }

  /// The fewest models with which the best of so many correlations is above 0 at 5 %, Bonferroni's correction
  /// included; `nil` for more than a thousand.
  static func models(rows: Int, correlation: Double) -> Int? {
    (5...1000).first { models in
      let freedom = Double(models - 2)
      let limit = studentQuantile(tail: 0.05 / Double(max(1, rows)), freedom: freedom)
      return limit / (limit * limit + freedom).squareRoot() <= correlation
    }
  }
}
