package import Experiment
import Synchronization

/// An error that a script asks for.
package struct ScriptedFailure: Error, Hashable, CustomStringConvertible {
  /// What the error says.
  package let description: String

  /// Creates an error.
  package init(_ description: String = "scripted failure") { self.description = description }
}

/// A trainer whose models are names: equal jobs give equal names, and every call is counted.
package final class ScriptedTrainer: Trainer {
  package let identity = "scripted"
  package let trainerCapabilities: TrainerCapabilities
  private let calls = Mutex<[ModelJob]>([])
  private let tokensPerExample: Int
  private let hyperparameters: Hyperparameters?
  private let script: @Sendable (ModelJob) async throws -> Void

  /// Creates a trainer.
  ///
  /// - Parameters:
  ///   - capabilities: What it claims to be able to do.
  ///   - tokensPerExample: Tokens it reports for each example of a job.
  ///   - hyperparameters: What it says to have used; `nil` is what it was asked for.
  ///   - script: Runs within each call and may wait or throw.
  package init(
    capabilities: TrainerCapabilities = TrainerCapabilities(
      continuesTuned: true,
      weighted: true,
      minimumExamples: 1,
      parallelJobs: 4
    ),
    tokensPerExample: Int = 1,
    hyperparameters: Hyperparameters? = nil,
    script: @escaping @Sendable (ModelJob) async throws -> Void = { _ in }
  ) {
    trainerCapabilities = capabilities
    self.tokensPerExample = tokensPerExample
    self.hyperparameters = hyperparameters
    self.script = script
  }

  /// Every job asked for so far, in the order of asking.
  package var jobs: [ModelJob] { calls.withLock { $0 } }

  /// Counts the job, runs the script and names the model after the job's contents.
  package func train(
    _ job: ModelJob,
    progress: @escaping @Sendable (TrainingProgress) -> Void
  ) async throws -> TrainedModel {
    calls.withLock { $0.append(job) }
    progress(TrainingProgress(0.5))
    try await script(job)
    var digest = Digest()
    digest.update(job.start?.name ?? "base")
    for example in job.examples { example.update(&digest) }
    for weight in job.weights ?? [] { digest.update("\(weight)") }
    digest.update("\(job.seed)")
    let name = "scripted-\(digest)"
    return TrainedModel(
      model: ModelReference(name),
      checkpoints: job.keepsCheckpoints ? [ModelReference(name)] : [],
      hyperparameters: hyperparameters ?? job.hyperparameters,
      tokens: job.examples.count * tokensPerExample
    )
  }
}

/// A scorer whose loss is a formula of model and example, and which counts every pair it losses.
///
/// About one pair in sixteen is missing and one in sixteen is censored.
package final class ScriptedScorer: Scorer {
  package let scorerCapabilities: ScorerCapabilities
  private let counts = Mutex<[String: Int]>([:])
  private let script: @Sendable ([Example], ModelReference?) async throws -> Void

  /// Creates a scorer.
  ///
  /// - Parameters:
  ///   - batch: Most examples a call may loss.
  ///   - method: How it says it reads losses.
  ///   - script: Runs within each call and may wait or throw.
  package init(
    batch: Int = 4,
    method: String = "scripted",
    script: @escaping @Sendable ([Example], ModelReference?) async throws -> Void = { _, _ in }
  ) {
    scorerCapabilities = ScorerCapabilities(exact: true, batch: batch, method: method)
    self.script = script
  }

  /// How often each pair was read, by model name and example id.
  package var read: [String: Int] { counts.withLock { $0 } }

  /// How many losses were given, all pairs together.
  package var pairs: Int { read.values.reduce(0, +) }

  /// Counts the pairs, runs the script and losses by the formula.
  package func read(
    _ examples: [Example],
    under model: ModelReference?,
    round: Int
  ) async throws -> [LossReading] {
    precondition(examples.count <= scorerCapabilities.batch)
    try await script(examples, model)
    counts.withLock { counts in
      for example in examples { counts["\(model?.name ?? "base")/\(example.id)", default: 0] += 1 }
    }
    return examples.map { Self.reading(of: $0, under: model) }
  }

  /// One token a character of the completion, and four for the prompt.
  package func tokens(in example: Example) -> Int { 4 + example.completion.count }

  /// The formula.
  package static func reading(of example: Example, under model: ModelReference?) -> LossReading {
    var digest = Digest()
    digest.update(model?.name ?? "base")
    digest.update(example.id)
    example.update(&digest)
    // FNV's last bits hardly mix; two rounds of multiplying do.
    var bits = UInt64(digest.description.suffix(16), radix: 16) ?? 0
    for _ in 0..<2 {
      bits ^= bits >> 31
      bits &*= 0x9E37_79B9_7F4A_7C15
    }
    let tokens = max(1, example.completion.count)
    let logarithms = (0..<tokens).map { -Float((bits >> (UInt64($0) % 40)) & 0xFFFF) / 7_919 }
    let sum = -logarithms.reduce(0.0) { $0 + Double($1) } + Double(bits >> 11) * 0x1p-53
    switch bits >> 60 {
    case 0:
      return .missing(reason: "scripted")
    case 1:
      return LossReading(
        loss: .censored(atLeast: sum),
        tokens: tokens,
        tokenLogProbabilities: [],
        method: "top-20"
      )
    default:
      return LossReading(
        loss: .measured(sum),
        tokens: tokens,
        tokenLogProbabilities: logarithms,
        method: "scripted"
      )
    }
  }
}

extension Corpus {
  /// A small corpus of distinct rows.
  package static func scripted(train: Int = 10, queries: Int = 3) -> Corpus {
    Corpus(
      train: (0..<train).map {
        Example(
          id: "train-\($0)",
          prompt: .text("question \($0)?"),
          completion: "answer \($0 * $0)",
          tags: $0 % 3 == 0 ? ["third"] : []
        )
      },
      queries: (0..<queries).map {
        Example(
          id: "query-\($0)",
          prompt: .chat([Message(role: "user", content: "query \($0)")]),
          completion: "reply \($0)"
        )
      }
    )
  }
}

extension SubsetDesign {
  /// A design whose model k holds every training row but those at k, k + models, ….
  package static func scripted(
    examples: Int = 10,
    models: Int = 4,
    start: Start = .target,
    seed: UInt64 = 3,
    weighted: Bool = false
  ) -> SubsetDesign {
    SubsetDesign(
      examples: examples,
      start: start,
      seed: seed,
      subsets: (0..<models).map { model in
        let members = (0..<examples).filter { $0 % models != model }
        return Subset(
          seed: seed &+ UInt64(model),
          members: members,
          weights: weighted ? members.map { 0.5 + Double($0) / 7 } : nil
        )
      }
    )
  }
}
