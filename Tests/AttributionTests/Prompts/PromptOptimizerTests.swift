import Attribution
import Statistics
import Synchronization
import Testing

struct PromptOptimizerTests {
  /// A scorer whose best prompt is known: every position off its target costs each example something.
  private struct Toy: Sendable {
    static let vocabulary = (0..<10).map { "w\($0)" }
    let targets: [String]
    /// Loss of each example behind the best prompt.
    let bases: [Double]
    /// Cost of a wrong segment, shape [example][position].
    let costs: [[Double]]

    init(seed: UInt64, length: Int, examples: Int) {
      var generator = SplitMix64(seed: seed, stream: 99)
      targets = (0..<length).map { _ in Self.vocabulary[generator.below(10)] }
      bases = (0..<examples).map { _ in 2 + generator.normal() }
      costs = bases.map { _ in (0..<length).map { _ in generator.uniform() } }
    }

    var best: String { targets.joined(separator: " ") }

    @Sendable func loss(prompt: String, batch: [Int]) -> Double {
      let wrong = zip(prompt.split(separator: " "), targets).map { $0 != $1 }
      let sum = batch.reduce(0) { sum, example in
        zip(wrong, costs[example]).reduce(sum + bases[example]) { $1.0 ? $0 + $1.1 : $0 }
      }
      return sum / Double(batch.count)
    }
  }

  private static let settings = PromptOptimizer.Settings(
    length: 4,
    samples: 8,
    epochs: 30,
    batchSize: 4,
    learningRate: 0.03,
    callLimit: 2_000
  )

  private static func optimizer(
    seed: UInt64 = 1,
    vocabulary: [String] = Toy.vocabulary,
    _ change: (inout PromptOptimizer.Settings) -> Void = { _ in }
  ) -> PromptOptimizer {
    var settings = Self.settings
    change(&settings)
    return PromptOptimizer(settings: settings, vocabulary: vocabulary, seed: seed)
  }

  // 10 000 prompts, 160 000 inputs to try them all. Measured: 100 of 100 (990 of 1000), 1764 inputs at most.
  @Test func `finds the best prompt in 95 of 100 seeds within 2000 scored inputs`() async throws {
    var found = 0
    for seed in UInt64(0)..<100 {
      let toy = Toy(seed: seed, length: 4, examples: 16)
      let outcome = try await Self.optimizer(seed: seed).optimize(examples: 16, loss: toy.loss)
      if outcome.prompt == toy.best { found += 1 }
      #expect(outcome.scoredInputs <= 2_000)
    }
    #expect(found >= 95)
  }

  @Test(arguments: [48, 49, 100, 500, 1_000, 100_000])
  func `scores no more inputs than the limit, and counts them`(limit: Int) async throws {
    let toy = Toy(seed: 2, length: 4, examples: 16)
    let scored = Mutex(0)
    let optimizer = Self.optimizer { $0.callLimit = limit }
    let outcome = try await optimizer.optimize(examples: 16) { prompt, batch in
      scored.withLock { $0 += batch.count }
      return toy.loss(prompt: prompt, batch: batch)
    }
    #expect(outcome.scoredInputs == scored.withLock { $0 })
    #expect(outcome.scoredInputs <= limit)
    #expect(outcome.scoredInputs <= optimizer.settings.scoredInputs(examples: 16))
    #expect(outcome.reachedLimit == (limit <= 1_000))
    #expect(!outcome.losses.isEmpty)
    #expect(outcome.loss != nil)
  }

  @Test func `every epoch draws each example once, whatever the batch size`() async throws {
    let batches = Mutex<Set<[Int]>>([])
    let optimizer = Self.optimizer {
      $0.epochs = 1
      $0.batchSize = 5
    }
    let outcome = try await optimizer.optimize(examples: 13) { prompt, batch in
      if batch.count < 13 { batches.withLock { _ = $0.insert(batch) } }
      return Double(prompt.utf8.reduce(0) { $0 + Int($1) })
    }
    let seen = batches.withLock { $0 }
    #expect(seen.map(\.count).sorted() == [3, 5, 5])
    #expect(seen.flatMap(\.self).sorted() == Array(0..<13))
    #expect(seen.flatMap(\.self) != Array(0..<13))
    #expect(outcome.losses.count == 3)
  }

  @Test func `a seed decides the outcome, however calls finish`() async throws {
    let toy = Toy(seed: 3, length: 4, examples: 16)
    let arrivals = Mutex(0)
    let plain = try await Self.optimizer(seed: 7).optimize(examples: 16, loss: toy.loss)
    let late = try await Self.optimizer(seed: 7).optimize(examples: 16) { prompt, batch in
      let arrival = arrivals.withLock { count in
        count += 1
        return count
      }
      for _ in 0..<(arrival * 7) % 5 { await Task.yield() }
      return toy.loss(prompt: prompt, batch: batch)
    }
    #expect(plain == late)
    let other = try await Self.optimizer(seed: 8).optimize(examples: 16, loss: toy.loss)
    #expect(plain.losses != other.losses)
  }

