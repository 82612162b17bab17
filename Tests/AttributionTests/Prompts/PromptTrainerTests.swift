import Experiment
import Synchronization
import TestSupport
import Testing

@testable import Attribution

@Suite struct `models made by prompts` {
  /// Rows of independent words: no two of them stick together.
  private let train = (0..<60).map { number in
    let (animal, verb) = (
      ["cat", "dog", "owl", "fox"][number % 4], ["is", "was", "says"][number % 3]
    )
    return Example(
      id: "t\(number)",
      prompt: .text("\(animal) \(verb) \(["here", "there", "home", "in", "out"][number % 5])"),
      completion: " \(number)"
    )
  }

  private func job(_ seed: UInt64, _ members: Range<Int>, start: String? = "θ0") -> ModelJob {
    ModelJob(
      key: "k\(seed)",
      start: start.map { ModelReference($0) },
      examples: Array(train[members]),
      hyperparameters: Hyperparameters(),
      seed: seed,
      isTarget: start == nil
    )
  }

  private func trainer(
    _ perturbation: PromptPerturbation,
    tuner: (any Trainer)? = nil,
    scorer: any Scorer = ScriptedScorer()
  ) throws -> PromptTrainer {
    try PromptTrainer(
      perturbation,
      train: train,
      subset: 10,
      tuner: tuner,
      scorer: PromptedScorer(scorer, train: train, for: perturbation)
    )
  }

  private func made(
    _ perturbation: PromptPerturbation,
    _ job: ModelJob
  ) async throws -> PromptedModel {
    let trainer = try trainer(perturbation)
    return try #require(PromptedModel(try await trainer.train(job) { _ in }.model))
  }

  @Test func `demonstrations come from the subset, with one in reserve`() async throws {
    let perturbation = PromptPerturbation(method: .demonstrations, demonstrations: 3)
    var seen: Set<[String]> = []
    for seed in 0..<20 {
      let model = try await made(perturbation, job(UInt64(seed), 10..<20))
      let drawn = try #require(model.demonstrations)
      #expect(model.base == "θ0")
      #expect(Set(drawn).count == 4)
      #expect(Set(drawn).isSubset(of: (10..<20).map { "t\($0)" }))
      #expect(try await made(perturbation, job(UInt64(seed), 10..<20)) == model)
      seen.insert(drawn)
    }
    #expect(seen.count == 20)
  }

