import Attribution
import Configuration
import Experiment
import Terminal

/// An estimator as the user names it.
struct EstimatorName: RawRepresentable, CaseIterable, Sendable, Hashable {
  /// `auto` or the estimator's name.
  let rawValue: String

  /// Takes a name; `nil` if there is no such estimator.
  init?(rawValue: String) {
    guard EstimatorRequest.names.contains(rawValue) else { return nil }
    self.rawValue = rawValue
  }

  private init(known name: String) { rawValue = name }

  /// Chosen by the run.
  static let auto = EstimatorName(known: "auto")
  /// All names.
  static var allCases: [EstimatorName] { EstimatorRequest.names.map(EstimatorName.init(known:)) }
}

/// Which losses to read, as the user names them.
enum ViewName: String, CaseIterable, Sendable {
  /// What suits the question.
  case auto
  /// The whole completion.
  case sum
  /// The whole completion, an average token.
  case mean
  /// The first token.
  case firstToken = "first-token"

  /// The view, `nil` for `auto`.
  var view: LossView? { LossView(rawValue: rawValue) }
}

/// What is taken out of all losses alike, as the user names it.
enum CentringName: String, CaseIterable, Sendable {
  /// What the estimator does by itself.
  case auto
  /// Nothing.
  case none
  /// Each model's mean over the control rows.
  case mean
  /// Each column's regression on what the control rows share.
  case regression

  /// The centring, `nil` for `auto`.
  var centring: Centring? { Centring(rawValue: rawValue) }
}

/// What the user says about how to score.
struct ScoringOptions: Sendable, Hashable {
  /// The estimator.
  var estimator = EstimatorName.auto
  /// The losses it reads.
  var view = ViewName.auto
  /// What the scores are for.
  var purpose = Defaults.purpose
  /// Whether all queries are asked as one.
  var isGrouped = false
  /// What is taken out of all losses alike.
  var centring = CentringName.auto
  /// Tag of the training rows that centring reads.
  var control: String?

  /// How a study is to score.
  ///
  /// - Returns: The request.
  /// - Throws: `AttributionError` for an unknown estimator.
  func method() throws(AttributionError) -> Method {
    Method(
      estimator: try EstimatorRequest(name: estimator.rawValue),
      purpose: purpose,
      view: view.view,
      centring: centring.centring,
      control: control
    )
  }
}

/// Options of a command that scores.
protocol Scored: Sendable {
  /// What was chosen.
  var scoring: ScoringOptions { get set }
}

extension Flag where Options: Scored {
  /// Options about scoring.
  static func scoring(group: String) -> [Flag] {
    let flags: [Flag] = [
      .toggle("group", group, \Options.scoring.isGrouped),
      .choice("estimator", "NAME", "how losses become scores", \Options.scoring.estimator),
      .choice("view", "VIEW", "which part of a completion counts", \Options.scoring.view),
      .choice("purpose", "PURPOSE", "what 'auto' picks for", \Options.scoring.purpose),
      .choice("centre", "WAY", "what all losses share is taken out", \Options.scoring.centring),
      .value(
        "control",
        "TAG",
        "training rows that centring reads; default: all",
        \Options.scoring.control
      ),
    ]
    return flags.map { $0.grouped("scoring") }
  }
}
