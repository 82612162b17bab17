public import Experiment

/// What the scores are wanted for; no estimator is best at both.
public enum Purpose: String, Sendable, Hashable, CaseIterable {
  /// Find the examples behind a behaviour.
  case retrieval
  /// Predict what happens when examples are left out.
  case counterfactual
}

/// What the user asks for: an estimator by name, or a choice made from the run.
public enum EstimatorRequest: Sendable, Hashable {
  /// Choose by purpose, start, grouping and number of models.
  case auto
  /// Use this one.
  case named(Estimator)
  /// Use this one, of a run of in-context probing.
  case probing(Probing.Estimator)
  /// Use this one, of a run of mirrored jobs.
  case mirror(Mirroring.Estimator)

  /// All that a user can write, `auto` first.
  public static var allCases: [EstimatorRequest] {
    [.auto] + Estimator.allCases.map(Self.named) + Probing.Estimator.allCases.map(Self.probing)
      + Mirroring.Estimator.allCases.map(Self.mirror)
  }

  /// The names of all that read a matrix, `auto` first.
  static func names(for matrix: MatrixKind) -> String {
    allCases.filter { $0.matrix ?? matrix == matrix }.map(\.name).joined(separator: ", ")
  }

  /// The matrix that it reads; `nil` when that is for the run to say.
  public var matrix: MatrixKind? {
    switch self {
    case .auto: nil
    case .named: Estimator.matrix
    case .probing: Probing.Estimator.matrix
    case .mirror: Mirroring.Estimator.matrix
    }
  }

  /// The name a user writes.
  public var name: String {
    switch self {
    case .auto: "auto"
    case .named(let estimator): estimator.rawValue
    case .probing(let estimator): estimator.rawValue
    case .mirror(let estimator): estimator.rawValue
    }
  }

  /// Reads a name as the user wrote it.
  ///
  /// - Parameter name: The name of one of `allCases`.
  /// - Throws: `unknownEstimator`, with all names in the hint.
  public init(name: String) throws(AttributionError) {
    guard let known = Self(rawValue: name) else {
      throw AttributionError(
        .unknownEstimator,
        "cannot use estimator '\(name)'",
        cause: "there is none of this name",
        hint: "choose one of \(Self.allCases.map(\.name).joined(separator: ", "))"
      )
    }
    self = known
  }
}

extension EstimatorRequest: RawRepresentable, CaseIterable {
  /// The name a user writes.
  public var rawValue: String { name }

  /// `nil` for a name that nothing has.
  public init?(rawValue: String) {
    guard let known = Self.allCases.first(where: { $0.name == rawValue }) else { return nil }
    self = known
  }
}

/// An estimator with the view of the losses it should be given.
public struct EstimatorChoice: Sendable, Hashable {
  /// The estimator.
  public let estimator: Estimator
  /// The part of the completion whose losses it reads.
  public let view: LossView
  /// One sentence for the user; `nil` when the user chose.
  public let reason: String?

  package init(estimator: Estimator, view: LossView, reason: String?) {
    self.estimator = estimator
    self.view = view
    self.reason = reason
  }

  /// The rules behind `auto`, in one place.
  ///
  /// - Parameters:
  ///   - purpose: What the scores are for.
  ///   - start: What the perturbed models started from.
  ///   - grouped: Whether several queries that show one behaviour are asked as one.
  ///   - models: Perturbed models, K.
  ///   - view: The part of the completion that the user asked for; `nil` leaves it to the rules.
  ///   - openings: Whether first tokens tell training rows apart; read for groups alone.
  /// - Returns: The choice and its reason.
  public static func recommended(
    purpose: Purpose,
    start: Start,
    grouped: Bool,
    models: Int,
    view: LossView? = nil,
    openings: Openings = .differ
  ) -> EstimatorChoice {
    let choice = recommended(
      purpose: purpose,
      start: start,
      grouped: grouped,
      models: models,
      openings: openings
    )
    guard let view, view != choice.view else { return choice }
    return EstimatorChoice(
      estimator: choice.estimator,
      view: view,
      reason: choice.estimator != .logDC || !grouped
        ? choice.reason
        : "log-dc: \(groupsAreFound)"
          + (view == .firstToken ? "; first tokens were asked for, yet \(openings.seen)" : "")
    )
  }

  private static let groupsAreFound =
    "log losses without the models' common drift find the rows behind a group's behaviour best"

  private static func recommended(
    purpose: Purpose,
    start: Start,
    grouped: Bool,
    models: Int,
    openings: Openings
  ) -> EstimatorChoice {
    switch (purpose, start, grouped) {
    case (.retrieval, _, true) where openings == .differ:
      EstimatorChoice(
        estimator: .logDC,
        view: .firstToken,
        reason: "log-dc on first tokens: \(groupsAreFound), and the first token decides what kind "
          + "of answer is given"
      )
    case (.retrieval, _, true):
      EstimatorChoice(
        estimator: .logDC,
        view: .sum,
        reason: "log-dc on whole completions: \(groupsAreFound), and first tokens cannot tell them "
          + "apart: \(openings.seen)"
      )
    case (.retrieval, _, false) where models < 6:
      EstimatorChoice(
        estimator: .logDC,
        view: .sum,
        reason: "log-dc: with only \(models) models, feedback would amplify a few lucky rows"
      )
    case (.retrieval, _, false):
      EstimatorChoice(
        estimator: .logDCFeedback,
        view: .sum,
        reason:
          "log-dc-feedback: a single query's profile is noisy, and its ten best rows sharpen it"
      )
    case (.counterfactual, .base, _):
      EstimatorChoice(
        estimator: .halfNorm,
        view: .sum,
        reason: "half-norm: from the base model it predicts removal best, because it keeps part of "
          + "each row's scale"
      )
    case (.counterfactual, .target, _):
      EstimatorChoice(
        estimator: .correlation,
        view: .sum,
        reason: "correlation: from a converged target the rows' loss scales differ too much for "
          + "any estimator that keeps them"
      )
    }
  }
}
