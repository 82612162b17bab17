/// Every method's agreement with ground truth on one subject, side by side.
public struct Leaderboard: Sendable, Hashable {
  /// What a method needs of the models it explains.
  public enum Access: String, Sendable, Hashable, CaseIterable {
    /// Fine-tuning and losses: what a host's API gives.
    case fineTuning = "fine-tuning"
    /// Weights and gradients.
    case weights
    /// Training from scratch on subsets.
    case retraining
    /// The data alone.
    case data
  }

  /// A figure and its interval.
  public struct Figure: Sendable, Hashable {
    /// The figure.
    public let value: Double
    /// Its 95 % interval, where one is known.
    public let interval: ClosedRange<Double>?

    package init(_ value: Double, interval: ClosedRange<Double>? = nil) {
      self.value = value
      self.interval = interval
    }
  }

  /// One method's results.
  public struct Row: Sendable, Hashable {
    /// Name of the method.
    public let method: String
    /// What it needs.
    public let access: Access
    /// Linear datamodelling score against retraining; `nil` where no query could be judged.
    public let lds: Figure?
    /// The same against further training from the target.
    public let further: Figure?
    /// The best method's score less this one's, on the same resamples.
    public let behind: Figure?
    /// Mean average precision of planted examples for the queries that show their behaviour.
    public let ap: Double?
    /// Area under the ROC curve of planted examples against decoys.
    public let auroc: Double?
    /// Area under the ROC curve of wrong labels by the method's self-scores.
    public let mislabelled: Double?
    /// Models it trained, θ0 not counted.
    public let trainings: Int
    /// Passes over the training set for gradients, curvature products or losses.
    public let passes: Double
    /// Seconds of one core, its trainings included.
    public let seconds: Double

    package init(
      method: String,
      access: Access,
      lds: Figure? = nil,
      further: Figure? = nil,
      behind: Figure? = nil,
      ap: Double? = nil,
      auroc: Double? = nil,
      mislabelled: Double? = nil,
      trainings: Int = 0,
      passes: Double = 0,
      seconds: Double = 0
    ) {
      self.method = method
      self.access = access
      self.lds = lds
      self.further = further
      self.behind = behind
      self.ap = ap
      self.auroc = auroc
      self.mislabelled = mislabelled
      self.trainings = trainings
      self.passes = passes
      self.seconds = seconds
    }
  }

  /// How a method's score grows with the number of perturbed models.
  public struct Scaling: Sendable, Hashable {
    /// Name of the method.
    public let method: String
    /// Numbers of models, ascending.
    public let models: [Int]
    /// The score at each.
    public let lds: [Double]
    /// c of the fitted a·e^(−bK) + c; `nil` where no curve could be fitted.
    public let limit: Double?
    /// The K at which the curve is within 5 % of `limit`.
    public let enough: Double?

    package init(method: String, models: [Int], lds: [Double], limit: Double?, enough: Double?) {
      self.method = method
      self.models = models
      self.lds = lds
      self.limit = limit
      self.enough = enough
    }
  }

  /// What happens to queries when a method's best examples go.
  public struct RemovalCurve: Sendable, Hashable {
    /// Name of the method, or of a control.
    public let method: String
    /// Numbers of examples removed, ascending.
    public let sizes: [Int]
    /// Mean rise of the queries' loss at each size, in nats.
    public let rise: [Double]
    /// Share of the queries, of those whose answer the target gives likelier than not, of which the
    /// retrained models do not.
    public let wrong: [Double]

    package init(method: String, sizes: [Int], rise: [Double], wrong: [Double]) {
      self.method = method
      self.sizes = sizes
      self.rise = rise
      self.wrong = wrong
    }
  }

  /// How few of a query's best examples must go for its answer to change.
  public struct BrittlenessCurve: Sendable, Hashable {
    /// Name of the method.
    public let method: String
    /// Queries tried: those whose answer the target gives likelier than not.
    public let queries: Int
    /// Numbers of examples removed, ascending.
    public let sizes: [Int]
    /// Share of the queries whose answer changed at each size or before.
    public let flipped: [Double]
    /// The size at which half of the queries had changed; `nil` when more never did.
    public let median: Int?

    package init(method: String, queries: Int, sizes: [Int], flipped: [Double], median: Int?) {
      self.method = method
      self.queries = queries
      self.sizes = sizes
      self.flipped = flipped
      self.median = median
    }
  }

  /// What one training step on a query's best examples does to the probability of its answer.
  public struct TailPatchFigures: Sendable, Hashable {
    /// Name of the method.
    public let method: String
    /// Mean increase of the probability.
    public let increase: Figure?
    /// The same, less that of random examples.
    public let gain: Figure?

    package init(method: String, increase: Figure?, gain: Figure?) {
      self.method = method
      self.increase = increase
      self.gain = gain
    }
  }

  /// How a method agrees with measured further training, as training goes on.
  public struct Decay: Sendable, Hashable {
    /// Name of the method.
    public let method: String
    /// Steps of further training, ascending.
    public let steps: [Int]
    /// Mean cosine over queries at each; `nil` where nothing was measurable.
    public let cosine: [Double?]
    /// Mean Spearman correlation at each.
    public let spearman: [Double?]

    package init(method: String, steps: [Int], cosine: [Double?], spearman: [Double?]) {
      self.method = method
      self.steps = steps
      self.cosine = cosine
      self.spearman = spearman
    }
  }

  /// Name of the subject.
  public var subject: String
  /// Training examples, N.
  public var examples: Int
  /// Queries, Q.
  public var queries: Int
  /// Parameters of a model, p.
  public var parameters: Int
  /// Mean loss of the target on training examples, in nats.
  public var trainLoss: Double
  /// Mean loss of the target on queries, in nats.
  public var queryLoss: Double
  /// Subsets that models were retrained on for `lds`, M.
  public var subsets: Int
  /// Trainings of each subset.
  public var seeds: Int
  /// The highest score that noise in retraining leaves reachable; `nil` with one seed.
  public var ceiling: Double?
  /// Queries whose outcomes are all equal, left out of `lds`.
  public var skipped: Int
  /// One row a method, best first.
  public var rows: [Row]
  /// Growth with the number of perturbed models.
  public var scaling: [Scaling] = []
  /// Removal of the most influential examples, and its controls.
  public var removals: [RemovalCurve] = []
  /// Removal of each query's own best examples.
  public var brittleness: [BrittlenessCurve] = []
  /// Steps on single examples.
  public var tailPatches: [TailPatchFigures] = []
  /// Agreement with further training over its length.
  public var decay: [Decay] = []
  /// Seconds of one core that retraining for the ground truth took.
  public var truthSeconds: Double
  /// What a reader should know besides.
  public var notes: [String] = []

  package init(
    subject: String,
    examples: Int,
    queries: Int,
    parameters: Int,
    trainLoss: Double,
    queryLoss: Double,
    subsets: Int,
    seeds: Int,
    ceiling: Double?,
    skipped: Int,
    rows: [Row],
    truthSeconds: Double
  ) {
    self.subject = subject
    self.examples = examples
    self.queries = queries
    self.parameters = parameters
    self.trainLoss = trainLoss
    self.queryLoss = queryLoss
    self.subsets = subsets
    self.seeds = seeds
    self.ceiling = ceiling
    self.skipped = skipped
    self.rows = rows
    self.truthSeconds = truthSeconds
  }
}
