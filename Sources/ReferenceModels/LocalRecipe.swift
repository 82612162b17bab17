package import Experiment

/// What the provider `local` does where a configuration is silent: the defaults that measured best.
package struct LocalRecipe: Sendable, Hashable {
  /// Perturbed models, K.
  package var models = 25
  /// Share of the training set that each perturbed model sees.
  package var subsetRatio = 0.1
  /// Where each perturbed model starts.
  package var start = Start.base
  /// How perturbed models are trained.
  package var hyperparameters = Hyperparameters(epochs: 4, batchSize: 2, learningRateMultiplier: 1)
  /// How θ0 is trained.
  package var target = Hyperparameters(epochs: 3, batchSize: 16, learningRateMultiplier: 1)
  /// Shape of every model.
  package var architecture = Architecture.demo

  /// The recipe of this version.
  package static let standard = LocalRecipe()

  /// The DAUNCE paper's protocol on the same model: one short pass on from θ0.
  package static let paper = LocalRecipe(
    start: .target,
    hyperparameters: Hyperparameters(epochs: 1, batchSize: 16, learningRateMultiplier: 1)
  )

  /// Floating-point operations a core does in a second while it trains or reads losses, for plans only.
  package static let operationsPerCore = 1e11
}
