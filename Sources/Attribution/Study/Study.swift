public import Experiment
import Statistics

/// How a study is asked to score.
public struct Method: Sendable, Hashable {
  /// An estimator by name, or `auto`.
  public var estimator: EstimatorRequest
  /// What the scores are for; `auto` reads it.
  public var purpose: Purpose
  /// The losses' view; `nil` is what `auto` picks, or the sum for an estimator by name.
  public var view: LossView?
  /// How a group's queries are blended; `nil` decides by whether their losses move together.
  public var blend: QueryProfile.Blend?
  /// What is taken out of all losses alike; `nil` is what the estimator does by itself.
  public var centring: Centring?
  /// Tag of the training rows that centring reads; `nil` is all rows.
  public var control: String?

  /// What is asked; by default, what suits the losses best.
  public init(
    estimator: EstimatorRequest = .auto,
    purpose: Purpose = .retrieval,
    view: LossView? = nil,
    blend: QueryProfile.Blend? = nil,
    centring: Centring? = nil,
    control: String? = nil
  ) {
    self.estimator = estimator
    self.purpose = purpose
    self.view = view
    self.blend = blend
    self.centring = centring
    self.control = control
  }
}

/// A finished (or half-finished) experiment, ready to be asked what explains its queries.
public struct Study {
  /// Training examples and queries.
  public let corpus: Corpus
  /// The draws behind the models, one a row of the losses.
  public let design: SubsetDesign
  /// Gives the loss matrix seen through a view.
  let losses: (LossView) throws -> LossMatrix
  /// Gives the second readings of pairs read twice, seen through a view.
  let repeats: (LossView) throws -> [RepeatedReading]
  /// What the losses are compared with where each row is θ0 behind a query; `nil` for other models.
  let probes: Probing.Source?
  /// Whether the draws are of queries: models are steps on them, and one is the start.
  let isMirrored: Bool
  /// The training rows that were to be read; `nil` for all of them.
  let candidates: Candidates?
  /// Gives the embeddings of the corpus, where there are some.
  let embeddings: () throws -> EmbeddedCorpus?
  /// Models that were to be made, those without losses included.
  let planned: Int
  /// What works out chance lines.
  let arithmetic: any BlockArithmetic

  /// Creates a study.
  ///
  /// - Parameters:
  ///   - corpus: Training examples and queries, in the order of the losses' columns.
  ///   - design: The draws, in the order of the losses' rows.
  ///   - repeats: Second readings of pairs read twice, through the view asked for.
  ///   - probes: What the losses are compared with where each row is θ0 behind a query.
  ///   - isMirrored: Whether the draws are of queries, as in `SubsetDesign.mirror`.
  ///   - candidates: The training rows that were to be read; `nil` for all of them.
  ///   - embeddings: The embeddings of the corpus; `nil` where there are none.
  ///   - planned: Models that were to be made; `nil` is as many as there are draws.
  ///   - arithmetic: What works out chance lines.
  ///   - losses: The loss matrix, through the view asked for.
  public init(
    corpus: Corpus,
    design: SubsetDesign,
    repeats: @escaping (LossView) throws -> [RepeatedReading] = { _ in [] },
    probes: Probing.Source? = nil,
    isMirrored: Bool = false,
    candidates: Candidates? = nil,
    embeddings: @escaping () throws -> EmbeddedCorpus? = { nil },
    planned: Int? = nil,
    arithmetic: any BlockArithmetic = PlainArithmetic(),
    losses: @escaping (LossView) throws -> LossMatrix
  ) {
    self.corpus = corpus
    self.design = design
    self.repeats = repeats
    self.probes = probes
    self.isMirrored = isMirrored
    self.candidates = candidates
    self.embeddings = embeddings
    self.planned = planned ?? design.models
    self.arithmetic = arithmetic
    self.losses = losses
  }

  /// The study of the first of its models alone: what a cheaper run would have had.
  ///
  /// - Parameter models: How many; all where there are fewer.
  /// - Returns: The study.
  public func first(_ models: Int) -> Study {
    guard models < design.models else { return self }
    return Study(
      corpus: corpus,
      design: design.first(models),
      repeats: { [repeats] view in try repeats(view).filter { $0.model < models } },
      probes: probes.map {
        Probing.Source(queries: Array($0.queries.prefix(models)), target: $0.target)
      },
      isMirrored: isMirrored,
      candidates: candidates,
      embeddings: embeddings,
      planned: models,
      arithmetic: arithmetic,
      losses: { [losses] view in try losses(view).first(models) }
    )
  }

