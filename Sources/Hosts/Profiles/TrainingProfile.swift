/// How a host fine-tunes; what is `nil` is OpenAI's way.
public struct TrainingProfile: Sendable, Hashable, Decodable {
  /// Whose job protocol it speaks.
  public enum Wire: String, Sendable, Hashable, Decodable {
    /// OpenAI's files and fine-tuning jobs, with variations told by the other fields.
    case openai
    /// Together AI's.
    case together
    /// Fireworks AI's.
    case fireworks
  }

  /// By what a job is told from others when the reply to its creation was lost.
  public enum Tag: String, Sendable, Hashable, Decodable {
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
  public enum Weights: String, Sendable, Hashable, Decodable {
    /// `weight` beside `messages` or `prompt`, a number of 0 or more.
    case topLevel = "top-level"
  }

  /// Where the host's API is split over paths; `nil` members are OpenAI's.
  public struct Paths: Sendable, Hashable, Decodable {
    /// From the host's root, for a job API that is not below the base URL; `{account}` is replaced.
    public var root: String?
    /// Files.
    public var files: String?
    /// Fine-tuning jobs.
    public var jobs: String?
    /// Models.
    public var models: String?
  }

  /// How hyperparameters are named and where they go.
  public struct HyperparameterNames: Sendable, Hashable, Decodable {
    /// Where they go in the body of a job.
    public enum Place: String, Sendable, Hashable, Decodable {
      /// `method.supervised.hyperparameters`.
      case method
      /// `hyperparameters`.
      case hyperparameters
      /// The body itself.
      case body
    }

    /// Where they go.
    public var place: Place
    /// Name of the number of epochs.
    public var epochs: String
    /// Name of the examples a step; `nil` when the host lets nobody choose.
    public var batchSize: String?
    /// Name of the learning rate.
    public var learningRate: String
    /// The rate that a multiplier of 1 stands for; `nil` when the host itself takes multipliers.
    public var learningRateBase: Double?
    /// Further members that are always sent beside them.
    package var members: [String: JSON]?
  }

  /// The host's words for how a job has ended, beside those that many hosts use (`StateWord`).
  public struct Statuses: Sendable, Hashable, Decodable {
    /// The model is there.
    public var succeeded: [String]
    /// It ended without a model.
    public var failed: [String]
    /// Somebody stopped it.
    public var cancelled: [String]
  }

  /// Whose job protocol it speaks.
  public var wire: Wire
  /// Jobs it runs side by side.
  public var parallelJobs: Int
  /// Smallest training set it accepts.
  public var minimumExamples: Int
  /// Whether a job may start from an already tuned model.
  public var continuesTuned: Bool
  /// Member that names the tuned model to continue from, beside `model`; `nil` is `model` itself.
  public var continuation: String?
  /// Its paths.
  public var paths: Paths?
  /// Names of hyperparameters.
  public var hyperparameters: HyperparameterNames?
  /// Words for how a job stands.
  public var statuses: Statuses?
  /// How jobs are tagged; `nil` is by suffix.
  public var tag: Tag?
  /// Query item by which jobs are listed by their tag; `nil` lists all.
  public var filter: String?
  /// Whether jobs can be listed; `nil` is yes.
  public var lists: Bool?
  /// Most characters of a suffix; `nil` sends none.
  public var suffixLength: Int?
  /// Member that takes the seed; `nil` when training cannot be seeded.
  public var seed: String?
  /// Whether the training file is named in a list with a weight for each file.
  public var filesAreListed: Bool?
  /// Where an example's weight goes; `nil` when all weigh the same.
  public var weights: Weights?
  /// Whether training files begin with a byte order mark.
  public var byteOrderMark: Bool?
  /// Further members of every job's body.
  package var members: [String: JSON]?
  /// Seconds before the first look at a running job; later ones wait longer, up to 30 times that.
  public var pollSeconds: Double?
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
  var words: Statuses {
    statuses ?? Statuses(succeeded: ["succeeded"], failed: ["failed"], cancelled: ["cancelled"])
  }

  /// The first value that was given and that its wire does not read; `nil` for none.
  var unread: String? {
    let given =
      wire == .fireworks
      ? [
        ("continuation", continuation != nil), ("filter", filter != nil), ("seed", seed != nil),
        ("filesAreListed", filesAreListed != nil), ("suffixLength", suffixLength != nil),
      ] : [("paths.root", paths?.root != nil)]
    return given.first { $0.1 }?.0
  }
}
