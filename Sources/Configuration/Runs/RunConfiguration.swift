package import Attribution
package import Experiment
package import Hosts
package import ReferenceModels

/// What a run is asked to do, as its configuration file says it.
///
/// Values are checked one by one when the file is read; what they mean together for a provider is
/// decided where the run is wired. Paths are already resolved against the file's folder.
package struct RunConfiguration: Sendable, Hashable {
  /// Name of the embedded reference model's provider.
  package static let local = "local"
  /// The provider of configurations whose trainer is a program of the user's.
  package static let command = "command"

  /// Where the examples are.
  package struct Data: Sendable, Hashable {
    /// Path of the training examples.
    package var train: String
    /// Path of the query examples.
    package var queries: String
  }

  /// The model to be explained, θ0.
  package struct Target: Sendable, Hashable {
    /// The provider's name for it; `nil` when the run is to train it from `base`.
    package var model: String?
    /// What it was tuned from, if known.
    package var base: String?
    /// Passes over the training set when the run trains it; `nil` is the default.
    package var epochs: Int?
  }

  /// Where a provider is reached and with which key.
  package struct Endpoint: Sendable, Hashable {
    /// Name of the provider, such as `local`.
    package var provider: String
    /// Address of its API; `nil` is the provider's own.
    package var baseURL: String?
    /// Where the key is found; never the key.
    package var apiKey: SecretSource?
    /// Whether plain `http` may be spoken to another machine.
    package var allowsPlainHTTP = false

    package init(
      provider: String,
      baseURL: String? = nil,
      apiKey: SecretSource? = nil,
      allowsPlainHTTP: Bool = false
    ) {
      self.provider = provider
      self.baseURL = baseURL
      self.apiKey = apiKey
      self.allowsPlainHTTP = allowsPlainHTTP
    }
  }

  /// An external program as the trainer.
  package struct Command: Sendable, Hashable {
    /// Program and arguments that train, or hand a job in.
    package var train: [String]
    /// Program and arguments that ask for a job handed in; `nil` when `train` waits itself.
    package var poll: [String]?
  }

  /// What fine-tunes.
  package struct Trainer: Sendable, Hashable {
    /// Where.
    package var endpoint: Endpoint
    /// How; what is `nil` is the provider's default.
    package var hyperparameters: Hyperparameters
    /// Jobs side by side; `nil` leaves it to the provider.
    package var parallelJobs: Int?
    /// How long a job takes as a rule, queueing included, for the hours of a plan.
    package var minutesPerJob: Double?
    /// Longest wait for what may never come, such as a job in a state that nobody knows; `nil` is the
    /// provider's own.
    package var patienceMinutes: Double?
    /// Shape of the reference model, completed by defaults; only with the provider `local`.
    package var architecture: Architecture?
    /// The program to run; only, and always, with the provider `command`.
    package var command: Command?
  }

  /// What reads losses.
  package struct Scorer: Sendable, Hashable {
    /// Where; the trainer's endpoint unless the file names another provider.
    package var endpoint: Endpoint
    /// How losses are read; `auto` lets the provider choose.
    package var method: String
    /// Requests in flight; `nil` leaves it to the provider.
    package var concurrency: Int?
    /// Requests a minute; `nil` is no limit of ours.
    package var requestsPerMinute: Int?
    /// How tuned models are served.
    package var serving = ServingOptions()
  }

  /// How large each random subset of the training set is.
  package enum SubsetSize: Sendable, Hashable {
    /// A share of the training set, above 0 and at most 1.
    case ratio(Double)
    /// A number of examples, at least 1.
    case count(Int)
  }

  /// When a run has models enough.
  package enum Stop: String, CaseIterable, Sendable {
    /// Once rows are above chance and the best of them stay the same.
    case stable
  }

  /// How perturbed models are made.
  package struct Perturbation: Sendable, Hashable {
    /// Number of perturbed models, K, at most where it is growing; `nil` is the default.
    package var models: Int?
    /// When a run whose models are made batch by batch ends; `nil` makes all of them.
    package var stop: Stop?
    /// Size of each subset; `nil` is the default.
    package var subset: SubsetSize?
    /// Where each perturbed model starts; `nil` is the default.
    package var start: Start?
    /// Seed of all random choices.
    package var seed: UInt64
    /// Whether members get random weights.
    package var weighted: Bool
    /// Prompts in front of θ0 in the place of fine-tunes; `nil` fine-tunes.
    package var prompts: PromptPerturbation?
    /// Small steps on the queries in the place of fine-tunes on rows; `nil` for other models.
    package var mirror: Mirror?
  }

  /// Small steps on the queries of each behaviour.
  package struct Mirror: Sendable, Hashable {
    /// Steps on each behaviour, at least 1.
    package var seeds: Int
    /// Which way they go; `nil` is the default.
    package var direction: MirrorPerturbation.Direction?
    /// How; what is `nil` is the default of a small step, whatever the trainer's other models have.
    package var hyperparameters: Hyperparameters

    package init(
      seeds: Int = Defaults.stepSeeds,
      direction: MirrorPerturbation.Direction? = nil,
      hyperparameters: Hyperparameters = Hyperparameters()
    ) {
      self.seeds = seeds
      self.direction = direction
      self.hyperparameters = hyperparameters
    }
  }

  /// What perturbs a model.
  package enum PerturbationKind: String, Sendable, Hashable, CaseIterable {
    /// Fine-tunes on subsets.
    case finetune
    /// Prompts in front of θ0.
    case prompt
    /// Small steps on the queries.
    case mirror
  }

  /// Named settings of BDPL.
  package enum OptimizerPreset: String, Sendable, Hashable, CaseIterable {
    /// A small fraction of the paper's cost.
    case frugal
    /// The paper's.
    case paper
  }

  /// Which training rows are read.
  package struct CandidateFilter: Sendable, Hashable {
    /// Rows that text search picks for each query, by prompt and by completion.
    package var nearest = Defaults.Candidates.nearest
    /// Path of the store of a probing run that picks rows too; `nil` for none.
    package var probing: String?
    /// Rows that it picks for each query.
    package var top = Defaults.Candidates.top
    /// Share of the other rows that is drawn at random, to tell what is missed.
    package var audit = Defaults.Candidates.audit
  }

  /// Where texts are embedded, for evidence beside the scores.
  package struct Embeddings: Sendable, Hashable {
    /// Where.
    package var endpoint: Endpoint
    /// The host's name of the model.
    package var model: String
  }

  /// What may be spent.
  package struct Budget: Sendable, Hashable {
    /// Most US dollars; `nil` is no limit.
    package var dollars: Double?
    /// Path of a price list; `nil` is the built-in one.
    package var prices: String?
  }

  /// What the run is called; the file's name without its extension unless given.
  package var name: String
  /// Where the examples are.
  package var data: Data
  /// The model to be explained; `nil` only with the provider `local`, which tunes its own.
  package var target: Target?
  /// What fine-tunes.
  package var trainer: Trainer
  /// What reads losses.
  package var scorer: Scorer
  /// How perturbed models are made.
  package var perturbation: Perturbation
  /// Which training rows are read; `nil` reads all.
  package var candidates: CandidateFilter?
  /// Where the examples' prompts are embedded; `nil` for nowhere.
  package var embeddings: Embeddings?
  /// Name of the estimator; `auto` picks by purpose.
  package var estimator: String
  /// What may be spent.
  package var budget: Budget
}
