/// Why losses could not be turned into scores, or a design could not be drawn.
public struct AttributionError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What kind of failure, for callers that want to act on it.
  public enum Code: Sendable, Hashable {
    /// The design asks for what the data cannot give.
    case invalidDesign
    /// No estimator has this name, or none of this kind of run.
    case unknownEstimator
    /// Fewer perturbed models were read than the estimator needs.
    case tooFewModels
    /// Losses, design and corpus do not belong together.
    case mismatch
    /// No query has losses that vary between models.
    case notMeasurable
    /// A query or a tag is not in the corpus.
    case notFound
    /// A measured outcome is NaN or infinite: a training that diverged.
    case notFinite
  }

  /// What kind of failure.
  public let code: Code
  /// What failed and on what, such as `cannot score query 'q7'`.
  public let failure: String
  /// The cause in words.
  public let cause: String
  /// What the user can do about it.
  public let hint: String?

  package init(_ code: Code, _ failure: String, cause: String, hint: String? = nil) {
    self.code = code
    self.failure = failure
    self.cause = cause
    self.hint = hint
  }

  /// A training that diverged.
  static func notFinite(_ value: Double, query: String, trainedOn size: Int) -> AttributionError {
    AttributionError(
      .notFinite,
      "cannot use a model trained on \(size) examples",
      cause: "its outcome for query '\(query)' is \(value)",
      hint: "training diverged; lower the learning rate"
    )
  }

  /// A query or group without losses to score by.
  static func notMeasurable(
    _ profile: QueryProfile,
    _ cause: String,
    hint: String? = "read the queries again, or choose queries the models disagree on"
  ) -> AttributionError {
    AttributionError(
      .notMeasurable,
      profile.isGroup ? "cannot score the \(profile.name)" : "cannot score query '\(profile.name)'",
      cause: cause,
      hint: hint
    )
  }

  /// `<failure>: <cause>`, without the hint.
  public var description: String { "\(failure): \(cause)" }
}
