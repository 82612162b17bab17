import Runs
import Experiment

/// What a hosted run does where its configuration says nothing.
enum HostedRecipe {
  /// Perturbed models: fewer make rankings a lottery on real language models.
  static let models = 25
  /// Share of the training set each of them sees.
  static let subsetRatio = 0.3
  /// How perturbed models are trained.
  static let hyperparameters = Hyperparameters(epochs: 1, batchSize: 8, learningRateMultiplier: 1)
  /// How θ0 is trained when the run trains it.
  static let target = Hyperparameters(epochs: 4, batchSize: 8, learningRateMultiplier: 1)
  /// All of it.
  static let settings = RunSettings(
    name: "",
    provider: "",
    models: models,
    subset: .ratio(subsetRatio),
    hyperparameters: hyperparameters,
    targetHyperparameters: target
  )
  /// Requests in flight.
  static let concurrency = 64
}
