/// Attribution scores: one number for each training example and query profile.
///
/// A positive score means the example helps the query: its presence lowers the query's loss.
public struct Scores: Sendable, Hashable {
  /// Name of the estimator that was used (never `auto`).
  public let estimator: String
  /// Ids of the training examples: N names.
  public let train: [String]
  /// Name of each query profile: a query's id, or a group's name.
  public let queries: [String]
  /// `values[query × N + example]`; 0 where an example is not measurable.
  public let values: [Double]
  /// Per training example: whether its losses vary enough to be scored at all.
  public let measurable: [Bool]

  package init(
    estimator: String,
    train: [String],
    queries: [String],
    values: [Double],
    measurable: [Bool]
  ) {
    self.estimator = estimator
    self.train = train
    self.queries = queries
    self.values = values
    self.measurable = measurable
  }

  /// All training examples' scores for one query profile.
  public func row(query: Int) -> ArraySlice<Double> {
    values[query * train.count..<(query + 1) * train.count]
  }
}

/// One line of a list of influential examples.
public struct RankedExample: Sendable, Hashable {
  /// 1 is the most helpful.
  public let rank: Int
  /// The training example's id.
  public let id: String
  /// Its score.
  public let score: Double
  /// Interval of 95 %: how far this one score depends on the draw of models, queries or seeds.
  ///
  /// It says nothing about the best of many rows, `ChanceLine` does; `nil` for too few to draw from.
  public let interval: ClosedRange<Double>?
  /// The user's labels.
  public let tags: [String]
  /// Prompt and completion as one line.
  public let text: String
  /// Words of the text that the query (or half of a query group) shares, rarest first.
  public let sharedWords: [String]

  package init(
    rank: Int,
    id: String,
    score: Double,
    interval: ClosedRange<Double>?,
    tags: [String],
    text: String,
    sharedWords: [String]
  ) {
    self.rank = rank
    self.id = id
    self.score = score
    self.interval = interval
    self.tags = tags
    self.text = text
    self.sharedWords = sharedWords
  }
}

/// A word that is more frequent among the top rows than in the training set.
public struct EnrichedWord: Sendable, Hashable {
  /// The word as written.
  public let word: String
  /// Top rows that hold it.
  public let top: Int
  /// Training rows that hold it.
  public let corpus: Int
  /// Share among the top rows divided by share in the training set.
  public let lift: Double

  package init(word: String, top: Int, corpus: Int, lift: Double) {
    self.word = word
    self.top = top
    self.corpus = corpus
    self.lift = lift
  }
}

/// What plain text search says about the same queries, beside the method.
public struct TextEvidence: Sendable, Hashable {
  /// Of the top rows, how many have the very completion of a query.
  public let sameCompletion: Int
  /// Training rows with the very completion of a query.
  public let sameCompletionInCorpus: Int
  /// Of the top rows, how many are also among BM25's top rows for the queries' prompts.
  public let bm25Overlap: Int
  /// How many top rows were looked at.
  public let top: Int
  /// Words over-represented among the top rows, strongest first.
  public let enriched: [EnrichedWord]
  /// Two or three words in a row that are over-represented among the top rows, where no word of theirs
  /// tells as much, strongest first.
  public let phrases: [EnrichedWord]
  /// A sentence when text alone already explains the list, else `nil`.
  public let verdict: String?

  package init(
    sameCompletion: Int,
    sameCompletionInCorpus: Int,
    bm25Overlap: Int,
    top: Int,
    enriched: [EnrichedWord],
    phrases: [EnrichedWord] = [],
    verdict: String?
  ) {
    self.phrases = phrases
    self.sameCompletion = sameCompletion
    self.sameCompletionInCorpus = sameCompletionInCorpus
    self.bm25Overlap = bm25Overlap
    self.top = top
    self.enriched = enriched
    self.verdict = verdict
  }
}

/// How much a candidate filter missed, told by a random sample of the rows it left out.
public struct AuditEstimate: Sendable, Hashable {
  /// Length k of the list of picked rows that others are compared with.
  public let top: Int
  /// Rows of the sample that have a score.
  public let audited: Int
  /// Of those, rows that score higher than the picked rows' k-th.
  public let above: Int
  /// Rows that were not picked, the sample included.
  public let rest: Int
  /// 95 % interval of Clopper and Pearson for the share of such rows among the rest.
  public let share: ClosedRange<Double>

