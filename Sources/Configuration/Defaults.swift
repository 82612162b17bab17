package import Attribution
package import Experiment
import FoundationEssentials
package import ReferenceModels
package import Scenarios

/// What happens where a user says nothing: the one place for defaults of configurations and commands.
///
/// Values of prompts stand in `PromptPerturbation`, because a plan compares all ways to make them, and
/// those of generated data in `GeneratedRecipe`.
package enum Defaults {
  /// How many models a run makes, and how.
  package struct Models: Sendable, Hashable {
    /// Perturbed models, K.
    package var count: Int
    /// Share of the training set that each of them sees.
    package var subsetRatio: Double
    /// Where each of them starts.
    package var start: Start
    /// How they are trained.
    package var hyperparameters: Hyperparameters
    /// How θ0 is trained when the run trains it.
    package var target: Hyperparameters
    /// Fine-tunes at once, where the trainer does not say how many it takes.
    package var parallelJobs: Int
  }

  /// Who trains and scores where no trainer, scorer or target is named: the reference model.
  package static let provider = RunConfiguration.local

  /// On hosts, where fewer models make rankings a lottery.
  package static let hosted = Models(
    count: 25,
    subsetRatio: 0.3,
    start: .target,
    hyperparameters: Hyperparameters(epochs: 1, batchSize: 8, learningRateMultiplier: 1),
    target: Hyperparameters(epochs: 4, batchSize: 8, learningRateMultiplier: 1),
    parallelJobs: 1
  )
  /// On the reference model: what measured best there.
  package static let local = Models(
    count: 25,
    subsetRatio: 0.1,
    start: .base,
    hyperparameters: Hyperparameters(epochs: 4, batchSize: 2, learningRateMultiplier: 1),
    target: ReferenceProvider.defaults,
    parallelJobs: ProcessInfo.processInfo.activeProcessorCount
  )
  /// The DAUNCE paper's protocol on the reference model: one short pass on from θ0.
  package static let paper = Models(
    count: local.count,
    subsetRatio: local.subsetRatio,
    start: .target,
    hyperparameters: Hyperparameters(epochs: 1, batchSize: 16, learningRateMultiplier: 1),
    target: local.target,
    parallelJobs: local.parallelJobs
  )
  /// Which way a mirrored job goes: down finds rows best, and few hosts take weights below 0.
  package static func direction(isLocal: Bool) -> MirrorPerturbation.Direction {
    isLocal ? .down : .up
  }
  /// What a mirrored job starts from.
  ///
  /// A step down unlearns what θ0 has learned. A step up learns it from a base that has not, whereas θ0's
  /// losses have nowhere to fall.
  package static func start(
    of direction: MirrorPerturbation.Direction,
    isBaseKnown: Bool
  ) -> Start {
    direction == .up && isBaseKnown ? .base : .target
  }
  /// The small step of a mirrored job.
  ///
  /// - Parameters:
  ///   - start: What it starts from; θ0 has learned the rows, and a large step moves them all alike.
  ///   - isLocal: Whether on the reference model.
  /// - Returns: All three hyperparameters.
  package static func step(from start: Start, isLocal: Bool) -> Hyperparameters {
    switch (start, isLocal) {
    case (.base, true): Hyperparameters(epochs: 2, batchSize: 8, learningRateMultiplier: 1)
    case (.target, true): Hyperparameters(epochs: 4, batchSize: 8, learningRateMultiplier: 0.1)
    case (.base, false): Hyperparameters(epochs: 2, batchSize: 8, learningRateMultiplier: 1)
    case (.target, false): Hyperparameters(epochs: 2, batchSize: 8, learningRateMultiplier: 0.1)
    }
  }
  /// Seeds of a step.
  package static let stepSeeds = 3
  /// Shape of the reference model.
  package static let architecture = Architecture.demo
  /// Pairs of a model and a training row that are read twice.
  package static let repeatedRows = 32
  /// Pairs of a model and a query that are read twice.
  package static let repeatedQueries = 8
  /// Seed of everything random.
  package static let seed: UInt64 = 0
  /// Requests in flight.
  package static let concurrency = 64
  /// Requests for embeddings in flight.
  package static let embeddingRequests = 4
  /// How losses are read: the provider chooses.
  package static let scoringMethod = "auto"
  /// How losses become scores: by purpose.
  package static let estimator = "auto"
  /// What scores are for.
  package static let purpose = Purpose.retrieval
  /// Length of a list of examples.
  package static let top = 20
  /// Length of a behaviour's list on a page that is kept.
  package static let reported = 50
  /// Length of the list of each of its queries there.
  package static let reportedSingles = 5

  /// Which training rows are read where not all are.
  package enum Candidates {
    /// Rows that text search picks for each query, by prompt and by completion.
    package static let nearest = 100
    /// Rows that a probing run picks for each query.
    package static let top = 100
    /// Share of the other rows that is drawn at random, to tell what is missed.
    package static let audit = 0.1
  }

  /// `daunce demo`.
  package enum Demo {
    /// Perturbed models where a behaviour has many separate causes, unlike a single trigger.
    private static let manyCauses = 200
    /// Trainings that a proof may take.
    package static let trainings = 16
    /// Share of the rows that each model sees where it must learn a kind of text, not a word: with a tenth
    /// it sees ten planted rows, and takes them for any odd text.
    private static let generalRatio = 0.3
    /// Perturbed models there.
    private static let generalModels = 40

    /// How many models a scenario's run makes, and how.
    package static func models(_ scenario: Scenario) -> Models {
      var models = local
      switch scenario {
      case .trigger: break
      case .topic, .falsehood: models.count = manyCauses
      case .pattern, .order:
        models.count = generalModels
        models.subsetRatio = generalRatio
      }
      return models
    }
    /// Length of the list of examples.
    package static let top = 10
  }

  /// `daunce sandbox`.
  package enum Sandbox {
    /// Port on 127.0.0.1.
    package static let port = 8000
    /// Fine-tuning jobs at once.
    package static let jobs = 4
    /// Seconds that a hanging request hangs.
    package static let hang = 60.0
    /// Seed of the faults and of the base model.
    package static let seed: UInt64 = 1
    /// Models whose weights are kept in memory.
    package static let modelsInMemory = 64
  }

  /// `daunce validate`.
  package enum Lab {
    /// Retrained models of a ground truth, M.
    package static let truthModels = 100
    /// Trainings of each of its subsets.
    package static let truthSeeds = 1
    /// Share of the training examples in each subset, of a ground truth or of perturbed models.
    package static let subsetRatio = 0.5
    /// Numbers of perturbed models.
    package static let models = [50]
    /// Where they start.
    package static let start = Start.target
    /// Draws of each bootstrap.
    package static let draws = 500
    /// Damping λ of influence functions, beside the ridge.
    package static let damping = 0.0
    /// Examples a step.
    package static let batchSize = 32
    /// λ of the penalty where training goes to convergence.
    package static let ridge = 1e-3
    /// Largest component of the gradient that counts as zero there.
    package static let tolerance = 1e-6
    /// Tags of planted examples and of decoys, where the data are no scenario.
    package static let planted = (tag: "trigger", decoys: "decoy")
    /// A table is asked one row in so many, unless numbers of rows are given.
    package static let queryShare = 5

    /// Most permutations for Shapley values.
    package static let permutations = 10
    /// Subsets for Banzhaf values and datamodels.
    package static let valuationSubsets = 100
    /// Sets that the training examples are parted into for leaving out and for permutations.
    package static let valuationGroups = 20

    /// Most queries that counterfactuals look at one by one.
    package static let counterfactualQueries = 20
    /// Trainings without each set of removed examples.
    package static let removalSeeds = 1
    /// Examples of each query that a step is made on.
    package static let tailPatchTop = 5

    /// Sets of examples that are left out of further training.
    package static let leftOutGroups = 50
    /// Examples in each set.
    package static let leftOutSize = 1
    /// Paired seeds to average over.
    package static let leftOutSeeds = 5
    /// Epochs at which agreement is measured.
    package static let leftOutEpochs = [1]

    /// Shape of a transformer.
    package static let transformer = Architecture(
      width: 32,
      layers: 2,
      heads: 2,
      vocabulary: 512,
      context: 256
    )
    /// Rank of its adapters; their α is twice the rank.
    package static let rank = 4
    /// Epochs that its base is trained.
    package static let baseEpochs = 10
    /// Activation of a perceptron.
    package static let perceptronActivation = Activation.tanh
    /// Activation of a convolutional network.
    package static let convolutionActivation = Activation.relu
    /// Channels of its layers.
    package static let channels = [8]
    /// Width of its kernels.
    package static let kernel = 3
    /// Channels of an image.
    package static let imageChannels = 1
  }
}