  /// Estimator, losses and noise for one question.
  struct Preparation {
    let attributor: any Attributing
    /// Why `auto` picked the estimator; `nil` when the user named it.
    let reason: String?
    /// Losses that are not there, of those the method reads.
    let missing: Int
    /// Losses known only by a bound.
    let censored: Int
    let noise: NoiseFloor?
    let common: CommonComponent?
    /// The losses over random subsets; `nil` for other models.
    let losses: LossMatrix?
  }

  /// All scores of single queries, or of one group.
  ///
  /// - Parameters:
  ///   - ids: Queries by id; all when empty.
  ///   - grouped: Whether they are asked as one.
  ///   - method: How to score.
  /// - Returns: Scores in corpus order.
  /// - Throws: `AttributionError`, or what the source of the losses throws.
  public func scores(
    queries ids: [String] = [],
    grouped: Bool = false,
    method: Method = Method()
  ) throws -> Scores {
    let positions = try positions(ids)
    let prepared = try prepare(method, for: positions, grouped: grouped)
    let profiles = profiles(of: positions, grouped: grouped, method, prepared.attributor)
    try requireMeasurable(profiles, prepared)
    return try prepared.attributor.scores(for: profiles)
  }

  /// The highest-scoring examples of single queries.
  ///
  /// - Parameters:
  ///   - count: Length of each list.
  ///   - method: How to score.
  /// - Returns: One list a query, best first; empty where its losses do not tell.
  /// - Throws: `AttributionError`, or what the source of the losses throws.
  public func top(_ count: Int, method: Method = Method()) throws -> [[ScoredExample]] {
    let positions = Array(corpus.queries.indices)
    let prepared = try prepare(method, for: positions, grouped: false)
    let profiles = profiles(of: positions, grouped: false, method, prepared.attributor)
    try requireMeasurable(profiles, prepared)
    return try prepared.attributor.top(count, for: profiles)
  }

  /// The chance lines of single queries, or of one group: which scores are more than luck.
  ///
  /// - Parameters:
  ///   - ids: Queries by id; all when empty.
  ///   - grouped: Whether they are asked as one.
  ///   - method: How to score.
  ///   - seed: Seed of the shuffles.
  /// - Returns: The profiles' names, as `Scores` has them, with their lines.
  /// - Throws: `AttributionError`, or what the source of the losses throws.
  public func chances(
    queries ids: [String] = [],
    grouped: Bool = false,
    method: Method = Method(),
    seed: UInt64 = 0
  ) throws -> [(query: String, chance: Chance)] {
    let positions = try positions(ids)
    let prepared = try prepare(method, for: positions, grouped: grouped)
    let profiles = profiles(of: positions, grouped: grouped, method, prepared.attributor)
    try requireMeasurable(profiles, prepared)
    return Array(
      zip(profiles.map(\.name), chances(of: profiles, prepared.attributor, seed: seed))
    )
  }

  /// The chance lines of profiles.
  func chances(
    of profiles: [QueryProfile],
    _ attributor: any Attributing,
    seed: UInt64
  ) -> [Chance] {
    attributor.chance(for: profiles, permutations: 1000, seed: seed, arithmetic: arithmetic)
  }

  /// Refuses profiles none of which can be scored, and says why the first cannot.
  ///
  /// - Parameters:
  ///   - profiles: What is asked.
  ///   - prepared: What it is scored with.
  /// - Throws: `notMeasurable`, or what the source of the losses throws.
  func requireMeasurable(_ profiles: [QueryProfile], _ prepared: Preparation) throws {
    guard let first = profiles.first,
      !profiles.contains(where: prepared.attributor.isMeasurable)
    else { return }
    let whole = try wholeLosses(for: profiles, prepared)
    guard varies(first, whole) else {
      // The estimator's own error: it knows what would help.
      _ = try prepared.attributor.top(1, for: profiles)
      return
    }
    throw AttributionError.notMeasurable(
      first,
      obstacle(to: first, prepared, whole: whole),
      hint: "--view sum reads whole completions"
    )
  }

