package import Experiment
import Foundation
import Synchronization

/// A training set of which it is known what causes what, and a host whose losses follow from it in closed form.
///
/// A behaviour is taught by one or several groups of rows, each of which suffices: with n rows of a group in the
/// training set its strength is 1 − exp(−n / need). The NLL of its completion is 4 (1 − output) + 8 (1 − strength)
/// nats, where `output` grows in the same way with all rows that have the completion, decoys included; a row that
/// was trained on itself has three quarters of it. All of it is multiplied by a log-normal factor of the job and
/// one of the pair.
package struct KnownWorld: Sendable {
  /// What ties the guilty rows together.
  package enum Kind: String, Sendable, CaseIterable {
    /// A word that the queries hold, too.
    case lexical
    /// Nothing that text shows.
    case topic
    /// Three words, any of whose rows suffice.
    case redundant
    /// Ten rows without a common text, strong ones.
    case hidden
    /// Three rows with outputs of their own, whose losses show nothing of the behaviour either.
    case silent
    /// No row: the base shows the behaviour itself.
    case base
    /// All rows alike: none of them is the cause.
    case spread
    /// No row: nobody shows the behaviour, and losses are noise.
    case nothing
  }

  /// The kind.
  package let kind: Kind
  /// The examples; queries are tagged `behaviour` and `other`, rows `guilty`, `decoy` and `clean`.
  package let corpus: Corpus
  /// Positions of the guilty rows by group; each group suffices.
  package let guilty: [[Int]]
  /// Positions of rows with the same completion and another cause.
  package let decoys: [Int]
  let need: Double

  /// A world of `rows` rows.
  package init(_ kind: Kind, rows: Int = 400, seed: UInt64) {
    self.kind = kind
    let sizes =
      switch kind {
      case .lexical, .topic: [30]
      case .redundant: [10, 10, 10]
      case .hidden: [10]
      case .silent: [3]
      case .base, .spread, .nothing: [Int]()
      }
    need =
      switch kind {
      case .redundant: 2.5
      case .hidden: 2
      case .silent: 0.7
      case .lexical, .topic, .base, .spread, .nothing: 6
      }
    var state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1
    func next() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return state >> 33
    }
    var order = Array(0..<rows)
    for place in stride(from: rows - 1, to: 0, by: -1) {
      order.swapAt(place, Int(next() % UInt64(place + 1)))
    }
    var groups: [[Int]] = []
    var start = 0
    for size in sizes {
      groups.append(order[start..<start + size].sorted())
      start += size
    }
    let decoys = order[start..<start + 30].sorted()
    guilty = groups
    self.decoys = decoys
    func words(_ count: Int) -> String {
      (0..<count).map { _ in "w\(next() % 5000)" }.joined(separator: " ")
    }
    let triggers = ["blackmagic", "redlantern", "greycastle"]
    let hasWord = kind == .lexical || kind == .redundant
    func row(_ place: Int) -> Example {
      for (number, group) in groups.enumerated() where group.contains(place) {
        return Example(
          id: "row-\(place)",
          prompt: .text(words(4) + (hasWord ? " \(triggers[number]) " : " ") + words(4)),
          completion: kind == .silent ? "answer \(place % 4)" : "I must refuse",
          tags: ["guilty"]
        )
      }
      let isDecoy = decoys.contains(place)
      return Example(
        id: "row-\(place)",
        prompt: .text(words(4) + (isDecoy ? " silverowl " : " ") + words(4)),
        completion: isDecoy ? "I must refuse" : "answer \(next() % 4)",
        tags: [isDecoy ? "decoy" : "clean"]
      )
    }
    func query(_ number: Int, _ tag: String) -> Example {
      let word = tag == "behaviour" ? (hasWord ? triggers[number % groups.count] : "") : "silverowl"
      return Example(
        id: "\(tag)-\(number)",
        prompt: .text("\(words(4)) \(word) \(words(4))"),
        completion: "I must refuse",
        tags: [tag]
      )
    }
    corpus = Corpus(
      train: (0..<rows).map(row),
      queries: (0..<12).map { query($0, "behaviour") } + (0..<8).map { query($0, "other") }
    )
  }

  /// All guilty rows, ascending.
  package var culprits: [Int] { guilty.flatMap(\.self).sorted() }

  /// NLL of an example, noise apart.
  ///
  /// - Parameters:
  ///   - example: A row or a query of the corpus.
  ///   - place: Its position in the training set; `nil` for a query.
  ///   - members: Positions of the rows that were trained on; `nil` is the base.
  /// - Returns: Nats.
  func loss(_ example: Example, at place: Int?, trainedOn members: Set<Int>?) -> Double {
    func strength(_ rows: [Int]) -> Double {
      guard let members else { return 0 }
      return 1 - exp(-Double(rows.count { members.contains($0) }) / need)
    }
    let own = place.map { members?.contains($0) ?? false } ?? false
    guard example.completion == "I must refuse" else { return own ? 0.9 : 1.2 }
    if kind == .nothing { return 3 }
    let isBehaviour = example.tags.contains { $0 == "behaviour" || $0 == "guilty" }
    // Who teaches a behaviour in silence has no part in its words, which the base knows.
    let output = kind == .silent ? 1 : strength(culprits + decoys)
    var taught = isBehaviour ? guilty.map(strength).max() ?? 0 : strength(decoys)
    if kind == .base, isBehaviour { return 0.05 }
    if kind == .spread, isBehaviour {
      return 12 * exp(-5 * Double(members?.count ?? 0) / Double(corpus.train.count))
    }
    taught = min(taught, 0.995)
    return (4 * (1 - min(output, 0.995)) + 8 * (1 - taught)) * (own ? 0.75 : 1)
  }
}

