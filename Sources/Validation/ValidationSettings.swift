package import Attribution
package import Experiment
package import ReferenceModels

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

    package init(models: Int, ratio: Double, seeds: Int, recipe: Recipe? = nil) {
      self.models = models
      self.ratio = ratio
      self.seeds = seeds
      self.recipe = recipe
    }
  }

  /// Trainings that put chosen methods' lists to the test.
  package struct Counterfactuals: Sendable, Hashable {
    /// Removal of the best examples for all queries together.
    package struct RemovalTest: Sendable, Hashable {
      /// Numbers of examples to remove.
      package var sizes: [Int]
      /// Trainings without each set.
      package var seeds: Int

      package init(sizes: [Int], seeds: Int) {
        self.sizes = sizes
        self.seeds = seeds
      }
    }

    /// A step on a query's best examples, one at a time.
    package struct TailPatchTest: Sendable, Hashable {
      /// Examples of each query.
      package var top: Int
      /// Length of the step.
      package var learningRate: Double

      package init(top: Int, learningRate: Double) {
        self.top = top
        self.learningRate = learningRate
      }
    }

    /// The methods whose lists are tested.
    package var methods: [String]
    /// Most queries that are looked at one by one.
    package var queries: Int
    /// Removal for all queries together.
    package var removal: RemovalTest?
    /// Numbers of examples to remove for each query by itself, ascending.
    package var brittleness: [Int]?
    /// Steps on single examples.
    package var tailPatch: TailPatchTest?

    package init(
      methods: [String],
      queries: Int,
      removal: RemovalTest? = nil,
      brittleness: [Int]? = nil,
      tailPatch: TailPatchTest? = nil
    ) {
      self.methods = methods
      self.queries = queries
      self.removal = removal
      self.brittleness = brittleness
      self.tailPatch = tailPatch
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

    package init(groups: Int, size: Int, seeds: Int, epochs: [Int], recipe: GradientDescent) {
      self.groups = groups
      self.size = size
      self.seeds = seeds
      self.epochs = epochs
      self.recipe = recipe
    }
  }

  /// Budgets of the methods that train on subsets.
  package struct ValuationBudget: Sendable, Hashable {
    /// Most permutations for Shapley and Beta-Shapley values.
    package var permutations: Int
    /// Subsets for Banzhaf values and datamodels.
    package var subsets: Int
    /// Sets that the training examples are parted into for leaving out and for permutations.
    package var groups: Int

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
  package var valuation: ValuationBudget?
  /// Damping λ of influence functions, beside the ridge.
  package var damping: Double
  /// Trainings that put chosen methods' lists to the test.
  package var counterfactuals: Counterfactuals?
  /// Leaving examples out of further training.
  package var sensitivity: Sensitivity?
  /// Names of the methods wanted; `nil` for all.
  package var methods: [String]?
  /// Whether small scores are set to 0 before sums of them are judged, at a level that is chosen on one
  /// half of the retrained models and judged on the other; `nil` leaves them.
  package var threshold: Threshold.Kind?
  /// Draws of each bootstrap.
  package var draws: Int

  package init(
    seed: UInt64,
    truth: Truth,
    further: Truth? = nil,
    models: [Int],
    ratio: Double,
    start: Start,
    perturbations: [PerturbedObjective: GradientDescent],
    valuation: ValuationBudget? = nil,
    damping: Double,
    counterfactuals: Counterfactuals? = nil,
    sensitivity: Sensitivity? = nil,
    methods: [String]? = nil,
    threshold: Threshold.Kind? = nil,
    draws: Int
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
    self.counterfactuals = counterfactuals
    self.sensitivity = sensitivity
    self.methods = methods
    self.threshold = threshold
    self.draws = draws
  }
}