  /// Why a profile that cannot be scored cannot, as a clause.
  ///
  /// - Parameters:
  ///   - profile: What is asked.
  ///   - prepared: What it is scored with.
  ///   - whole: What `wholeLosses` gave.
  /// - Returns: The clause, which says so where whole completions would do.
  func obstacle(
    to profile: QueryProfile,
    _ prepared: Preparation,
    whole: LossMatrix?
  ) -> String {
    let obstacle = prepared.attributor.obstacle(to: profile)
    return varies(profile, whole) ? obstacle + "; those of whole completions do vary" : obstacle
  }

  /// Losses of whole completions, where other ones are in use and some profile cannot be scored by them.
  ///
  /// - Parameters:
  ///   - profiles: What is asked.
  ///   - prepared: What it is scored with.
  /// - Returns: The losses, or `nil` where they would say nothing new.
  /// - Throws: What the source of the losses throws.
  func wholeLosses(for profiles: [QueryProfile], _ prepared: Preparation) throws -> LossMatrix? {
    guard let view = prepared.losses?.view, view != .sum,
      !profiles.allSatisfy(prepared.attributor.isMeasurable)
    else { return nil }
    return try losses(.sum)
  }

  private func varies(_ profile: QueryProfile, _ losses: LossMatrix?) -> Bool {
    guard let losses else { return false }
    return profile.members.contains { deviation(losses, query: $0).map { $0 > 0 } ?? false }
  }

  /// Picks estimator and view, loads the losses, measures the noise.
  ///
  /// - Parameters:
  ///   - method: How to score.
  ///   - positions: The queries.
  ///   - grouped: Whether they are asked as one.
  /// - Returns: What to score with.
  /// - Throws: `AttributionError`, or what the source of the losses throws.
  func prepare(_ method: Method, for positions: [Int], grouped: Bool) throws -> Preparation {
    if let probes {
      return try prepare(method, probes, asked: grouped ? positions.count : 1)
    }
    if isMirrored { return try prepareMirrored(method, for: positions, grouped: grouped) }
    let choice =
      switch method.estimator {
      case .probing(let estimator):
        throw AttributionError(
          .unknownEstimator,
          "cannot use estimator '\(estimator.rawValue)'",
          cause: "it compares losses behind queries, and this run has none",
          hint: "use perturbation.method: \"probing\", or another estimator"
        )
      case .mirror(let estimator):
        throw AttributionError(
          .unknownEstimator,
          "cannot use estimator '\(estimator.rawValue)'",
          cause: "it compares steps on the queries with their start, and this run has none",
          hint: "use perturbation.kind: \"mirror\", or another estimator"
        )
      case .named(let estimator):
        EstimatorChoice(estimator: estimator, view: method.view ?? .sum, reason: nil)
      case .auto:
        EstimatorChoice.recommended(
          purpose: method.purpose,
          start: design.start,
          grouped: grouped,
          models: design.models,
          view: method.view,
          openings: grouped && method.purpose == .retrieval
            && method.view ?? .firstToken == .firstToken
            ? try openings(of: positions) : .differ
        )
      }
    let matrix = try losses(choice.view)
    try require(matrix)
    let control = try method.control.map { tag throws(AttributionError) in try controlSet(tag) }
    let noise = NoiseFloor(repeats: try repeats(choice.view), losses: matrix)
    let attributor = try Attributor(
      losses: matrix,
      design: design,
      estimator: choice.estimator,
      noiseFraction: noise?.fraction ?? 0,
      // A control set without a way to use it asks for the simplest.
      centring: method.centring
        ?? (control != nil && choice.estimator.form.centring == .none ? .mean : nil),
      control: control
    )
    return Preparation(
      attributor: attributor,
      reason: choice.reason,
      missing: matrix.missing - leftOut * matrix.models.count,
      censored: matrix.censored,
      noise: noise,
      common: CommonComponent(matrix, control: control),
      losses: matrix
    )
  }

  /// Whether first tokens tell training rows apart for some queries: by texts, then by losses.
  private func openings(of positions: [Int]) throws -> Openings {
    let texts = Openings(
      of: positions.map { corpus.queries[$0].completion },
      among: corpus.train.map(\.completion)
    )
    guard texts == .differ else { return texts }
    return Openings(of: positions, first: try losses(.firstToken), whole: try losses(.sum))
  }

