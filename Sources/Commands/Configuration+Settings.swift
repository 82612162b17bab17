import Runs
import Experiment

extension Configuration {
  /// A run's settings: a provider's recipe, and what the configuration says in its place.
  ///
  /// Every provider is read by this one function, so that a key means the same for all of them:
  /// `trainer.hyperparameters` is for all models, but for epochs, of which θ0 has its own.
  /// - Parameter recipe: What the provider does where the configuration says nothing.
  /// - Returns: The settings.
  func settings(completing recipe: RunSettings) -> RunSettings {
    var settings = recipe
    settings.name = name
    settings.models = perturbation.models ?? recipe.models
    switch perturbation.subset {
    case .ratio(let ratio): settings.subset = .ratio(ratio)
    case .count(let size): settings.subset = .size(size)
    case nil: break
    }
    settings.start = perturbation.start ?? (perturbation.prompts == nil ? recipe.start : .target)
    settings.seed = perturbation.seed
    settings.weighted = perturbation.weighted
    settings.prompts = perturbation.prompts
    settings.hyperparameters = trainer.hyperparameters.completed(by: recipe.hyperparameters)
    var said = trainer.hyperparameters
    said.epochs = target?.epochs
    settings.targetHyperparameters = said.completed(by: recipe.targetHyperparameters)
    settings.target = target?.model.map { ModelReference($0) }
    settings.base = target?.base.map { ModelReference($0) }
    settings.parallelJobs = trainer.parallelJobs ?? recipe.parallelJobs
    return settings
  }
}

extension Hyperparameters {
  /// These, and another's where these say nothing.
  fileprivate func completed(by other: Hyperparameters) -> Hyperparameters {
    Hyperparameters(
      epochs: epochs ?? other.epochs,
      batchSize: batchSize ?? other.batchSize,
      learningRateMultiplier: learningRateMultiplier ?? other.learningRateMultiplier
    )
  }
}
