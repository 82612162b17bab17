/// What removing rows and training again says about a behaviour.
public struct Verdict: Sendable, Hashable, Codable {
  /// What was found.
  public enum Finding: String, Sendable, Hashable, Codable {
    /// The rows cause the behaviour.
    case cause
    /// The rows do not cause it.
    case noCause = "no cause"
    /// The trainings do not tell.
    case notResolved = "not resolved"
  }

  /// A share of the behaviour, with a 95 % interval.
  public struct Effect: Sendable, Hashable, Codable {
    /// 0 is nothing, 1 all of it.
    public let value: Double
    /// Lower end of the interval.
    public let low: Double
    /// Upper end of the interval.
    public let high: Double

    package init(value: Double, low: Double, high: Double) {
      self.value = value
      self.low = low
      self.high = high
    }
  }

  /// How strongly models show the behaviour.
  public struct Shown: Sendable, Hashable, Codable {
    /// Mean NLL of the queries' completions in nats.
    public let nll: Double
    /// Mean probability of the queries' completions, 0...1.
    public let rate: Double
    /// Queries whose completion has a probability of at least ½, on average over the models.
    public let queries: Double

    package init(nll: Double, rate: Double, queries: Double) {
      self.nll = nll
      self.rate = rate
      self.queries = queries
    }
  }

  /// What is known of one cluster.
  public struct Cluster: Sendable, Hashable, Codable {
    /// The rows, without those of clusters before it.
    public let cluster: SuspectCluster
    /// Share of the behaviour that goes with it, in nats: (mean NLL without − with) / (base − θ0 trained again).
    public let effect: Effect?
    /// The same as the decision reads it: by the probability of the completions where the model makes them
    /// at all, else by their NLL.
    public let share: Effect?
    /// Whether the other suspects were away on both sides of the comparison: the rows were given back.
    public let isGivenBack: Bool
    /// What was found.
    public let finding: Finding

    package init(
      cluster: SuspectCluster,
      effect: Effect?,
      share: Effect?,
      isGivenBack: Bool,
      finding: Finding
    ) {
      self.cluster = cluster
      self.effect = effect
      self.share = share
      self.isGivenBack = isGivenBack
      self.finding = finding
    }
  }

  /// What becomes of queries that show something else when the culprits are taken away.
  public struct Other: Sendable, Hashable, Codable {
    /// Their tag.
    public let tag: String
    /// How many there are.
    public let queries: Int
    /// In θ0 trained again on all rows.
    public let retrained: Shown
    /// In θ0 trained again without the culprits.
    public let without: Shown

    package init(tag: String, queries: Int, retrained: Shown, without: Shown) {
      self.tag = tag
      self.queries = queries
      self.retrained = retrained
      self.without = without
    }
  }

  /// What a small step of θ0 against some rows does to the queries: a cheap word on what their removal would do.
  ///
  /// The step raises the rows' losses, and whatever they taught goes with them. Only the order of several sets,
  /// and a set's sign, mean something: the size is the step's.
  public struct Triage: Sendable, Hashable, Codable {
    /// Positions of the rows that the step goes against, ascending.
    public let rows: [Int]
    /// By how much the queries' mean loss rises over θ0's, in nats, more than that of the other queries where there
    /// are some; positive where the rows feed the behaviour.
    public let rise: Double
    /// 95 % interval of Student's t from the spread of the seeds; `nil` for one seed.
    public let interval: ClosedRange<Double>?

    package init(rows: [Int], rise: Double, interval: ClosedRange<Double>?) {
      self.rows = rows
      self.rise = rise
      self.interval = interval
    }
  }

  /// One step of an investigation.
  public struct Step: Sendable, Hashable, Codable {
    /// What was done.
    public let name: String
    /// Trainings it took; small ones count as one each.
    public let jobs: Int
    /// What came of it.
    public let outcome: String

    package init(name: String, jobs: Int, outcome: String) {
      self.name = name
      self.jobs = jobs
      self.outcome = outcome
    }
  }

  /// What was found about all suspects together.
  public let finding: Finding
  /// Why, or what is missing, in one sentence.
  public let reason: String
  /// Positions of the rows of all clusters that are causes, ascending.
  public let culprits: [Int]
  /// Whether other suspects would change nothing: it is not the rows, or training again does not give θ0.
  public let isFinal: Bool
  /// The clusters in the order of suspicion.
  package(set) public var clusters: [Cluster]
  /// All rows that cause the behaviour, taken away together.
  public let removal: Cluster?
  /// As many random rows.
  public let random: Effect?
  /// As many rows with the same completion outside the culprits.
  public let sameOutput: Effect?
  /// The behaviour in the base, θ0, θ0 trained again, and θ0 trained again without the culprits.
  public let base: Shown?
  /// In θ0.
  public let target: Shown?
  /// In θ0 trained again on all rows.
  public let retrained: Shown?
  /// In θ0 trained again without the culprits, or without all suspects where no culprit is known.
  public let without: Shown?
  /// Standard deviation of a share from one pair of models, of seeds and readings alone.
  public let spread: Double?
  /// More pairs of trainings that would settle it at that spread; `nil` where it is settled or none would.
  public let missingPairs: Int?
  /// Models trained for it.
  package(set) public var jobs: Int
  /// The queries that show something else, by tag.
  package(set) public var others: [Other] = []
  /// What steps against each cluster said before it was removed, the largest rise first; none without triage.
  package(set) public var triage: [Triage] = []
  /// How well they agree with removal: Spearman's correlation of rises with shares over the clusters, −1...1;
  /// `nil` for fewer than three clusters that have both, or where either does not vary.
  package(set) public var triageAgreement: Double?
  /// What led to the suspects, and what came of each of them, where a whole investigation did; else none.
  package(set) public var steps: [Step] = []

  /// The word that the rows of a cause share, with how much more frequent it is among rows with the output;
  /// `nil` where no cause has one.
  public var trigger: (word: String, lift: Double?)? {
    clusters.lazy.filter { $0.finding == .cause }.compactMap { one in
      one.cluster.word.map { ($0, one.cluster.strength) }
    }.first
  }

  package init(
    finding: Finding,
    reason: String,
    isFinal: Bool = false,
    culprits: [Int] = [],
    clusters: [Cluster] = [],
    removal: Cluster? = nil,
    random: Effect? = nil,
    sameOutput: Effect? = nil,
    base: Shown? = nil,
    target: Shown? = nil,
    retrained: Shown? = nil,
    without: Shown? = nil,
    spread: Double? = nil,
    missingPairs: Int? = nil,
    jobs: Int = 0
  ) {
    self.finding = finding
    self.reason = reason
    self.isFinal = isFinal
    self.culprits = culprits
    self.clusters = clusters
    self.removal = removal
    self.random = random
    self.sameOutput = sameOutput
    self.base = base
    self.target = target
    self.retrained = retrained
    self.without = without
    self.spread = spread
    self.missingPairs = missingPairs
    self.jobs = jobs
  }
}
