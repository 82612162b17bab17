package import Experiment
package import ReferenceModels
package import WhiteBox

/// What a validation does.
package struct ValidationSettings: Sendable, Hashable {
  /// Models that are trained for a ground truth.
  package struct Truth: Sendable, Hashable {
    /// Subsets, M, at least 3.
    package var models: Int
    /// Share of the training examples in each.
    package var ratio: Double
    /// Trainings of each subset.
    package var seeds: Int
    /// How they are trained; `nil` for the target's own recipe.
    package var recipe: Recipe?

    /// Creates a description.
    package init(models: Int, ratio: Double = 0.5, seeds: Int = 1, recipe: Recipe? = nil) {
      self.models = models
      self.ratio = ratio
      self.seeds = seeds
      self.recipe = recipe
    }
  }

  /// Removal of the most influential examples.
  package struct Removal: Sendable, Hashable {
    /// Numbers of examples to remove.
    package var sizes: [Int]
    /// Trainings without each set.
    package var seeds: Int
    /// The methods whose lists are removed.
    package var methods: [String]

    /// Creates a description.
    package init(sizes: [Int], seeds: Int, methods: [String]) {
      self.sizes = sizes
      self.seeds = seeds
      self.methods = methods
    }
  }

  /// Leaving sets of examples out of further training.
  package struct Sensitivity: Sendable, Hashable {
    /// Sets of examples that are left out, one after another.
    package var groups: Int
    /// Examples in each set.
    package var size: Int
    /// Paired seeds to average over.
    package var seeds: Int
    /// Epochs at which agreement is measured, ascending.
    package var epochs: [Int]
    /// How the target is trained on; its epochs are replaced by each of `epochs`.
    package var recipe: GradientDescent

    /// Creates a description.
    package init(groups: Int, size: Int, seeds: Int, epochs: [Int], recipe: GradientDescent) {
      self.groups = groups
      self.size = size
      self.seeds = seeds
      self.epochs = epochs
      self.recipe = recipe
    }
  }

  /// Budgets of the methods that train on subsets.
  package struct Valuation: Sendable, Hashable {
    /// Most permutations for Shapley and Beta-Shapley values.
    package var permutations: Int
    /// Subsets for Banzhaf values and datamodels.
    package var subsets: Int
    /// Sets that the training examples are parted into for leaving out and for permutations.
    package var groups: Int

    /// Creates budgets.
    package init(permutations: Int, subsets: Int, groups: Int) {
      self.permutations = permutations
      self.subsets = subsets
      self.groups = groups
    }
  }

  /// Seed of everything.
  package var seed: UInt64
  /// Ground truth by retraining.
  package var truth: Truth
  /// Ground truth by further training from the target.
  package var further: Truth?
  /// Numbers of perturbed models, ascending; the last is what the leaderboard shows.
  package var models: [Int]
  /// Share of the training examples in each perturbed model's subset.
  package var ratio: Double
  /// What perturbed models start from.
  package var start: Start
  /// How perturbed models are trained, by objective.
  package var perturbations: [PerturbedObjective: GradientDescent]
  /// Budgets of the methods that train on subsets.
  package var valuation: Valuation?
  /// Damping λ of influence functions, beside the ridge.
  package var damping: Double
  /// Removal of the most influential examples.
  package var removal: Removal?
  /// Leaving examples out of further training.
  package var sensitivity: Sensitivity?
  /// Names of the methods wanted; `nil` for all.
  package var methods: [String]?
  /// Draws of each bootstrap.
  package var draws: Int

  /// Creates settings.
  package init(
    seed: UInt64 = 0,
    truth: Truth,
    further: Truth? = nil,
    models: [Int],
    ratio: Double = 0.5,
    start: Start = .target,
    perturbations: [PerturbedObjective: GradientDescent],
    valuation: Valuation? = nil,
    damping: Double = 0,
    removal: Removal? = nil,
    sensitivity: Sensitivity? = nil,
    methods: [String]? = nil,
    draws: Int = 500
  ) {
    self.seed = seed
    self.truth = truth
    self.further = further
    self.models = models
    self.ratio = ratio
    self.start = start
    self.perturbations = perturbations
    self.valuation = valuation
    self.damping = damping
    self.removal = removal
    self.sensitivity = sensitivity
    self.methods = methods
    self.draws = draws
  }
}
