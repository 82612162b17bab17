import Experiment
import TestSupport
import Testing

@testable import Attribution

@Suite struct `models made by prompts` {
  private let train = (0..<40).map { number in
    Example(
      id: "t\(number)",
      prompt: .text("What does the animal number \(number % 3) say today?"),
      completion: " \(number)"
    )
  }

  private func job(_ seed: UInt64, _ members: Range<Int>, start: String? = "θ0") -> TrainingJob {
    TrainingJob(
      key: "k\(seed)",
      start: start.map { ModelReference($0) },
      examples: Array(train[members]),
      hyperparameters: Hyperparameters(),
      seed: seed,
      isTarget: start == nil
    )
  }

  private func made(
    _ perturbation: PromptPerturbation,
    _ job: TrainingJob
  ) async throws -> PromptedModel {
    let trainer = try PromptTrainer(perturbation, train: train, tuner: nil)
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

  @Test func `random prompts are made of the training text's segments`() async throws {
    let perturbation = PromptPerturbation(method: .random, length: 5, vocabulary: 20)
    let model = try await made(perturbation, job(1, 0..<10))
    let prefix = try #require(model.prefix)
    #expect(model.demonstrations == nil)
    let words = Set(train.flatMap { $0.prompt.text.split(separator: " ").map(String.init) })
    let asked = prefix.split(separator: " ").map(String.init)
    #expect(asked.count >= 5)
    #expect(asked.allSatisfy { word in words.contains { $0.hasPrefix(word) } })
    #expect(try await made(perturbation, job(2, 0..<10)) != model)
  }

  @Test func `text that does not repeat gives no random prompts`() {
    let rows = [Example(id: "a", prompt: .text("once"), completion: "x")]
    let error = #expect(throws: AttributionError.self) {
      try PromptTrainer(PromptPerturbation(method: .random), train: rows, tuner: nil)
    }
    #expect(error?.hint?.contains("demonstrations") == true)
  }

  @Test func `θ0 is trained by who can, and by nobody else`() async throws {
    let tuner = ScriptedTrainer()
    let perturbation = PromptPerturbation(method: .demonstrations)
    let trainer = try PromptTrainer(perturbation, train: train, tuner: tuner)
    #expect(trainer.trainerCapabilities.perturbsByPrompt)
    #expect(trainer.trainerCapabilities.minimumExamples == 2)
    let whole = job(1, 0..<40, start: nil)
    #expect(PromptedModel(try await trainer.train(whole) { _ in }.model) == nil)
    _ = try await trainer.train(job(1, 0..<10)) { _ in }
    #expect(tuner.jobs == [whole])
    let alone = try PromptTrainer(perturbation, train: train, tuner: nil)
    let error = await #expect(throws: AttributionError.self) {
      try await alone.train(whole) { _ in }
    }
    #expect(error?.code == .invalidDesign)
  }
}
