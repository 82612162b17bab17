import Attribution
import Experiment
import Statistics

/// What really happens to the queries when models are trained on other subsets.
package struct GroundTruth: Sendable {
  /// How the models of the truth are trained.
  package enum Kind: Sendable {
    /// As the target was, from its initial parameters: contribution.
    case retraining
    /// Onwards from the target: sensitivity.
    case furtherTraining
  }

  /// The subsets, as positions among the N training examples: M.
  package let subsets: [[Int]]
  /// Minus the loss of each query under each subset's model and seed: seeds × Q × M.
  package let readings: [[[Double]]]
  /// Seconds of one core that the trainings took.
  package let seconds: Double

  /// Mean over seeds: for each query, the outcome of each subset.
  package var outcomes: [[Double]] {
    readings[0].indices.map { query in
      subsets.indices.map { subset in mean(of: readings.map { $0[query][subset] }) }
    }
  }

  /// Trains models on random subsets.
  ///
  /// - Parameters:
  ///   - kind: How.
  ///   - models: Number of subsets, M, at least 3.
  ///   - size: Members of each.
  ///   - seeds: Trainings of each subset.
  ///   - recipe: How they are trained.
  ///   - seed: Seed of the subsets and trainings.
  ///   - workshop: Where.
  /// - Throws: `ValidationError` for fewer than 3 subsets, and for empty or full ones.
  package init(
    _ kind: Kind,
    models: Int,
    size: Int,
    seeds: Int,
    recipe: Recipe,
    seed: UInt64,
    in workshop: Workshop
  ) async throws {
    let subject = workshop.subject
    try Self.check(models: models, size: size, of: subject.train.count)
    var generator = SplitMix64(seed: seed, stream: 11)
    let subsets = (0..<models).map { _ in generator.sample(size, of: subject.train.count) }
    var seconds = 0.0
    var readings: [[[Double]]] = []
    for repetition in 0..<max(1, seeds) {
      var order = SplitMix64(seed: seed, stream: 12 + UInt64(repetition))
      let results = try await workshop.results(
        of: subsets.map {
          Training(
            start: kind == .retraining ? .initial : .target,
            members: $0,
            seed: order.next(),
            recipe: recipe
          )
        }
      )
      seconds += results.reduce(0) { $0 + $1.seconds }
      readings.append(
        subject.queries.indices.map { query in
          results.map { -$0.losses[subject.train.count + query] }
        }
      )
    }
    self.subsets = subsets
    self.readings = readings
    self.seconds = seconds
  }

  /// Refuses a number of subsets, or a size of them, that nothing can be learnt from.
  static func check(models: Int, size: Int, of examples: Int) throws(ValidationError) {
    guard models >= 3 else {
      throw ValidationError(
        "cannot judge scores on \(models) retrained models",
        cause: "a rank correlation over subsets needs at least 3",
        hint: "100 or more give narrow intervals"
      )
    }
    guard size >= 1, size < examples else {
      throw ValidationError(
        "cannot retrain on subsets of \(size) examples",
        cause:
          "there are \(examples) training examples, and a subset needs at least one and not all",
        hint: "a ratio of 0.5 is usual"
      )
    }
  }
}
