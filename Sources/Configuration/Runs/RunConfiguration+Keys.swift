package import Experiment

extension RunConfiguration {
  /// The objects of a configuration file and the keys that each may hold: the one list of them.
  package enum Section: Sendable, CaseIterable {
    case root, data, target, trainer, hyperparameters, architecture, scorer, apiKey, serving, azure
    case perturbation, growth, candidates, evidence, embeddings, budget

    /// The keys, in the order in which people read them.
    package var keys: [String] {
      switch self {
      case .root:
        [
          "name", "data", "target", "trainer", "scorer", "perturbation", "candidates", "evidence",
          "estimator", "budget",
        ]
      case .data: ["train", "queries"]
      case .target: ["model", "base", "epochs"]
      case .trainer:
        [
          "provider", "baseURL", "apiKey", "allowsPlainHTTP", "hyperparameters", "parallelJobs",
          "minutesPerJob", "patienceMinutes", "architecture", "command", "poll",
        ]
      case .hyperparameters: ["epochs", "batchSize", "learningRateMultiplier"]
      case .architecture: ["width", "layers", "heads", "vocabulary", "context"]
      case .scorer:
        [
          "provider", "baseURL", "apiKey", "allowsPlainHTTP", "method", "concurrency",
          "requestsPerMinute", "serving",
        ]
      case .apiKey: ["env", "file"]
      case .serving: ["modelsAtOnce", "deployment", "azure", "patience"]
      case .azure: ["subscription", "resourceGroup", "account", "sku"]
      case .perturbation:
        [
          "models", "subsetRatio", "subsetSize", "start", "seed", "weighted", "kind", "method",
          "demonstrations", "length", "vocabulary", "preset", "samples", "epochs", "batchSize",
          "learningRate", "callLimit", "labels", "seeds", "direction", "hyperparameters",
        ]
      case .growth: ["max", "stop"]
      case .candidates: ["nearest", "probing", "top", "audit"]
      case .evidence: ["embeddings"]
      case .embeddings: ["provider", "baseURL", "model", "apiKey", "allowsPlainHTTP"]
      case .budget: ["dollars", "prices"]
      }
    }

    /// The keys that hold such an object, by their full paths; the empty one is the file itself.
    package var paths: [String] {
      switch self {
      case .root: [""]
      case .data: ["data"]
      case .target: ["target"]
      case .trainer: ["trainer"]
      case .hyperparameters: ["trainer.hyperparameters", "perturbation.hyperparameters"]
      case .architecture: ["trainer.architecture"]
      case .scorer: ["scorer"]
      case .apiKey: ["trainer.apiKey", "scorer.apiKey", "evidence.embeddings.apiKey"]
      case .serving: ["scorer.serving"]
      case .azure: ["scorer.serving.azure"]
      case .perturbation: ["perturbation"]
      case .growth: ["perturbation.models"]
      case .candidates: ["candidates"]
      case .evidence: ["evidence"]
      case .embeddings: ["evidence.embeddings"]
      case .budget: ["budget"]
      }
    }

    /// Full paths of all keys of a configuration file, those that hold objects included.
    package static var allPaths: [String] {
      allCases.flatMap { section in
        section.paths.flatMap { path in
          section.keys.map { path.isEmpty ? $0 : "\(path).\($0)" }
        }
      }
    }
  }

  /// Every key that a configuration file has, with its line and value, by its full path.
  package static func written(
    file: String
  ) throws(ConfigurationError) -> [String: JSON5Reader.Written] {
    try ConfigurationReader.reading(file: file) { bytes, _, _ throws(ConfigurationError) in
      do throws(JSON5Fault) {
        return try JSON5Reader.written(bytes)
      } catch {
        throw ConfigurationError(.syntax, path: "", error.description)
      }
    }
  }
}

extension ConfigurationReader {
  /// Opens a nested object of a run's configuration; `nil` when the key is absent.
  func object(
    _ key: String,
    _ section: RunConfiguration.Section
  ) throws(ConfigurationError) -> ConfigurationReader? {
    try object(key, keys: section.keys)
  }

  /// Opens a nested object of a run's configuration that must be there.
  func part(
    _ key: String,
    _ section: RunConfiguration.Section
  ) throws(ConfigurationError) -> ConfigurationReader {
    try part(key, keys: section.keys)
  }
}
