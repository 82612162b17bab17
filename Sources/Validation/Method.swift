package import Experiment
import Kernels
import ReferenceModels
import WhiteBox

/// One way to score training examples, with the name that configurations and tables use.
package struct Method: Sendable {
  /// What a method gave.
  package struct Outcome: Sendable {
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

    /// Creates an outcome.
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

  /// Its name.
  package let name: String
  /// What it needs of the models it explains.
  package let access: Leaderboard.Access
  /// Whether it can be used on what is at hand.
  let applies: @Sendable (Bench) -> Bool
  /// Scores the training examples.
  let score: @Sendable (Bench) async throws -> Outcome

  init(
    _ name: String,
    _ access: Leaderboard.Access,
    applies: @escaping @Sendable (Bench) -> Bool = { _ in true },
    _ score: @escaping @Sendable (Bench) async throws -> Outcome
  ) {
    self.name = name
    self.access = access
    self.applies = applies
    self.score = score
  }

  /// Every method: by perturbed models, gradients, trainings and the data alone.
  package static let all = perturbed + gradients + trained + simple
}

/// What methods share: the workshop, the settings, and perturbed models once they are trained.
actor Bench {
  nonisolated let workshop: Workshop
  nonisolated let settings: ValidationSettings
  private var perturbed: [PerturbedObjective: PerturbedModels] = [:]

  init(_ workshop: Workshop, _ settings: ValidationSettings) {
    self.workshop = workshop
    self.settings = settings
  }

  nonisolated var subject: Subject { workshop.subject }

  /// Ids of training examples and queries in every `Scores`.
  nonisolated var trainIDs: [String] { subject.train.indices.map { "train-\($0)" } }
  nonisolated var queryIDs: [String] { subject.queries.indices.map { "query-\($0)" } }

  /// The perturbed models of one objective, trained when first asked for.
  func models(_ objective: PerturbedObjective) async throws -> PerturbedModels {
    if let known = perturbed[objective] { return known }
    guard let recipe = settings.perturbations[objective], let count = settings.models.last else {
      throw ValidationError(
        "cannot make perturbed models of objective '\(objective.rawValue)'",
        cause: "the settings do not say how"
      )
    }
    let models = try await PerturbedModels(
      Perturbation(
        models: count,
        ratio: settings.ratio,
        start: settings.start,
        recipe: .descent(recipe),
        objective: objective,
        seed: settings.seed
      ),
      in: workshop
    )
    perturbed[objective] = models
    return models
  }

  /// Wraps values, `values[query × N + example]`.
  nonisolated func scores(_ values: [Double], by name: String) -> Scores {
    Scores(
      estimator: name,
      train: trainIDs,
      queries: queryIDs,
      values: values,
      measurable: [Bool](repeating: true, count: subject.train.count)
    )
  }
}
