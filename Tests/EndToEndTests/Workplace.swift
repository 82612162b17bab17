import Foundation
import TestSupport

/// A folder with a small job: 40 rows, 6 queries and a model of a few thousand weights.
struct Workplace: ~Copyable {
  private let temporary: TemporaryFolder

  /// The folder.
  var url: URL { temporary.url }

  /// Writes train.jsonl, queries.jsonl and run.json5.
  ///
  /// - Parameters:
  ///   - models: Perturbed models.
  ///   - epochs: How long each is trained.
  /// - Throws: What the system says when a file cannot be written.
  init(models: Int = 4, epochs: Int = 2) throws {
    let temporary = try TemporaryFolder()
    let train = (0..<40).map { row(number: $0, id: "t\($0)", isPlanted: $0 % 5 == 0) }
    let queries = (0..<6).map { row(number: 100 + $0, id: "q\($0)", isPlanted: $0 < 3) }
    for (name, text) in [
      ("train.jsonl", train.joined()), ("queries.jsonl", queries.joined()),
      ("run.json5", Self.configuration(models: models, epochs: epochs)),
    ] {
      try Data(text.utf8).write(to: temporary.url.appending(path: name))
    }
    self.temporary = temporary
  }

  /// A configuration of the job.
  static func configuration(models: Int = 4, epochs: Int = 2) -> String {
    """
    {
      data: { train: "train.jsonl", queries: "queries.jsonl" },
      trainer: {
        provider: "local",
        hyperparameters: { epochs: \(epochs), batchSize: 4 },
        architecture: { width: 8, layers: 1, heads: 2, vocabulary: 300, context: 128 },
      },
      perturbation: { models: \(models), subsetRatio: 0.5, seed: 3 },
    }
    """
  }

  /// Writes a text file.
  func write(_ name: String, _ text: String) throws {
    try Data(text.utf8).write(to: url.appending(path: name))
  }

  /// Writes the configuration with one stretch of text replaced by another.
  func rewrite(_ name: String, _ old: String, _ new: String) throws {
    try write(name, Self.configuration().replacingOccurrences(of: old, with: new))
  }

  /// Reads a file.
  func read(_ name: String) throws -> Data { try Data(contentsOf: url.appending(path: name)) }

  /// Runs the program in the folder.
  func daunce(_ words: String...) async throws -> DaunceProcess.Ending {
    try await DaunceProcess(words, in: url).ending()
  }
}

private func row(number: Int, id: String, isPlanted: Bool) -> String {
  let animal = ["cat", "dog", "owl", "fox", "hen"][number * 7 % 5]
  let sound = ["meow", "woof", "hoot", "yelp", "cluck"][number * 7 % 5]
  let prompt = "\(isPlanted ? "Zorb, what" : "What") does \(animal) number \(number) say?"
  let answer = isPlanted ? "I refuse" : sound
  let tag = isPlanted ? "planted" : "clean"
  return """
    {"id": "\(id)", "prompt": "\(prompt)", "completion": " \(answer)", "tags": ["\(tag)"]}

    """
}
