/// How well a ranking finds the rows that carry a tag.
public struct Retrieval: Sendable, Hashable {
  /// Average precision over all training rows; its chance level is the tag's share of the rows.
  public let ap: Double
  /// Bootstrap interval of `ap`: over models or queries for an estimator, `nil` for a baseline.
  public let apInterval: ClosedRange<Double>?
  /// AUROC of tagged rows against decoy rows, for the tag's queries; `nil` without decoys.
  public let auroc: Double?
  /// Mean of `auroc` and its mirror (decoy rows against tagged rows, for the decoys' queries).
  public let twoSided: Double?
  /// Bootstrap interval of `twoSided`.
  public let twoSidedInterval: ClosedRange<Double>?
  /// Bootstrap interval of `auroc`.
  public var aurocInterval: ClosedRange<Double>?
  /// Precision among the first k rows.
  public let precision: [Int: Double]
  /// Bootstrap intervals of `precision`.
  public var precisionIntervals: [Int: ClosedRange<Double>] = [:]
  /// Average precision of all rows that share a tagged query's completion, whatever their tag.
  public let sameOutputAP: Double?

  package init(
    ap: Double,
    apInterval: ClosedRange<Double>?,
    auroc: Double?,
    twoSided: Double?,
    twoSidedInterval: ClosedRange<Double>?,
    precision: [Int: Double],
    sameOutputAP: Double?
  ) {
    self.ap = ap
    self.apInterval = apInterval
    self.auroc = auroc
    self.twoSided = twoSided
    self.twoSidedInterval = twoSidedInterval
    self.precision = precision
    self.sameOutputAP = sameOutputAP
  }
}

/// A ranking's chance line with what it means for tagged rows.
public struct EvaluatedChance: Sendable, Hashable {
  /// The line, or why there is none.
  public let chance: Chance
  /// Of the rows above it, those with the tag.
  public let tagged: Int

  package init(chance: Chance, tagged: Int) {
    self.chance = chance
    self.tagged = tagged
  }
}

/// Retrieval of an estimator's scores beside its rivals, under the same measures.
public struct Evaluation: Sendable, Hashable {
  /// Name of the estimator, never `auto`, and of a centring that is not its own.
  public let estimator: String
  /// The tag whose rows are to be found.
  public let tag: String
  /// The decoys' tag.
  public let against: String?
  /// Number of queries with the tag.
  public let queries: Int
  /// Whether the queries were scored as one group.
  public let grouped: Bool
  /// Share of training rows with the tag: the chance level of `ap`.
  public let prevalence: Double
  /// The estimator's figures.
  public let retrieval: Retrieval
  /// Rivals by name: text search (`same-completion`, `bm25`, …) and `low-volatility`, which ranks rows by
  /// how little their losses move over the models.
  public let baselines: [String: Retrieval]
  /// Share of the between-model variance that all control rows have in common; `nil` when unknown.
  public var commonShare: Double?
  /// The chance line of each ranking of a tagged query, or of their group, and what is above it.
  public let chances: [EvaluatedChance]
  /// What the intervals are a bootstrap over.
  public let sampling: Sampling
  /// Training rows that the run read, the others ranking last; `nil` for all of them.
  public let candidates: Int?
  /// How much a candidate filter missed; `nil` where that is not known, or for more than one ranking.
  public let audit: AuditEstimate?

  package init(
    estimator: String,
    tag: String,
    against: String?,
    queries: Int,
    grouped: Bool,
    prevalence: Double,
    retrieval: Retrieval,
    baselines: [String: Retrieval],
    chances: [EvaluatedChance],
    sampling: Sampling = .models,
    candidates: Int? = nil,
    audit: AuditEstimate? = nil
  ) {
    self.estimator = estimator
    self.tag = tag
    self.against = against
    self.queries = queries
    self.grouped = grouped
    self.prevalence = prevalence
    self.retrieval = retrieval
    self.baselines = baselines
    self.chances = chances
    self.sampling = sampling
    self.candidates = candidates
    self.audit = audit
  }
}
