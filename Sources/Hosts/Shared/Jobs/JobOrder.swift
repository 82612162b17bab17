import Experiment

/// A job about to be created: everything the host is told, nothing left to its defaults.
struct JobOrder: Sendable {
  let tag: JobTag
  /// The untuned model; `nil` when the run does not know it.
  let base: String?
  /// The tuned model to continue from; `nil` starts at the base.
  let start: String?
  /// The host's name for the training file.
  let file: String
  /// How to train, all three values set.
  let hyperparameters: Hyperparameters
  let seed: UInt64
  /// 1 for the first job of this key, 2 after one that failed, ….
  let attempt: Int
}

extension TrainingProfile {
  /// The members of a job's body that carry its hyperparameters.
  func members(for hyperparameters: Hyperparameters) -> [String: JSON] {
    var values: [String: JSON] = names.members ?? [:]
    if let epochs = hyperparameters.epochs { values[names.epochs] = .number(Double(epochs)) }
    if let name = names.batchSize, let size = hyperparameters.batchSize {
      values[name] = .number(Double(size))
    }
    if let factor = hyperparameters.learningRateMultiplier {
      values[names.learningRate] = .number(factor * (names.learningRateBase ?? 1))
    }
    return switch names.place {
    case .body: values
    case .hyperparameters: ["hyperparameters": .object(values)]
    case .method:
      [
        "method": [
          "type": "supervised",
          "supervised": ["hyperparameters": .object(values)],
        ]
      ]
    }
  }

  /// What a job object says of its hyperparameters, wherever it says it.
  ///
  /// What cannot be the value that was used, such as `auto`, -1 or an object, says nothing.
  func echoed(by job: JSON) -> Hyperparameters {
    let places = [job["method"]?["supervised"]?["hyperparameters"], job["hyperparameters"], job]
    func value<Value>(_ name: String?, _ used: (JSON) -> Value?) -> Value? {
      guard let name else { return nil }
      return places.compactMap { $0?[name].flatMap(used) }.first
    }
    return Hyperparameters(
      epochs: value(names.epochs, \.usedCount),
      batchSize: value(names.batchSize, \.usedCount),
      learningRateMultiplier: value(names.learningRate) {
        $0.usedRate.map { $0 / (names.learningRateBase ?? 1) }
      }
    )
  }

  /// What was really used: what the host said, and what was asked where it said nothing.
  func settled(_ asked: Hyperparameters, echoed: Hyperparameters) -> Hyperparameters {
    var result = echoed.filled(from: asked)
    if names.batchSize == nil { result.batchSize = nil }
    // Multiplying by the base and dividing again may change the last bit.
    if let factor = echoed.learningRateMultiplier, let wanted = asked.learningRateMultiplier,
      abs(factor - wanted) <= 1e-9 * abs(wanted)
    {
      result.learningRateMultiplier = wanted
    }
    return result
  }

  func state(_ status: String, code: String?, message: String?) -> RemoteJob.State {
    func isAmong(_ words: [String]) -> Bool {
      words.contains { $0.lowercased().utf8.elementsEqual(status.lowercased().utf8) }
    }
    let failure = JobFailure(code: code ?? status, message: message ?? "")
    if isAmong(words.succeeded) { return .succeeded }
    if isAmong(words.cancelled) { return .stopped }
    if isAmong(words.failed) { return .failed(failure) }
    return switch StateWord(status) {
    case .usual: .running
    case .succeeded: .succeeded
    case .failed: .failed(failure)
    case .stopped: .stopped
    // Nobody lifts what the moderation of a host has stopped.
    case .held: failure.cause == .moderation ? .failed(failure) : .unclear
    case .unknown: .unclear
    }
  }
}

extension JSON {
  /// A count that can have been used: 1 or more, also as a text; `nil` for anything else.
  var usedCount: Int? {
    let number = quantity.flatMap { Int(exactly: $0) }
    return Hyperparameters(epochs: number).plausible.epochs
  }

  /// A rate that can have been used: above 0, also as a text; `nil` for anything else.
  var usedRate: Double? {
    Hyperparameters(learningRateMultiplier: quantity).plausible.learningRateMultiplier
  }

  private var quantity: Double? { number ?? string.flatMap { Double($0) } }
}

extension Hyperparameters {
  /// These, with the others where these are `nil`.
  func filled(from other: Hyperparameters) -> Hyperparameters {
    Hyperparameters(
      epochs: epochs ?? other.epochs,
      batchSize: batchSize ?? other.batchSize,
      learningRateMultiplier: learningRateMultiplier ?? other.learningRateMultiplier
    )
  }
}
