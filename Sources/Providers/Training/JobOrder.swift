import Experiment

/// A job about to be created: everything the host is told, nothing left to its defaults.
struct JobOrder: Sendable {
  /// What it is called.
  let tag: JobTag
  /// The untuned model; `nil` when the run does not know it.
  let base: String?
  /// The tuned model to continue from; `nil` starts at the base.
  let start: String?
  /// The host's name for the training file.
  let file: String
  /// How to train, all three values set.
  let hyperparameters: Hyperparameters
  /// Seed of everything random.
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
  /// A value that is no number, such as `auto`, says nothing.
  func echoed(by job: JSON) -> Hyperparameters {
    let places = [job["method"]?["supervised"]?["hyperparameters"], job["hyperparameters"], job]
    func number(_ name: String?) -> Double? {
      guard let name else { return nil }
      for place in places {
        if let value = place?[name] {
          if let number = value.number, number.isFinite { return number }
          if let number = value.string.flatMap({ Double($0) }), number.isFinite { return number }
        }
      }
      return nil
    }
    return Hyperparameters(
      epochs: number(names.epochs).flatMap { Int(exactly: $0) },
      batchSize: number(names.batchSize).flatMap { Int(exactly: $0) },
      learningRateMultiplier: number(names.learningRate).map {
        $0 / (names.learningRateBase ?? 1)
      }
    )
  }

  /// What was really used: what the host said, and what was asked where it said nothing.
  func settled(_ asked: Hyperparameters, echoed: Hyperparameters) -> Hyperparameters {
    var result = Hyperparameters(
      epochs: echoed.epochs ?? asked.epochs,
      batchSize: names.batchSize == nil ? nil : echoed.batchSize ?? asked.batchSize,
      learningRateMultiplier: echoed.learningRateMultiplier ?? asked.learningRateMultiplier
    )
    // Multiplying by the base and dividing again may change the last bit.
    if let factor = echoed.learningRateMultiplier, let wanted = asked.learningRateMultiplier,
      abs(factor - wanted) <= 1e-9 * abs(wanted)
    {
      result.learningRateMultiplier = wanted
    }
    return result
  }

  /// How a job stands.
  ///
  /// - Parameters:
  ///   - status: The host's word; unknown ones mean that it goes on.
  ///   - code: The host's code for a failure.
  ///   - message: The host's words for a failure.
  /// - Returns: The state.
  func state(_ status: String, code: String?, message: String?) -> RemoteJob.State {
    func isAmong(_ words: [String]) -> Bool {
      words.contains { $0.lowercased() == status.lowercased() }
    }
    if isAmong(words.succeeded) { return .succeeded }
    if isAmong(words.cancelled) { return .cancelled }
    if isAmong(words.failed) {
      return .failed(JobFailure(code: code ?? status, message: message ?? ""))
    }
    return .running
  }
}
