package import Experiment

/// One way to score training examples, with the name that configurations and tables use.
package struct AttributionMethod: Sendable {
  /// Its name.
  package let name: String
  /// What it needs of the models it explains.
  package let access: Leaderboard.Access
  /// Whether it can be used on what is at hand.
  let applies: @Sendable (MethodContext) -> Bool
  /// Scores the training examples.
  let score: @Sendable (MethodContext) async throws -> MethodOutput

  init(
    _ name: String,
    _ access: Leaderboard.Access,
    applies: @escaping @Sendable (MethodContext) -> Bool = { _ in true },
    _ score: @escaping @Sendable (MethodContext) async throws -> MethodOutput
  ) {
    self.name = name
    self.access = access
    self.applies = applies
    self.score = score
  }

  /// Every method: by perturbed models, gradients, trainings and the data alone.
  package static let all = perturbed + gradients + trained + simple
}

/// What a method gave.
package struct MethodOutput: Sendable {
  /// N scores for each of Q queries.
  package var scores: Scores
  /// How much each training example speaks for itself: high for one learnt by heart.
  package var selfScores: [Double]?
  /// Models it trained.
  package var trainings: Int
  /// Passes over the training set.
  package var passes: Double
  /// Seconds of one core in its trainings; `nil` for those of all that were trained meanwhile.
  package var trainingSeconds: Double?
  /// What a reader should know of how it came about.
  package var note: String?

  package init(
    scores: Scores,
    selfScores: [Double]? = nil,
    trainings: Int = 0,
    passes: Double = 0,
    trainingSeconds: Double? = nil
  ) {
    self.scores = scores
    self.selfScores = selfScores
    self.trainings = trainings
    self.passes = passes
    self.trainingSeconds = trainingSeconds
  }
}
