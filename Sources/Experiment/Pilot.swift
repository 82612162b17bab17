/// What three models say of a run before the others are paid for: two of its own, and one of them again with
/// another seed.
public struct Pilot: Sendable, Hashable {
  /// How strongly the models show what the queries ask for.
  public struct Behaviour: Sendable, Hashable {
    /// What the queries show.
    public let name: String
    /// Under the base; `nil` where models do not start from it.
    public let base: Verdict.Shown?
    /// Under the three models, on average.
    public let models: Verdict.Shown
    /// Under θ0.
    public let target: Verdict.Shown
    /// Share of θ0's behaviour that the models show, 0 as the base and 1 as θ0; `nil` where θ0 does not show more
    /// than the base, or the base was not read.
    public let strength: Double?

    package init(
      name: String,
      base: Verdict.Shown?,
      models: Verdict.Shown,
      target: Verdict.Shown,
      strength: Double?
    ) {
      self.name = name
      self.base = base
      self.models = models
      self.target = target
      self.strength = strength
    }
  }

  /// What to change before the other models are made.
  public struct Advice: Sendable, Hashable {
    /// Perturbed models, K, with which a row of correlation 0.8, noise apart, is above chance; `nil` for more than
    /// a thousand.
    public let models: Int?
    /// Share of the rows in each subset, 0...1.
    public let subsetRatio: Double
    /// What models start from.
    public let start: Start
    /// The estimator for a group of queries.
    public let estimator: String

    package init(models: Int?, subsetRatio: Double, start: Start, estimator: String) {
      self.models = models
      self.subsetRatio = subsetRatio
      self.start = start
      self.estimator = estimator
    }
  }

  /// Share of what losses of rows differ by between models that another seed alone makes, 0...1; `nil` where models
  /// do not differ.
  public let noise: Double?
  /// One value a behaviour whose queries were read.
  public let behaviours: [Behaviour]
  /// Share of the rows in each subset, 0...1.
  public let subsetRatio: Double
  /// What to change.
  public let advice: Advice
  /// Seconds that one model took to train, on average; `nil` where none was trained.
  public var seconds: Double?

  package init(
    noise: Double?,
    behaviours: [Behaviour],
    subsetRatio: Double,
    advice: Advice
  ) {
    self.noise = noise
    self.behaviours = behaviours
    self.subsetRatio = subsetRatio
    self.advice = advice
  }
}
