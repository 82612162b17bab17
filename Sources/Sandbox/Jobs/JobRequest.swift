import Experiment
import ReferenceModels

/// The body of a request for a fine-tuning job.
struct JobRequest: Decodable {
  /// A number, or the word `auto`.
  enum Choice: Decodable {
    case auto
    case number(Double)

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let word = try? container.decode(String.self) {
        guard word == "auto" else {
          throw DecodingError.dataCorrupted(
            .init(codingPath: decoder.codingPath, debugDescription: "neither 'auto' nor a number")
          )
        }
        self = .auto
      } else {
        self = .number(try container.decode(Double.self))
      }
    }
  }

  struct Hyperparameters: Decodable {
    let n_epochs: Choice?
    let batch_size: Choice?
    let learning_rate_multiplier: Choice?
  }

  struct Method: Decodable {
    struct Supervised: Decodable { let hyperparameters: Hyperparameters? }
    let type: String
    let supervised: Supervised?
  }

  let model: String
  let training_file: String
  let validation_file: String?
  let suffix: String?
  let seed: Int?
  let method: Method?
  let hyperparameters: Hyperparameters?
  let metadata: [String: String]?

  /// The specification with every choice made; `seed` is used where the client names none.
  func specification(seed defaultSeed: Int) throws(APIError) -> JobSpecification {
    if let type = method?.type, type != "supervised" {
      throw .invalid("method.type", "the sandbox trains by 'supervised' only, not by '\(type)'")
    }
    if let suffix, !(1...64).contains(suffix.count) {
      throw .invalid("suffix", "'suffix' must have 1 to 64 characters")
    }
    let metadata = metadata ?? [:]
    guard metadata.count <= 16,
      metadata.allSatisfy({ $0.key.count <= 64 && $0.value.count <= 512 })
    else {
      throw .invalid(
        "metadata",
        "'metadata' takes 16 pairs, keys of 64 and values of 512 characters"
      )
    }
    let seed = seed ?? defaultSeed
    guard (0...Int(Int32.max)).contains(seed) else {
      throw .invalid("seed", "'seed' must be within 0...2147483647")
    }
    let asked = method?.supervised?.hyperparameters ?? hyperparameters
    let defaults = ReferenceProvider.defaults
    let rate = Self.value(asked?.learning_rate_multiplier) ?? defaults.learningRateMultiplier ?? 1
    guard rate > 0 else {
      throw .invalid("learning_rate_multiplier", "'learning_rate_multiplier' must be above 0")
    }
    return JobSpecification(
      model: model,
      trainingFile: training_file,
      validationFile: validation_file,
      suffix: suffix,
      seed: seed,
      metadata: metadata,
      epochs: try Self.count(asked?.n_epochs, "n_epochs", 1...50) ?? defaults.epochs ?? 1,
      batchSize: try Self.count(asked?.batch_size, "batch_size", 1...256) ?? defaults.batchSize
        ?? 1,
      learningRateMultiplier: rate
    )
  }

  private static func value(_ choice: Choice?) -> Double? {
    guard case .number(let number) = choice else { return nil }
    return number
  }

  private static func count(
    _ choice: Choice?,
    _ name: String,
    _ range: ClosedRange<Int>
  ) throws(APIError) -> Int? {
    guard let value = value(choice) else { return nil }
    guard let count = Int(exactly: value), range.contains(count) else {
      throw .invalid(
        name,
        "'\(name)' must be a whole number within \(range.lowerBound)...\(range.upperBound)"
      )
    }
    return count
  }
}