  /// What all losses of the training rows have in common.
  ///
  /// - Returns: `nil` for too few models, or when nothing varies.
  /// - Throws: What the source of the losses throws.
  public func commonComponent() throws -> CommonComponent? {
    CommonComponent(try losses(.sum))
  }

  /// Positions of the training rows with a tag.
  private func controlSet(_ tag: String) throws(AttributionError) -> [Int] {
    let rows = corpus.train.indices.filter { corpus.train[$0].tags.contains(same: tag) }
    guard rows.isEmpty else { return rows }
    throw AttributionError(
      .notFound,
      "cannot centre over control rows tagged '\(tag)'",
      cause: "no training row has this tag"
    )
  }

  /// The same where each row of the losses is θ0 behind a query.
  private func prepare(
    _ method: Method,
    _ probes: Probing.Source,
    asked: Int
  ) throws -> Preparation {
    guard method.centring == nil, method.control == nil else {
      throw AttributionError(
        .unknownEstimator,
        "cannot centre scores of in-context probing",
        cause: "they are differences of losses already",
        hint: "leave out --centre and --control"
      )
    }
    let estimator: Probing.Estimator
    let reason: String?
    switch method.estimator {
    case .auto:
      (estimator, reason) = Probing.Estimator.recommended(others: corpus.queries.count - asked)
    case .probing(let named): (estimator, reason) = (named, nil)
    case .named, .mirror:
      throw AttributionError(
        .unknownEstimator,
        "cannot use estimator '\(method.estimator.name)'",
        cause: "in-context probing draws no subsets whose losses it could compare",
        hint: "choose one of \(EstimatorRequest.names(for: .queries))"
      )
    }
    let view = method.view ?? .sum
    let matrix = try losses(view)
    try require(matrix)
    let attributor = try Probing(
      losses: matrix,
      queries: probes.queries,
      target: probes.target(view),
      estimator: estimator
    )
    return Preparation(
      attributor: attributor,
      reason: reason,
      missing: attributor.missing
        - leftOut * (matrix.models.count + (estimator == .difference ? 1 : 0)),
      censored: matrix.censored,
      noise: NoiseFloor(repeats: try repeats(view), losses: matrix),
      common: nil,
      losses: nil
    )
  }

  /// What intervals and halves are drawn from.
  var sampling: Sampling { probes != nil ? .queries : isMirrored ? .seeds : .models }

  /// Training rows that were not to be read.
  var leftOut: Int { candidates.map { $0.rest - $0.audit.count } ?? 0 }

  /// Refuses losses of other examples than the corpus's.
  func require(_ matrix: LossMatrix) throws(AttributionError) {
    guard matrix.train.areSame(as: corpus.train.map(\.id)),
      matrix.queries.areSame(as: corpus.queries.map(\.id)),
      candidates?.areRows(of: corpus) ?? true
    else {
      throw AttributionError(
        .mismatch,
        "cannot score the corpus",
        cause: "the losses or the candidates are of other examples"
      )
    }
  }

  /// Positions of queries by id, in corpus order; of all queries when no id is given.
  func positions(_ ids: [String]) throws(AttributionError) -> [Int] {
    let wanted = Set(ids.map { ByteText($0) })
    let known = corpus.queries.map { ByteText($0.id) }
    if let unknown = wanted.subtracting(known).min()?.text {
      throw AttributionError(
        .notFound,
        "cannot find query '\(unknown)'",
        cause: "no query has this id",
        hint: "ids come from the query file, or are query-<line> counted from 0"
      )
    }
    return known.indices.filter { ids.isEmpty || wanted.contains(known[$0]) }
  }

  /// One profile a query, or one for them all.
  ///
  /// A group is averaged when its queries' losses move together (mean correlation at least 0.4), and
  /// else each example goes with the queries nearest to it.
  func profiles(
    of positions: [Int],
    grouped: Bool,
    _ method: Method,
    _ attributor: any Attributing
  ) -> [QueryProfile] {
    guard grouped, positions.count > 1 else {
      return positions.map { QueryProfile(name: corpus.queries[$0].id, members: [$0]) }
    }
    let coherence = attributor.coherence(of: positions) ?? 1
    let blend = method.blend ?? (coherence >= 0.4 ? .average : .nearest)
    let how = blend == .average ? "averaged" : "each row by its 3 nearest"
    return [
      QueryProfile(
        name: "group of \(positions.count) queries, \(how)",
        members: positions,
        blend: blend
      )
    ]
  }
}
