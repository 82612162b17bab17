/// What a run's losses say of one behaviour, for a page that shows all of it.
public struct BehaviourReport: Sendable, Hashable {
  /// How many rows score how much: bins of equal width over all scores.
  public struct Distribution: Sendable, Hashable {
    /// Lower end of the first bin, in the scores' own unit.
    public let low: Double
    /// Upper end of the last bin.
    public let high: Double
    /// Rows in each bin.
    public let counts: [Int]

    /// Counts scores in bins of equal width.
    ///
    /// - Parameters:
    ///   - scores: Finite scores; others are left out.
    ///   - bins: Bins, at least one.
    package init(_ scores: [Double], bins: Int) {
      let finite = scores.filter(\.isFinite)
      let low = finite.min() ?? 0
      let high = finite.max() ?? 0
      var counts = [Int](repeating: 0, count: max(1, bins))
      for score in finite {
        let place = high > low ? (score - low) / (high - low) * Double(counts.count) : 0
        counts[min(counts.count - 1, Int(place))] += 1
      }
      self.low = low
      self.high = high
      self.counts = counts
    }
  }

  /// What some number of models is expected to give.
  public struct Expected: Sendable, Hashable {
    /// The number of models, K.
    public let models: Int
    /// The reliability, 0...1, by the formula of Spearman and Brown from all models.
    public let reliability: Double
    /// The same from each number of models whose reliability was measured, from the lowest to the highest.
    public let range: ClosedRange<Double>

    package init(models: Int, reliability: Double, range: ClosedRange<Double>) {
      self.models = models
      self.reliability = reliability
      self.range = range
    }
  }

  /// What the queries show: their tag.
  public let name: String
  /// Positions of its queries, ascending.
  public let queries: [Int]
  /// All of its queries asked as one; `nil` where they cannot be scored.
  package(set) public var group: QueryFindings?
  /// Its queries one by one, where there are several.
  package(set) public var singles: [QueryFindings]
  /// Ranks of the group's listed rows in the rankings of plain text search, by the search's name; 1 is the
  /// best, `nil` a row that it does not find.
  public let textRanks: [String: [Int?]]
  /// All scores of the group; `nil` where there are none.
  public let distribution: Distribution?
  /// How far the scores have settled; `nil` where that is not known.
  public let convergence: Convergence?
  /// The curve through `convergence`, ascending by models; empty where that is not known.
  public let fit: [Expected]
  /// Why the behaviour cannot be scored; `nil` where it can.
  public let problem: String?

  package init(
    name: String,
    queries: [Int],
    group: QueryFindings? = nil,
    singles: [QueryFindings] = [],
    textRanks: [String: [Int?]] = [:],
    distribution: Distribution? = nil,
    convergence: Convergence? = nil,
    fit: [Expected] = [],
    problem: String? = nil
  ) {
    self.name = name
    self.queries = queries
    self.group = group
    self.singles = singles
    self.textRanks = textRanks
    self.distribution = distribution
    self.convergence = convergence
    self.fit = fit
    self.problem = problem
  }
}

/// The loss matrix from afar: bands of neighbouring examples under each model.
public struct LossMap: Sendable, Hashable {
  /// Some examples that stand for one line of the map.
  public struct Band: Sendable, Hashable {
    /// What they are, such as `rows 1–25`.
    public let name: String
    /// For each model that was read, in the design's order, how far the band's losses are from their mean over models, in nats an example; NaN
    /// where no loss is known.
    public let values: [Double]

    package init(name: String, values: [Double]) {
      self.name = name
      self.values = values
    }
  }

  /// Training rows in file order, then the queries of each behaviour.
  public let bands: [Band]
  /// The deviation in nats that 98 % of the map's values do not exceed.
  public let limit: Double

  package init(bands: [Band], limit: Double) {
    self.bands = bands
    self.limit = limit
  }
}
