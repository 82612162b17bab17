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

  /// Creates a request.
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
  private let losses: (LossView) throws -> LossMatrix
  /// Gives the second readings of pairs priced twice, seen through a view.
  private let repeats: (LossView) throws -> [RepeatedPrice]

  /// Creates a study.
  ///
  /// - Parameters:
  ///   - corpus: Training examples and queries, in the order of the losses' columns.
  ///   - design: The draws, in the order of the losses' rows.
  ///   - repeats: Second readings of pairs priced twice, through the view asked for.
  ///   - losses: The loss matrix, through the view asked for.
  public init(
    corpus: Corpus,
    design: SubsetDesign,
    repeats: @escaping (LossView) throws -> [RepeatedPrice] = { _ in [] },
    losses: @escaping (LossView) throws -> LossMatrix
  ) {
    self.corpus = corpus
    self.design = design
    self.repeats = repeats
    self.losses = losses
  }

  /// Estimator, view, losses and noise for one question.
  struct Preparation {
    let choice: EstimatorChoice
    let attributor: Attributor
    let losses: LossMatrix
    let noise: NoiseFloor?
    let common: CommonComponent?
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
    let attributor = try prepare(method, grouped: grouped).attributor
    return try attributor.scores(
      for: profiles(of: positions, grouped: grouped, method, attributor)
    )
  }

  /// Picks estimator and view, loads the losses, measures the noise.
  func prepare(_ method: Method, grouped: Bool) throws -> Preparation {
    var choice =
      switch method.estimator {
      case .named(let estimator):
        EstimatorChoice(estimator: estimator, view: method.view ?? .sum, reason: nil)
      case .auto:
        EstimatorChoice.recommended(
          purpose: method.purpose,
          start: design.start,
          grouped: grouped,
          models: design.models
        )
      }
    if let view = method.view {
      choice = EstimatorChoice(estimator: choice.estimator, view: view, reason: choice.reason)
    }
    var matrix = try losses(choice.view)
    if method.view == nil, choice.view != .sum, matrix.missing == matrix.values.count {
      choice = EstimatorChoice(
        estimator: choice.estimator,
        view: .sum,
        reason: choice.reason.map { "\($0) (on whole completions: no such losses were observed)" }
      )
      matrix = try losses(.sum)
    }
    guard matrix.train == corpus.train.map(\.id), matrix.queries == corpus.queries.map(\.id) else {
      throw AttributionError(
        .mismatch,
        "cannot score the corpus",
        cause: "the losses are of other examples"
      )
    }
    let control = try method.control.map { tag throws(AttributionError) in try controlSet(tag) }
    let noise = NoiseFloor(repeats: try repeats(choice.view), losses: matrix)
    let attributor = try Attributor(
      losses: matrix,
      design: design,
      estimator: choice.estimator,
      noiseFraction: noise?.fraction ?? 0,
      // A control set without a way to use it asks for the simplest.
      centring: method.centring
        ?? (control != nil && choice.estimator.recipe.centring == .none ? .mean : nil),
      control: control
    )
    return Preparation(
      choice: choice,
      attributor: attributor,
      losses: matrix,
      noise: noise,
      common: CommonComponent(matrix, control: control)
    )
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
    let rows = corpus.train.indices.filter { corpus.train[$0].tags.contains(tag) }
    guard rows.isEmpty else { return rows }
    throw AttributionError(
      .notFound,
      "cannot centre over control rows tagged '\(tag)'",
      cause: "no training row has this tag"
    )
  }

  /// Positions of queries by id, in corpus order; of all queries when no id is given.
  func positions(_ ids: [String]) throws(AttributionError) -> [Int] {
    let wanted = Set(ids)
    if let unknown = wanted.subtracting(corpus.queries.map(\.id)).sorted().first {
      throw AttributionError(
        .notFound,
        "cannot find query '\(unknown)'",
        cause: "no query has this id",
        hint: "ids come from the query file, or are query-<line> counted from 0"
      )
    }
    return corpus.queries.indices.filter { ids.isEmpty || wanted.contains(corpus.queries[$0].id) }
  }

  /// One profile a query, or one for them all.
  ///
  /// A group is averaged when its queries' losses move together (mean correlation at least 0.4), and
  /// else each example goes with the queries nearest to it.
  func profiles(
    of positions: [Int],
    grouped: Bool,
    _ method: Method,
    _ attributor: Attributor
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
