import Attribution
import Experiment
import Testing

@testable import Configuration

@Suite struct MirrorConfigurationTests {
  private func fault(_ said: String) throws -> ConfigurationError {
    try #require(throws: ConfigurationError.self) { try read(said) }
  }

  private func read(_ said: String) throws -> RunConfiguration.Perturbation {
    let text = "{ data: { train: 't', queries: 'q' }, perturbation: { \(said) } }"
    return try RunConfiguration(json5: Array(text.utf8), folder: "", defaultName: "")
      .perturbation
  }

  @Test func `a step has seeds, a direction, a start and hyperparameters of its own`() throws {
    let said = try read(
      """
      kind: "mirror", seeds: 2, direction: "down", start: "target", seed: 5,
      hyperparameters: { epochs: 1, learningRateMultiplier: 0.2 }
      """
    )
    #expect(
      said.mirror
        == RunConfiguration.Mirror(
          seeds: 2,
          direction: .down,
          hyperparameters: Hyperparameters(epochs: 1, learningRateMultiplier: 0.2)
        )
    )
    #expect(said.start == .target && said.seed == 5 && said.prompts == nil)
    let plain = try read("kind: \"mirror\"")
    #expect(plain.mirror == RunConfiguration.Mirror())
    #expect(plain.mirror?.seeds == 3 && plain.mirror?.direction == nil && plain.start == nil)
    #expect(try read("kind: \"finetune\"").mirror == nil)
  }

  @Test(arguments: [
    (
      "kind: \"mirror\", models: 25", "perturbation.models",
      "say how many steps a behaviour gets: seeds: 3"
    ),
    ("kind: \"mirror\", subsetRatio: 0.1", "perturbation.subsetRatio", "leave it out"),
    ("kind: \"mirror\", weighted: true", "perturbation.weighted", "leave it out"),
    ("kind: \"mirror\", method: \"random\"", "perturbation.method", "leave it out"),
    ("kind: \"mirror\", seeds: 0", "perturbation.seeds", nil),
    ("kind: \"mirror\", direction: \"dwn\"", "perturbation.direction", "did you mean \"down\"?"),
    ("kind: \"mirrors\"", "perturbation.kind", "did you mean \"mirror\"?"),
    ("kind: \"mirror\", seed_s: 3", "perturbation.seed_s", "did you mean 'seeds'?"),
    (
      "kind: \"mirror\", hyperparameters: { epoch: 1 }", "perturbation.hyperparameters.epoch",
      "did you mean 'epochs'?"
    ),
    ("seeds: 3", "perturbation.seeds", nil), ("direction: \"up\"", "perturbation.direction", nil),
    (
      "hyperparameters: {}", "perturbation.hyperparameters",
      "those of fine-tunes on rows stand in 'trainer.hyperparameters'"
    ),
    ("kind: \"prompt\", seeds: 3", "perturbation.seeds", nil),
  ])
  func `what means nothing is an error that says what would`(
    said: String,
    path: String,
    hint: String?
  ) throws {
    let error = try fault(said)
    #expect(error.path == path)
    #expect(error.hint == hint)
  }
}
