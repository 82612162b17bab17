/// How a host fine-tunes; what is `nil` is OpenAI's way.
package struct TrainingProfile: Sendable, Hashable, Decodable {
  /// By what a job is told from others when the reply to its creation was lost.
  package enum Tag: String, Sendable, Hashable, Decodable {
    /// `metadata: { daunce_job: KEY }`.
    case metadata
    /// `tags: [KEY]`.
    case tags
    /// The suffix of the model's name, and the training file, which no other job shares.
    case suffix
    /// The client chooses the job's id.
    case id
  }

  /// Where an example's weight goes.
  package enum Weights: String, Sendable, Hashable, Decodable {
    /// `weight` beside `messages` or `prompt`, a number of 0 or more.
    case topLevel = "top-level"
  }

  /// Where the host's API is split over paths; `nil` members are OpenAI's.
  package struct Paths: Sendable, Hashable, Decodable {
    /// From the host's root, for a job API that is not below the base URL; `{account}` is replaced.
    package var root: String?
    /// Files.
    package var files: String?
    /// Fine-tuning jobs.
    package var jobs: String?
    /// Models.
    package var models: String?
  }

  /// How hyperparameters are named and where they go.
  package struct HyperparameterNames: Sendable, Hashable, Decodable {
    /// Where they go in the body of a job.
    package enum Place: String, Sendable, Hashable, Decodable {
      /// `method.supervised.hyperparameters`.
      case method
      /// `hyperparameters`.
      case hyperparameters
      /// The body itself.
      case body
    }

    /// Where they go.
    package var place: Place
    /// Name of the number of epochs.
    package var epochs: String
    /// Name of the examples a step; `nil` when the host lets nobody choose.
    package var batchSize: String?
    /// Name of the learning rate.
    package var learningRate: String
    /// The rate that a multiplier of 1 stands for; `nil` when the host itself takes multipliers.
    package var learningRateBase: Double?
    /// Further members that are always sent beside them.
    package var members: [String: JSON]?
  }

  /// The host's words for how a job has ended, beside those that many hosts use (`StateWord`).
  package struct Statuses: Sendable, Hashable, Decodable {
    /// The model is there.
    package var succeeded: [String]
    /// It ended without a model.
    package var failed: [String]
    /// Somebody stopped it.
    package var cancelled: [String]

    /// OpenAI's words.
    static let usual = Statuses(
      succeeded: ["succeeded"],
      failed: ["failed"],
      cancelled: ["cancelled"]
    )
  }

  /// Whose job protocol it speaks.
  package var wire: JobWireKind
  /// Jobs it runs side by side.
  package var parallelJobs: Int
  /// Smallest training set it accepts.
  package var minimumExamples: Int
  /// Whether a job may start from an already tuned model.
  package var continuesTuned: Bool
  /// Member that names the tuned model to continue from, beside `model`; `nil` is `model` itself.
  package var continuation: String?
  /// Its paths.
  package var paths: Paths?
  /// Names of hyperparameters.
  package var hyperparameters: HyperparameterNames?
  /// Words for how a job stands.
  package var statuses: Statuses?
  /// How jobs are tagged; `nil` is by suffix.
  package var tag: Tag?
  /// Query item by which jobs are listed by their tag; `nil` lists all.
  package var filter: String?
  /// Whether jobs can be listed; `nil` is yes.
  package var lists: Bool?
  /// Most characters of a suffix; `nil` sends none.
  package var suffixLength: Int?
  /// Member that takes the seed; `nil` when training cannot be seeded.
  package var seed: String?
  /// Whether the training file is named in a list with a weight for each file.
  package var filesAreListed: Bool?
  /// Where an example's weight goes; `nil` when all weigh the same.
  package var weights: Weights?
  /// Whether training files begin with a byte order mark.
  package var byteOrderMark: Bool?
  /// Further members of every job's body.
  package var members: [String: JSON]?
  /// Seconds before the first look at a running job; later ones wait longer, up to 30 times that.
  package var pollSeconds: Double?
}

extension TrainingProfile {
  /// The names in use.
  var names: HyperparameterNames {
    hyperparameters
      ?? HyperparameterNames(
        place: .method,
        epochs: "n_epochs",
        batchSize: "batch_size",
        learningRate: "learning_rate_multiplier"
      )
  }

  /// The words in use.
  var words: Statuses { statuses ?? .usual }

  /// The first value that was given and that its wire does not read; `nil` for none.
  package var unread: String? {
    let given = [
      ("continuation", continuation != nil), ("filter", filter != nil), ("seed", seed != nil),
      ("filesAreListed", filesAreListed != nil), ("suffixLength", suffixLength != nil),
      ("paths.root", paths?.root != nil),
    ]
    return given.first { $0.1 && wire.ignored.contains($0.0) }?.0
  }
}
