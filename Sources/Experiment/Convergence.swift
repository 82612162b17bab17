/// How far the scores of one behaviour have settled with the models that were read.
public struct Convergence: Sendable, Hashable {
  /// The reliability that some number of models gives.
  public struct Point: Sendable, Hashable {
    /// The first of the run's models, K.
    public let models: Int
    /// Share of the scores' variance that another K models would show again, 0...1.
    public let reliability: Double

    package init(models: Int, reliability: Double) {
      self.models = models
      self.reliability = reliability
    }
  }

  /// What the queries show.
  public let behaviour: String
  /// The models that were read.
  public let models: Int
  /// Ascending by models, of which the last is all; empty where scores of halves cannot be compared.
  public let curve: [Point]
  /// What more models are expected to give, by the formula of Spearman and Brown; empty like `curve`.
  public let expected: [Point]
  /// Rows above the chance line; `nil` where there is no line.
  public let above: Int?
  /// Share of bootstrap draws whose best rows, as many as are above the chance line, have a Jaccard index of at
  /// least 0.8 with the rows above it, 0...1; 0 where none is.
  public let stability: Double

  package init(
    behaviour: String,
    models: Int,
    curve: [Point],
    expected: [Point],
    above: Int?,
    stability: Double
  ) {
    self.behaviour = behaviour
    self.models = models
    self.curve = curve
    self.expected = expected
    self.above = above
    self.stability = stability
  }

  /// The reliability of all models; `nil` where it is not known.
  public var reliability: Double? { curve.last?.reliability }
}