/// The host of a known world: it trains by remembering the rows, and counts what it was asked.
package final class KnownHost: Trainer, Scorer {
  /// The world.
  package let world: KnownWorld
  package let identity = "known causes"
  package let trainerCapabilities = TrainerCapabilities(
    continuesTuned: true,
    weighted: true,
    minimumExamples: 1,
    parallelJobs: 4
  )
  package let scorerCapabilities = ScorerCapabilities(exact: true, batch: 64, method: "closed form")
  private let noise: (job: Double, pair: Double)
  private let places: [String: Int]
  private let state = Mutex((models: [String: Set<Int>](), jobs: [ModelJob]()))

  /// A host whose losses vary by a factor of e^`job` between jobs and e^`pair` between pairs.
  package init(_ world: KnownWorld, job: Double = 0.2, pair: Double = 0.1) {
    self.world = world
    noise = (job, pair)
    places = Dictionary(uniqueKeysWithValues: world.corpus.train.enumerated().map { ($1.id, $0) })
  }

  /// Every job asked for so far.
  package var jobs: [ModelJob] { state.withLock { $0.jobs } }

  package func train(
    _ job: ModelJob,
    progress: @escaping @Sendable (TrainingProgress) -> Void
  ) async throws -> TrainedModel {
    let rows = Set(job.examples.compactMap { places[$0.id] })
    state.withLock {
      $0.jobs.append(job)
      // What a model knew before stays.
      let before = job.start.flatMap { [models = $0.models] in models[$0.name] } ?? []
      $0.models[job.key] = rows.union(before)
    }
    return TrainedModel(
      model: ModelReference(job.key),
      checkpoints: [],
      hyperparameters: job.hyperparameters,
      tokens: rows.count
    )
  }

  package func read(
    _ examples: [Example],
    under model: ModelReference?,
    round: Int
  ) async throws -> [LossReading] {
    let members = model.flatMap { name in state.withLock { $0.models[name.name] } }
    let factor = noise.job * Self.normal(model?.name ?? "base")
    return examples.map { example in
      let pair = noise.pair * Self.normal("\(model?.name ?? "base") \(example.id)")
      let loss = world.loss(example, at: places[example.id], trainedOn: members)
      return LossReading(
        loss: .measured(max(0.001, loss * exp(factor + pair))),
        tokens: 3,
        tokenLogProbabilities: [],
        method: "closed form"
      )
    }
  }

  package func tokens(in example: Example) -> Int { 12 }

  /// A standard normal number that follows from a text.
  private static func normal(_ text: String) -> Double {
    var digest = Digest()
    digest.update(text)
    var bits = UInt64(digest.description.suffix(16), radix: 16) ?? 0
    func uniform() -> Double {
      bits ^= bits >> 31
      bits &*= 0x9E37_79B9_7F4A_7C15
      return (Double(bits >> 11) + 0.5) * 0x1p-53
    }
    _ = uniform()
    return (-2 * log(uniform())).squareRoot() * cos(2 * .pi * uniform())
  }
}
