import Experiment

/// A fine-tuning job, as it is kept.
struct JobRecord: Codable, Sendable, Hashable {
  /// Where a job stands.
  enum Status: String, Codable, Sendable, Hashable {
    case validating = "validating_files"
    case queued, running, paused, succeeded, failed, cancelled

    var isFinal: Bool { self == .succeeded || self == .failed || self == .cancelled }
  }

  /// Why a job failed.
  struct Failure: Codable, Sendable, Hashable {
    let code: String
    let message: String
    var parameter: String?
  }

  /// One line of a job's history.
  struct Event: Codable, Sendable, Hashable {
    let id: String
    let createdAt: Int
    let level: String
    let message: String

    var tree: JSONValue {
      [
        "object": "fine_tuning.job.event", "id": .string(id), "created_at": .integer(createdAt),
        "level": .string(level), "message": .string(message), "type": "message", "data": [:],
      ]
    }
  }

  /// The model after one epoch.
  struct Checkpoint: Codable, Sendable, Hashable {
    let id: String
    let createdAt: Int
    let step: Int
    /// Name by which clients ask for it.
    let model: String
    /// Name of its weights.
    let weights: String
  }

  // A folder of jobs outlives the program that wrote it: what is kept has the names it always had.
  private enum CodingKeys: String, CodingKey {
    case id, number
    case specification = "wish"
    case start, createdAt, finishedAt, status, model, trainedTokens, failure, events, checkpoints
    case isDeleted
  }

  let id: String
  /// Position in the order of creation, from 1.
  let number: Int
  /// What was asked for.
  let specification: JobSpecification
  /// Weights to start from; `nil` is the base.
  let start: String?
  let createdAt: Int
  var finishedAt: Int?
  var status = Status.validating
  var model: String?
  var trainedTokens: Int?
  var failure: Failure?
  var events: [Event] = []
  var checkpoints: [Checkpoint] = []
  /// Whether its models were deleted.
  var isDeleted = false

  /// What its model is called once it is there.
  var modelName: String {
    "ft:\(SandboxServer.base):sandbox:\(specification.suffix ?? ""):"
      + shortID("model", number, digits: 8)
  }

  /// Adds a line to the history.
  mutating func note(_ message: String, level: String = "info") {
    events.append(
      Event(
        id: "ftevent-\(number)-\(events.count + 1)",
        createdAt: secondsSince1970(),
        level: level,
        message: message
      )
    )
  }

  /// Takes a new status, with the line and the time that belong to it.
  mutating func become(_ status: Status, _ message: String, level: String = "info") {
    self.status = status
    if status.isFinal { finishedAt = secondsSince1970() }
    note(message, level: level)
  }

  /// As the API shows it.
  var tree: JSONValue {
    let hyperparameters: JSONValue = [
      "n_epochs": .integer(specification.epochs), "batch_size": .integer(specification.batchSize),
      "learning_rate_multiplier": .number(specification.learningRateMultiplier),
    ]
    return [
      "object": "fine_tuning.job", "id": .string(id), "model": .string(specification.model),
      "created_at": .integer(createdAt), "finished_at": .integer(finishedAt),
      "fine_tuned_model": .string(model), "organization_id": "org-sandbox", "result_files": [],
      "status": .string(status.rawValue), "validation_file": .string(specification.validationFile),
      "training_file": .string(specification.trainingFile), "hyperparameters": hyperparameters,
      "trained_tokens": .integer(trainedTokens),
      "error": failure.map {
        [
          "code": .string($0.code), "message": .string($0.message),
          "param": .string($0.parameter),
        ]
      } ?? nil,
      "user_provided_suffix": .string(specification.suffix), "seed": .integer(specification.seed),
      "estimated_finish": nil, "integrations": [], "metadata": .texts(specification.metadata),
      "usage_metrics": nil,
      "method": [
        "type": "supervised", "supervised": ["hyperparameters": hyperparameters],
      ],
    ]
  }

  /// A checkpoint as the API shows it.
  ///
  /// Its losses are not measured, so there are none among the metrics.
  func tree(_ checkpoint: Checkpoint) -> JSONValue {
    [
      "object": "fine_tuning.job.checkpoint", "id": .string(checkpoint.id),
      "created_at": .integer(checkpoint.createdAt), "fine_tuning_job_id": .string(id),
      "fine_tuned_model_checkpoint": .string(checkpoint.model),
      "step_number": .integer(checkpoint.step), "metrics": ["step": .integer(checkpoint.step)],
    ]
  }
}

/// What a client asks a job to be, with every choice made.
struct JobSpecification: Codable, Sendable, Hashable {
  let model: String
  let trainingFile: String
  let validationFile: String?
  let suffix: String?
  let seed: Int
  let metadata: [String: String]
  let epochs: Int
  let batchSize: Int
  let learningRateMultiplier: Double

  /// What the job is, whatever its file and number: equal jobs of a run look equal.
  var identity: Digest {
    var digest = Digest()
    for (key, value) in metadata.sorted(by: { $0.key < $1.key }) {
      digest.update(key)
      digest.update(value)
    }
    for word in [model, suffix ?? "", "\(seed) \(epochs) \(batchSize)"] { digest.update(word) }
    return digest
  }
}