  @Test func `a probe shows the query it is given`() async throws {
    let model = try await made(PromptPerturbation(method: .probing), job(1, 5..<6))
    #expect(model == PromptedModel(base: ModelReference("θ0"), query: "t5"))
    #expect(PromptedModel(try model.reference) == model)
    let trainer = try trainer(PromptPerturbation(method: .probing))
    for members in [0..<0, 0..<2] {
      await #expect(throws: AttributionError.self) {
        try await trainer.train(job(1, members)) { _ in }
      }
    }
  }

  @Test func `random prompts are made of the training text's segments`() async throws {
    let perturbation = PromptPerturbation(method: .random, length: 5, vocabulary: 20)
    let model = try await made(perturbation, job(1, 0..<10))
    let prefix = try #require(model.prefix)
    #expect(model.demonstrations == nil)
    let words = Set(train.flatMap { $0.prompt.text.split(separator: " ").map(String.init) })
    let asked = prefix.split(separator: " ").map(String.init)
    #expect(asked.count == 5)
    #expect(Set(asked).isSubset(of: words))
    #expect(try await made(perturbation, job(2, 0..<10)) != model)
  }

  @Test func `a training set of one word gives no random prompts`() {
    let rows = [Example(id: "a", prompt: .text("once"), completion: "x")]
    let error = #expect(throws: AttributionError.self) {
      try PromptTrainer(
        PromptPerturbation(method: .random),
        train: rows,
        subset: 1,
        tuner: nil,
        scorer: PromptedScorer(
          ScriptedScorer(),
          train: rows,
          for: PromptPerturbation(method: .random)
        )
      )
    }
    #expect(error?.hint?.contains("demonstrations") == true)
  }

  @Test func `a limit that allows no step is refused before anything is asked`() throws {
    var perturbation = PromptPerturbation(method: .bdpl, labels: ["1", "2"])
    let rows = train.enumerated().map {
      Example(id: $1.id, prompt: $1.prompt, completion: $0 % 2 == 0 ? "1" : "2")
    }
    func trainer() throws -> PromptTrainer {
      let scorer = PromptedScorer(ScriptedScorer(), train: rows, for: perturbation)
      return try PromptTrainer(perturbation, train: rows, subset: 30, tuner: nil, scorer: scorer)
    }
    // Four draws on 16 examples and a judgement of 30, each for two labels.
    perturbation.optimizer.callLimit = (4 * 16 + 30) * 2
    _ = try trainer()
    perturbation.optimizer.callLimit -= 1
    let error = #expect(throws: AttributionError.self) { try trainer() }
    #expect(error?.hint?.contains("callLimit") == true)
  }

  @Test func `rows of one template give prompts, too`() async throws {
    let rows = (0..<8).map {
      Example(
        id: "\($0)",
        prompt: .text("Tell me now what the capital of land \($0) is"),
        completion: "x"
      )
    }
    for method in [PromptPerturbation.Method.random, .bdpl] {
      let perturbation = PromptPerturbation(method: method, length: 3)
      let trainer = try PromptTrainer(
        perturbation,
        train: rows,
        subset: 8,
        tuner: nil,
        scorer: PromptedScorer(ScriptedScorer(), train: rows, for: perturbation)
      )
      let job = ModelJob(
        key: "k",
        start: ModelReference("θ0"),
        examples: rows,
        hyperparameters: Hyperparameters(),
        seed: 1
      )
      let model = try #require(PromptedModel(try await trainer.train(job) { _ in }.model))
      let words = Set(try #require(model.prefix).split(separator: " ").map(String.init))
      #expect(
        words.isSubset(of: ["Tell", "me", "now", "what", "the", "capital", "of", "land", "is"])
      )
    }
  }

  @Test func `θ0 is trained by who can, and by nobody else`() async throws {
    let tuner = ScriptedTrainer()
    let perturbation = PromptPerturbation(method: .demonstrations)
    let trainer = try trainer(perturbation, tuner: tuner)
    #expect(trainer.trainerCapabilities.scoredInputs == 0)
    #expect(trainer.trainerCapabilities.minimumExamples == 2)
    let whole = job(1, 0..<60, start: nil)
    #expect(PromptedModel(try await trainer.train(whole) { _ in }.model) == nil)
    _ = try await trainer.train(job(1, 0..<10)) { _ in }
    #expect(tuner.jobs == [whole])
    let alone = try self.trainer(perturbation)
    let error = await #expect(throws: AttributionError.self) {
      try await alone.train(whole) { _ in }
    }
    #expect(error?.code == .invalidDesign)
  }

  @Test func `an optimised prompt lowers the subset's losses, within what the plan says`()
    async throws
  {
    // A segment of the training text is worth 1 nat wherever it stands.
    let asked = Mutex(0)
    let scorer = FormulaScorer { example in
      asked.withLock { $0 += 1 }
      return 9 - Double(example.prompt.text.ranges(of: "owl").count)
    }
    var perturbation = PromptPerturbation(method: .bdpl, length: 3, vocabulary: 12)
    perturbation.optimizer.epochs = 30
    perturbation.optimizer.learningRate = 0.1
    let trainer = try trainer(perturbation, scorer: scorer)
    let model = try await trainer.train(job(3, 0..<10)) { _ in }.model
    let prefix = try #require(PromptedModel(model)?.prefix)
    #expect(prefix.ranges(of: "owl").count == 3, "\(prefix)")
    let most = try #require(trainer.trainerCapabilities.scoredInputs)
    #expect(asked.withLock { $0 } <= most)
    #expect(scorer.opened.withLock { $0 } == 0)
    #expect(
      try await self.trainer(perturbation, scorer: scorer).train(job(3, 0..<10)) { _ in }.model
        == model
    )
  }

  @Test func `every label is read, counted and told of, and the label loss decides`() async throws {
    // `owl` makes both labels likelier alike, `fox` the right one alone.
    let rows = train.enumerated().map { number, row in
      Example(id: row.id, prompt: row.prompt, completion: number % 2 == 0 ? " yes" : " no")
    }
    let asked = Mutex<[Int]>([])
    let scorer = FormulaScorer { example in
      let isRight = (Int(example.id.dropFirst()) ?? 0) % 2 == (example.completion == " yes" ? 0 : 1)
      let definition = example.prompt.text.prefix { $0 != "\t" }
      asked.withLock { $0.append(definition.utf8.count) }
      let (owls, foxes) = (definition.ranges(of: "owl").count, definition.ranges(of: "fox").count)
      return 20 - 3 * Double(owls) - (isRight ? Double(foxes) : 0)
    }
    var perturbation = PromptPerturbation(method: .bdpl, length: 3, vocabulary: 12)
    perturbation.optimizer.epochs = 30
    perturbation.optimizer.learningRate = 0.1
    perturbation = try perturbation.resolved(for: rows)
    #expect(perturbation.labels == ["no", "yes"])
    #expect("\(perturbation)".hasSuffix("loss of the label among 'no', 'yes'"))
    let trainer = try PromptTrainer(
      perturbation,
      train: rows,
      subset: 10,
      tuner: nil,
      scorer: PromptedScorer(scorer, train: rows, for: perturbation)
    )
    let seen = Mutex<[TrainingProgress]>([])
    let job = ModelJob(
      key: "k",
      start: ModelReference("θ0"),
      examples: Array(rows[..<10]),
      hyperparameters: Hyperparameters(),
      seed: 3
    )
    let model = try await trainer.train(job) { progress in seen.withLock { $0.append(progress) } }
    #expect(PromptedModel(model.model)?.prefix == "fox fox fox")
    let count = asked.withLock { $0.count }
    #expect(model.scored == ScoredInputs(inputs: count, tokens: count))
    let capabilities = trainer.trainerCapabilities
    // 30 epochs of 4 draws and a judgement of 10 examples, each for two labels.
    #expect(capabilities.scoredInputs == 30 * 5 * 10 * 2)
    // A batch is all 10 examples, which take 5 calls of 4 inputs.
    #expect(capabilities.scoringCalls == 30 * 5 * 5)
    #expect(count <= 3_000)
    let last = try #require(seen.withLock { $0.last })
    #expect(last.scored?.inputs == count)
    #expect(last.limit == 3_000)
    #expect(last.fraction == Double(count) / 3_000)
    // log(1 + e⁻³) behind three foxes.
    #expect(abs(try #require(last.loss) - 0.048587351573742) < 1e-9)
    #expect(seen.withLock { $0.first }?.loss == nil)
  }
}

/// A scorer whose NLL is a formula, and which counts how often θ0 is open.
private final class FormulaScorer: Scorer {
  let opened = Mutex(0)
  private let formula: @Sendable (Example) -> Double

  init(_ formula: @escaping @Sendable (Example) -> Double) { self.formula = formula }

  var scorerCapabilities: ScorerCapabilities {
    ScorerCapabilities(exact: true, batch: 4, method: "formula")
  }

  func open(_ model: ModelReference?) async throws { opened.withLock { $0 += 1 } }

  func close(_ model: ModelReference?) async { opened.withLock { $0 -= 1 } }

  func read(
    _ examples: [Example],
    under model: ModelReference?,
    round: Int
  ) async throws -> [LossReading] {
    #expect(opened.withLock { $0 } == 1)
    return examples.map {
      LossReading(
        loss: .measured(formula($0)),
        tokens: 1,
        tokenLogProbabilities: [],
        method: "formula"
      )
    }
  }

  func tokens(in example: Example) -> Int { 1 }
}