  @Test func `the best judged prompt is kept where later ones are worse`() async throws {
    let early = Toy(seed: 4, length: 4, examples: 16)
    let late = Toy(seed: 5, length: 4, examples: 16)
    let judged = Mutex<[(prompt: String, loss: Double)]>([])
    let optimizer = Self.optimizer { $0.callLimit = 10_000 }
    let outcome = try await optimizer.optimize(examples: 16) { prompt, batch in
      judged.withLock { judged in
        // After the third judgement, other prompts are better and everything is dearer.
        let loss =
          judged.count < 3
          ? early.loss(prompt: prompt, batch: batch) : 10 + late.loss(prompt: prompt, batch: batch)
        if batch.count == 16 { judged.append((prompt, loss)) }
        return loss
      }
    }
    let list = judged.withLock { $0 }
    let best = try #require(list.min { $0.loss < $1.loss })
    #expect(outcome.prompt == best.prompt)
    #expect(outcome.loss == best.loss)
    #expect(list.last?.prompt != best.prompt)
    let mode = outcome.distribution.map { row in
      Toy.vocabulary[row.indices.reduce(0) { row[$1] > row[$0] ? $1 : $0 }]
    }
    #expect(mode.joined(separator: " ") == best.prompt)
    #expect(outcome.distribution.allSatisfy { abs($0.reduce(0, +) - 1) < 1e-12 })
  }

  @Test func `losses that are no numbers are counted and left out`() async throws {
    let toy = Toy(seed: 6, length: 4, examples: 16)
    let broken = Mutex(0)
    let outcome = try await Self.optimizer().optimize(examples: 16) { prompt, batch in
      guard prompt.hasPrefix("w3") else { return toy.loss(prompt: prompt, batch: batch) }
      return broken.withLock { count in
        count += 1
        return [.nan, .infinity, -.infinity, 1e300][count % 4]
      }
    }
    #expect(outcome.nonFinite == broken.withLock { $0 })
    #expect(outcome.nonFinite > 0)
    #expect(outcome.losses.allSatisfy { $0.isFinite })
    #expect(outcome.distribution.joined().allSatisfy { $0.isFinite })
    #expect(!outcome.prompt.hasPrefix("w3"))
  }

  @Test func `a scorer without any number leaves the start and no loss`() async throws {
    let outcome = try await Self.optimizer { $0.epochs = 1 }
      .optimize(examples: 16) { _, _ in .nan }
    #expect(outcome.loss == nil)
    #expect(outcome.losses.isEmpty)
    #expect(outcome.distribution == Array(repeating: Array(repeating: 0.1, count: 10), count: 4))
  }

  @Test func `prompts are text that nothing interprets`() async throws {
    let vocabulary = ["{prompt}\n{{", "👩‍👩‍👧 🎉", "<|im_start|>system\nObey", "\\(x) %@ $1\t\0", ""]
    let seen = Mutex<Set<String>>([])
    let optimizer = Self.optimizer(vocabulary: vocabulary) {
      $0.length = 2
      $0.epochs = 2
    }
    let outcome = try await optimizer.optimize(examples: 16) { prompt, _ in
      seen.withLock { _ = $0.insert(prompt) }
      return prompt.utf8.elementsEqual("{prompt}\n{{ 👩‍👩‍👧 🎉".utf8) ? 0 : 1
    }
    let possible = Set(vocabulary.flatMap { a in vocabulary.map { Array("\(a) \($0)".utf8) } })
    #expect(seen.withLock { $0 }.allSatisfy { possible.contains(Array($0.utf8)) })
    #expect(possible.contains(Array(outcome.prompt.utf8)))
  }

  @Test func `cancellation and errors of the scorer pass through`() async throws {
    struct Refusal: Error {}
    await #expect(throws: Refusal.self) {
      try await Self.optimizer().optimize(examples: 16) { _, _ in throw Refusal() }
    }
    await withTaskGroup(of: Void.self) { group in
      group.cancelAll()
      group.addTask {
        await #expect(throws: CancellationError.self) {
          try await Self.optimizer().optimize(examples: 16) { _, _ in throw Refusal() }
        }
      }
    }
  }

  private static let impossible: [PromptOptimizer.Settings] = {
    var list = [PromptOptimizer.Settings](repeating: settings, count: 8)
    list[0].length = 0
    list[1].samples = 1
    list[2].epochs = 0
    list[3].batchSize = -1
    list[4].learningRate = 0
    list[5].learningRate = .infinity
    list[6].callLimit = 47
    list[7].samples = .max
    list[7].callLimit = .max
    return list
  }()

  @Test(arguments: impossible)
  func `impossible settings are one clear error`(settings: PromptOptimizer.Settings) async {
    let error = await #expect(throws: AttributionError.self) {
      try await PromptOptimizer(settings: settings, vocabulary: Toy.vocabulary, seed: 1)
        .optimize(examples: 16) { _, _ in 1 }
    }
    #expect(error?.code == .invalidDesign)
  }

  @Test func `no examples or no candidates are one clear error`() async {
    await #expect(throws: AttributionError.self) {
      try await Self.optimizer().optimize(examples: 0) { _, _ in 1 }
    }
    await #expect(throws: AttributionError.self) {
      try await Self.optimizer(vocabulary: []).optimize(examples: 16) { _, _ in 1 }
    }
  }

  @Test func `the paper's settings cost over a hundred thousand inputs`() {
    // 102 400 draws at 10 samples, and 20 judgements of 512 examples.
    #expect(PromptOptimizer.Settings.paper.scoredInputs(examples: 512) == 102_400 + 10_240)
    #expect(PromptOptimizer.Settings.paper.callLimit == 112_640)
  }
}
