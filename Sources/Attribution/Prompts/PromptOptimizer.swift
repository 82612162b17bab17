import Statistics

/// Finds a discrete prompt that lowers the loss of a set of examples, from losses alone (BDPL).
///
/// Each position of the prompt has a distribution over the vocabulary. A step draws prompts, reads losses of a
/// minibatch behind each, and moves the distributions by Adam against the policy gradient, its norm
/// clipped to 3, back onto the simplex. After every epoch, and where the call limit ends the last one, the
/// likeliest prompt is judged on all examples; the best prompt is the one with the lowest such loss, and the
/// state it came from is kept as a copy.
///
/// Equal losses for equal requests make equal outcomes: an interrupted optimisation resumes by running again
/// over recorded losses. Within a step a prompt drawn twice is read once, and no prompt is judged twice.
/// - SeeAlso: Diao et al., arXiv 2201.08531, 3.3. Unlike the authors' script: the gradient is of the drawn
///   entries alone, the projection is exact, and the best prompt is a copy.
public struct PromptOptimizer: Sendable {
  /// The best prompt and what finding it took.
  public struct Outcome: Sendable, Hashable {
    /// The best prompt: its segments joined by blanks, text as it is.
    public let prompt: String
    /// Mean loss of all examples behind the best prompt; nil if none of the judged losses was finite.
    public let loss: Double?
    /// Inputs scored, by draws and by judging.
    public let scoredInputs: Int
    /// Mean loss of each step's draws on its minibatch; steps without a finite loss are left out.
    public let losses: [Double]
    /// Losses left out, as not finite or beyond ±1e100.
    public let nonFinite: Int
    /// Whether the call limit ended the optimisation before its last epoch did.
    public let reachedLimit: Bool
    /// The distribution of each position at the best state, shape [length, vocabulary].
    public let distribution: [[Double]]
  }

  /// How far an optimisation is.
  public struct Standing: Sendable, Hashable {
    /// Inputs scored so far.
    public let scoredInputs: Int
    /// Mean loss of all examples behind the best prompt so far; nil until one is judged.
    public let loss: Double?
  }

  private static let largestNorm = 3.0
  /// Beyond this a loss is no loss, and its square would overflow.
  private static let largestLoss = 1e100

  private static func isReading(_ loss: Double) -> Bool { abs(loss) <= largestLoss }

  /// The settings.
  public let settings: Settings
  /// Candidates for each position.
  public let vocabulary: [String]
  /// Seed of draws and of the order of examples.
  public let seed: UInt64
  /// Inputs that the loss of one example takes: 1, or one for each label.
  public let inputsPerExample: Int

  /// `optimize` may be called many times and always starts anew.
  public init(
    settings: Settings,
    vocabulary: [String],
    seed: UInt64,
    inputsPerExample: Int = 1
  ) {
    precondition(inputsPerExample > 0)
    self.settings = settings
    self.vocabulary = vocabulary
    self.seed = seed
    self.inputsPerExample = inputsPerExample
  }

