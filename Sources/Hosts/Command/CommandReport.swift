internal import Experiment

/// What an external trainer says in one line of JSON on its standard output.
package enum CommandReport: Hashable {
  /// `{"progress":0.4}`.
  case progress(Double)
  /// `{"job":"4711"}`: submitted; a poll command will tell the rest.
  case job(String)
  /// `{"model":…,"checkpoints":[…],"tokens":…,"hyperparameters":{…}}`.
  case model(CommandResult)
  /// `{"error":"…"}`.
  case failure(String)

  /// Reads a line; `nil` when it is none of these.
  package init?(_ line: [UInt8]) {
    guard let document = JSONReader.read(line), document.object != nil else { return nil }
    if let message = document["error"]?.string {
      self = .failure(message)
    } else if document["model"] != nil {
      guard let result = CommandResult(document) else { return nil }
      self = .model(result)
    } else if let job = document["job"]?.string, !job.isEmpty {
      self = .job(job)
    } else if let fraction = document["progress"]?.number, fraction.isFinite {
      self = .progress(min(max(fraction, 0), 1))
    } else {
      return nil
    }
  }
}

/// A model that an external trainer made.
package struct CommandResult: Hashable {
  let model: String
  let checkpoints: [String]
  /// Tokens trained on; `nil` when the program does not say.
  let tokens: Int?
  /// What was really used, as far as the program says.
  let hyperparameters: Hyperparameters

  /// Reads the members; `nil` when one has the wrong type.
  init?(_ document: JSON) {
    guard let model = document["model"]?.string, !model.isEmpty else { return nil }
    let checkpoints = document["checkpoints"]?.array ?? []
    let names = checkpoints.compactMap(\.string)
    guard names.count == checkpoints.count else { return nil }
    let tokens = document["tokens"]?.int
    if let tokens, tokens < 0 { return nil }
    self.model = model
    self.checkpoints = names
    self.tokens = tokens
    hyperparameters = Hyperparameters(document["hyperparameters"] ?? nil)
  }

  /// The members, to be read again by `init`.
  var members: [String: JSON] {
    [
      "model": .string(model), "checkpoints": .array(checkpoints.map(JSON.string)),
      "tokens": tokens.map { .number(Double($0)) } ?? .null,
      "hyperparameters": hyperparameters.document,
    ]
  }
}

extension Hyperparameters {
  /// Reads the members of the command protocol.
  init(_ document: JSON) {
    self.init(
      epochs: document["epochs"]?.usedCount,
      batchSize: document["batch_size"]?.usedCount,
      learningRateMultiplier: document["learning_rate_multiplier"]?.usedRate
    )
  }

  /// The members of the command protocol, `null` where the program is to decide.
  var document: JSON {
    [
      "epochs": epochs.map { .number(Double($0)) } ?? .null,
      "batch_size": batchSize.map { .number(Double($0)) } ?? .null,
      "learning_rate_multiplier": learningRateMultiplier.map(JSON.number) ?? .null,
    ]
  }
}