  package init(top: Int, audited: Int, above: Int, rest: Int, share: ClosedRange<Double>) {
    self.top = top
    self.audited = audited
    self.above = above
    self.rest = rest
    self.share = share
  }

  /// The picked rows' share of all rows that score at least as high as their k-th.
  public var recall: Double { recall(at: Double(above) / Double(max(1, audited))) }

  /// The same at both ends of the interval of the share.
  public var recallInterval: ClosedRange<Double> {
    let low = recall(at: share.upperBound)
    return low...max(low, recall(at: share.lowerBound))
  }

  private func recall(at share: Double) -> Double {
    Double(top) / (Double(top) + share * Double(rest))
  }
}

/// What a bootstrap draws from.
public enum Sampling: String, Sendable, Hashable {
  /// The perturbed models.
  case models
  /// The queries of a group, where each model is θ0 behind one of them.
  case queries
  /// The seeds of a step, where each model is a step on queries.
  case seeds
}

/// What a list of scores rests on.
public struct Reliability: Sendable, Hashable {
  /// Perturbed models used.
  public let models: Int
  /// Perturbed models planned.
  public var planned: Int
  /// Between-model standard deviation over repeated-reading standard deviation; `nil` when no pair
  /// was read twice, infinite when repeats agree exactly.
  public let signalToNoise: Double?
  /// Pairs read twice.
  public let repeats: Int
  /// Share of bootstrap draws in which a listed row above the chance line stays above it, the mean over such
  /// rows; `nil` where there is none, or nothing to draw from.
  public let stability: Double?
  /// Training columns whose losses are constant or missing, of those that were to be read.
  public let notMeasurable: Int
  /// Training rows that the run losses; `nil` for all of them.
  public let candidates: Int?
  /// Entries missing from the loss matrix.
  public let missing: Int
  /// Entries known only by a bound.
  public let censored: Int
  /// Share of the between-model variance that all control rows have in common; `nil` when unknown.
  public let commonShare: Double?
  /// What intervals and `stability` are drawn from.
  public let sampling: Sampling

  package init(
    models: Int,
    planned: Int,
    signalToNoise: Double?,
    repeats: Int,
    stability: Double?,
    notMeasurable: Int,
    missing: Int,
    censored: Int,
    sampling: Sampling = .models,
    candidates: Int? = nil,
    commonShare: Double? = nil
  ) {
    self.commonShare = commonShare
    self.models = models
    self.planned = planned
    self.signalToNoise = signalToNoise
    self.repeats = repeats
    self.stability = stability
    self.notMeasurable = notMeasurable
    self.missing = missing
    self.censored = censored
    self.sampling = sampling
    self.candidates = candidates
  }
}

/// The highest-scoring examples for one query or one group of queries.
public struct QueryFindings: Sendable, Hashable {
  /// The query's id, or the group's name.
  public let query: String
  /// Number of queries behind it.
  public let queries: Int
  /// The query's text as one line; `nil` for a group.
  public let text: String?
  /// Name of the estimator, never `auto`.
  public let estimator: String
  /// Why `auto` picked it; `nil` when the user named it.
  public let reason: String?
  /// The ranking's chance line, or why it has none.
  public let chance: Chance
  /// Highest scores first.
  public let examples: [RankedExample]
  /// Text search beside the method.
  public let evidence: TextEvidence
  /// What the list rests on.
  public var reliability: Reliability
  /// How much a candidate filter missed; `nil` where all rows were read, or that is not known.
  public let audit: AuditEstimate?

  package init(
    query: String,
    queries: Int,
    text: String?,
    estimator: String,
    reason: String?,
    chance: Chance,
    examples: [RankedExample],
    evidence: TextEvidence,
    reliability: Reliability,
    audit: AuditEstimate? = nil
  ) {
    self.query = query
    self.queries = queries
    self.text = text
    self.estimator = estimator
    self.reason = reason
    self.chance = chance
    self.examples = examples
    self.evidence = evidence
    self.reliability = reliability
    self.audit = audit
  }

  /// Examples of the list that are above the chance line; `nil` where there is no line.
  public var listedAbove: Int? { chance.line.map { min($0.above, examples.count) } }
}
