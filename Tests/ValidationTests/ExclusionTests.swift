import Attribution
import Experiment
import Kernels
import ReferenceModels
import Testing
import WhiteBox

@testable import Validation

/// What a validation leaves out, counts or makes again rather than fail or show a wrong figure.
struct ExclusionTests {
  @Test func `an estimator that needs more models has no curve, and a note says why`() async throws
  {
    var settings = smallSettings()
    settings.models = [3, 12]
    settings.methods = ["daunce-covariance", "daunce-design-regression"]
    settings.counterfactuals = nil
    settings.sensitivity = nil
    let workshop = try Workshop(smallSubject(), seed: 1, threads: 2)
    let board = try await ValidationRun(workshop, settings: settings).leaderboard()
    #expect(Set(board.rows.map(\.method)) == ["daunce-covariance", "daunce-design-regression"])
    #expect(board.scaling.map(\.method) == ["daunce-covariance"])
    #expect(
      board.notes.contains { $0.hasPrefix("the growth of daunce-design-regression is not shown") }
    )
  }

  @Test func `controls have names of their own beside methods of the same name`() async throws {
    var settings = smallSettings()
    settings.methods = ["random", "same-label"]
    settings.counterfactuals = ValidationSettings.Counterfactuals(
      methods: ["random", "same-label"],
      queries: 20,
      removal: ValidationSettings.Counterfactuals.Removal(sizes: [2, 5], seeds: 1)
    )
    settings.sensitivity = nil
    let workshop = try Workshop(smallSubject(), seed: 1, threads: 2)
    let board = try await ValidationRun(workshop, settings: settings).leaderboard()
    #expect(
      Set(board.removals.map(\.method)) == [
        "random", "random, lowest", "same-label", "same-label, lowest", "random, control",
        "same-label, control",
      ]
    )
    #expect(board.removals.allSatisfy { $0.sizes == [2, 5] && $0.rise.count == 2 })
  }

  @Test func `a kept result of another length is made again`() async throws {
    let subject = smallSubject()
    let training = Training(
      start: .initial,
      members: [0, 1, 2, 3],
      seed: 1,
      recipe: subject.recipe
    )
    let fresh = try await Workshop(subject, seed: 1, threads: 1).results(of: [training])
    let shelf = MemoryShelf()
    let key = try training.key(of: subject, targetSeed: 1)
    try shelf.keep(TrainingResult(losses: [1, 2], seconds: 0), for: key)
    let results = try await Workshop(subject, seed: 1, threads: 1, shelf: shelf)
      .results(of: [training])
    #expect(results.map(\.losses) == fresh.map(\.losses))
  }

  @Test func `of several trainings that fail the first in order is named`() async throws {
    // The first takes by far the longest.
    let trainings = (0..<8).map { index in
      let descent = GradientDescent(
        epochs: index == 0 ? 3000 : 3,
        batchSize: 16,
        learningRate: 1e9
      )
      return Training(
        start: .target,
        members: Array(0..<60),
        seed: UInt64(index),
        recipe: .descent(descent)
      )
    }
    var messages: [String] = []
    for threads in [1, 4] {
      let workshop = try Workshop(smallSubject(), seed: 1, threads: threads)
      let error = await #expect(throws: ReferenceModelError.self) {
        try await workshop.results(of: trainings)
      }
      messages.append(try #require(error).description)
    }
    #expect(messages[0] == messages[1])
  }

  @Test func `parameters that stay finite do not hide a training that diverged`() async throws {
    let descent = GradientDescent(epochs: 3, batchSize: 16, learningRate: 1e12)
    let workshop = try Workshop(smallSubject(), seed: 1, threads: 1)
    let training = Training(
      start: .target,
      members: Array(0..<60),
      seed: 1,
      recipe: .descent(descent)
    )
    let error = await #expect(throws: ReferenceModelError.self) {
      try await workshop.results(of: [training])
    }
    #expect(error?.code == .diverged)
    let words =
      "cannot train the target further on 60 examples: training diverged: the mean loss is"
    #expect(error?.description.hasPrefix(words) == true)
    #expect(error?.hint == "lower the learning rate")
  }

  @Test func `impossible settings are refused before anything is trained`() throws {
    let possible = smallSettings()
    try possible.check(examples: 120)
    var settings = possible
    settings.further?.ratio = 0.001
    #expect(throws: ValidationError.self) { try settings.check(examples: 120) }
    settings = possible
    settings.truth.ratio = 1
    #expect(throws: ValidationError.self) { try settings.check(examples: 120) }
    settings = possible
    settings.ratio = 0.004
    #expect(throws: ValidationError.self) { try settings.check(examples: 120) }
    settings = possible
    settings.truth.models = 5
    try settings.check(examples: 120)
    settings.threshold = .hard
    #expect(throws: ValidationError.self) { try settings.check(examples: 120) }
    settings = possible
    settings.sensitivity?.size = 60
    #expect(throws: ValidationError.self) { try settings.check(examples: 120) }
  }
}
