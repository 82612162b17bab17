import Experiment
import FoundationEssentials
package import WhiteBox

/// One model to be trained, as data: equal trainings of a subject give equal losses.
package struct Training: Sendable, Hashable, Codable {
  /// What it starts from.
  package enum Start: String, Sendable, Hashable, Codable {
    /// Untrained parameters.
    case initial
    /// θ0.
    case target
  }

  /// What it starts from.
  package var start: Start
  /// Training examples, as positions among the subject's N; a repeated one counts twice.
  package var members: [Int]
  /// Members that are skipped where they come up, the others keeping their batches.
  package var excluded: [Int] = []
  /// Seed of initial parameters, order and ξ.
  package var seed: UInt64
  /// How it is trained.
  package var recipe: Recipe
  /// What its steps descend.
  package var objective: PerturbedObjective = .loss

  /// Creates a training.
  package init(start: Start, members: [Int], seed: UInt64, recipe: Recipe) {
    self.start = start
    self.members = members
    self.seed = seed
    self.recipe = recipe
  }

  /// What it makes, for messages.
  var words: String {
    let place = "on \(members.count) examples"
    return switch (start, objective) {
    case (.initial, _): "a model \(place)"
    case (.target, .loss): "the target further \(place)"
    case (.target, _): "the target \(place) by objective '\(objective.rawValue)'"
    }
  }

  /// Grows when equal trainings come to give other numbers, so that old results are not taken for them.
  private static let revision = 1

  /// A key that no other training of any subject has.
  ///
  /// - Parameters:
  ///   - subject: What is studied.
  ///   - targetSeed: Seed of θ0, which trainings may start from or refer to.
  /// - Returns: 32 hexadecimal digits.
  /// - Throws: What encoding throws.
  func key(of subject: Subject, targetSeed: UInt64) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    var digest = Digest()
    digest.update("\(Self.revision) \(subject.fingerprint) \(targetSeed)")
    digest.update(Array(try encoder.encode(self)))
    return digest.description
  }
}

/// What a training gave.
package struct TrainingResult: Sendable, Hashable {
  /// The loss of every example in nats: the subject's N training examples, then its Q queries.
  package let losses: [Double]
  /// Seconds of one core that it took.
  package let seconds: Double

  /// Creates a result.
  package init(losses: [Double], seconds: Double) {
    self.losses = losses
    self.seconds = seconds
  }
}

/// Where results are kept, so that a validation that was stopped goes on where it was.
package protocol TrainingShelf: Sendable {
  /// What was kept under a key.
  func result(for key: String) throws -> TrainingResult?

  /// Keeps a result.
  func keep(_ result: TrainingResult, for key: String) throws
}