  /// Optimises a prompt.
  ///
  /// - Parameters:
  ///   - examples: Number of examples; the batches number them from 0.
  ///   - progress: Told after each step and each judgement.
  ///   - loss: Mean loss of the examples numbered `batch` behind a prompt. A call scores `inputsPerExample`
  ///     inputs for each example of its batch. The calls of a step run concurrently, at most `samples` at
  ///     once. A loss that is not finite, or is beyond ±1e100, is left out and counted.
  /// - Returns: The best prompt.
  /// - Throws: `invalidDesign` for settings that allow no step, `CancellationError`, and what `loss` throws.
  public func optimize(
    examples: Int,
    progress: (Standing) -> Void = { _ in },
    loss: @escaping @Sendable (_ prompt: String, _ batch: [Int]) async throws -> Double
  ) async throws -> Outcome {
    try settings.check(
      examples: examples,
      inputsPerExample: inputsPerExample,
      vocabulary: vocabulary.count
    )
    var search = Search(settings: settings, width: vocabulary.count)
    var order = SplitMix64(seed: seed, stream: 0)
    var generator = SplitMix64(seed: seed, stream: 1)
    let all = Array(0..<examples)
    epochs: for _ in 0..<settings.epochs {
      let shuffled = order.shuffled(all)
      for first in stride(from: 0, to: examples, by: settings.batchSize) {
        try Task.checkCancellation()
        let batch = Array(shuffled[first..<first + min(settings.batchSize, examples - first)])
        let draws = (0..<settings.samples).map { _ in
          search.distribution.draw(using: &generator)
        }
        let distinct = Set(draws).sorted { $0.lexicographicallyPrecedes($1) }
        // Judging the prompt that this step leads to must stay affordable.
        let cost = distinct.count * batch.count * inputsPerExample
        let judging = examples * inputsPerExample
        guard search.scoredInputs + cost + judging <= settings.callLimit else {
          search.reachedLimit = true
          break epochs
        }
        let readings = try await losses(of: distinct, on: batch, loss: loss)
        search.scoredInputs += cost
        search.learn(draws: draws, readings: readings)
        progress(search.standing)
      }
      try await judge(&search, on: all, loss: loss)
      progress(search.standing)
    }
    try await judge(&search, on: all, loss: loss)
    return outcome(of: search)
  }

  private func losses(
    of prompts: [[Int]],
    on batch: [Int],
    loss: @escaping @Sendable (String, [Int]) async throws -> Double
  ) async throws -> [[Int]: Double] {
    try await withThrowingTaskGroup(of: ([Int], Double).self) { group in
      for prompt in prompts {
        let text = text(of: prompt)
        group.addTask { (prompt, try await loss(text, batch)) }
      }
      return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
    }
  }

  private func judge(
    _ search: inout Search,
    on all: [Int],
    loss: @Sendable (String, [Int]) async throws -> Double
  ) async throws {
    let prompt = search.distribution.mode
    guard search.judged.insert(prompt).inserted else { return }
    try Task.checkCancellation()
    let value = try await loss(text(of: prompt), all)
    search.scoredInputs += all.count * inputsPerExample
    guard Self.isReading(value) else {
      search.nonFinite += 1
      return
    }
    if value < search.best?.loss ?? .infinity { search.best = (value, search.distribution) }
  }

  private func outcome(of search: Search) -> Outcome {
    let distribution = search.best?.distribution ?? search.distribution
    return Outcome(
      prompt: text(of: distribution.mode),
      loss: search.best?.loss,
      scoredInputs: search.scoredInputs,
      losses: search.losses,
      nonFinite: search.nonFinite,
      reachedLimit: search.reachedLimit,
      distribution: distribution.rows
    )
  }

  private func text(of prompt: [Int]) -> String {
    prompt.map { vocabulary[$0] }.joined(separator: " ")
  }

  /// Where an optimisation stands.
  private struct Search {
    var distribution: PromptDistribution
    var adam: AdamState
    var scoredInputs = 0
    var losses: [Double] = []
    var nonFinite = 0
    var reachedLimit = false
    var judged: Set<[Int]> = []
    var best: (loss: Double, distribution: PromptDistribution)?

    var standing: Standing { Standing(scoredInputs: scoredInputs, loss: best?.loss) }

    init(settings: Settings, width: Int) {
      distribution = PromptDistribution(length: settings.length, width: width)
      adam = AdamState(count: settings.length * width, learningRate: settings.learningRate)
    }

    /// Moves the distribution against the gradient of what the draws cost.
    mutating func learn(draws: [[Int]], readings: [[Int]: Double]) {
      nonFinite += readings.values.count { !PromptOptimizer.isReading($0) }
      let read = draws.compactMap { draw in
        readings[draw].flatMap { PromptOptimizer.isReading($0) ? (draw: draw, loss: $0) : nil }
      }
      if read.isEmpty { return }
      losses.append(read.reduce(0) { $0 + $1.loss } / Double(read.count))
      if read.count < 2 { return }
      let gradient = distribution.gradient(draws: read.map(\.draw), losses: read.map(\.loss))
      let bounded = clipped(gradient, toNorm: PromptOptimizer.largestNorm)
      distribution.move(by: adam.step(against: bounded))
    }
  }
}
