import Attribution
import Configuration
import Experiment
import Terminal

/// A choice that the user may leave to the program, by the name `auto`.
enum OrAuto<Choice: RawRepresentable<String> & CaseIterable & Sendable>: RawRepresentable,
  CaseIterable, Sendable
{
  case auto
  case choice(Choice)

  init?(rawValue: String) {
    guard rawValue != "auto" else {
      self = .auto
      return
    }
    guard let choice = Choice(rawValue: rawValue) else { return nil }
    self = .choice(choice)
  }

  var rawValue: String { choice?.rawValue ?? "auto" }

  static var allCases: [Self] { [.auto] + Choice.allCases.map(Self.choice) }

  /// The choice; `nil` for `auto`.
  var choice: Choice? { if case .choice(let choice) = self { choice } else { nil } }
}

/// What the user says about how to score.
struct ScoringOptions: Sendable {
  /// The estimator.
  var estimator = EstimatorRequest.auto
  /// The losses it reads.
  var view = OrAuto<LossView>.auto
  /// What the scores are for.
  var purpose = Defaults.purpose
  /// Whether all queries are asked as one.
  var isGrouped = false
  /// What is taken out of all losses alike.
  var centring = OrAuto<Centring>.auto
  /// Tag of the training rows that centring reads.
  var control: String?

  /// How a study is to score.
  var method: Method {
    Method(
      estimator: estimator,
      purpose: purpose,
      view: view.choice,
      centring: centring.choice,
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
