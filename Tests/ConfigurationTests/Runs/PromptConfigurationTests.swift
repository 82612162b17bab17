import Attribution
import Experiment
import Hosts
import Testing

@testable import Configuration

@Suite struct PromptConfigurationTests {
  @Test func `prompts need a scorer and a target, and no trainer`() throws {
    let configuration = try read(
      """
      { data: { train: "t", queries: "q" }, target: { model: "ft:x" },
        scorer: { provider: "vllm", baseURL: "http://h/v1" },
        perturbation: { kind: "prompt", method: "random", length: 4, vocabulary: 9, models: 30 } }
      """
    )
    #expect(configuration.trainer.endpoint == configuration.scorer.endpoint)
    #expect(
      configuration.perturbation.prompts
        == PromptPerturbation(method: .random, length: 4, vocabulary: 9)
    )
    let plain = try read(local("perturbation: { kind: \"prompt\" }"))
    #expect(plain.perturbation.prompts == PromptPerturbation(method: .demonstrations))
    #expect(try read(local()).perturbation.prompts == nil)
    let paper = try read(
      local(#"perturbation: { kind: "prompt", method: "bdpl", preset: "paper", samples: 20 }"#)
    )
    var optimizer = PromptOptimizer.Settings.paper
    optimizer.samples = 20
    #expect(paper.perturbation.prompts?.optimizer == optimizer)
    #expect(paper.perturbation.prompts?.length == 50)
    #expect(paper.perturbation.prompts?.labels == nil)
    for (said, labels) in [("[]", []), (#"["A", "B"]"#, ["A", "B"])] {
      let read = try read(
        local(#"perturbation: { kind: "prompt", method: "bdpl", labels: \#(said) }"#)
      )
      #expect(read.perturbation.prompts?.labels == labels)
    }
  }

  @Test(arguments: [
    (#"kind: "prompt", start: "base""#, "perturbation.start"),
    (#"kind: "prompt", weighted: true"#, "perturbation.weighted"),
    (#"demonstrations: 2"#, "perturbation.demonstrations"),
    (#"kind: "finetune", method: "random""#, "perturbation.method"),
    (#"kind: "prompts""#, "perturbation.kind"),
    (#"kind: "prompt", vocabulary: 1"#, "perturbation.vocabulary"),
    (#"kind: "prompt", method: "random", samples: 4"#, "perturbation.samples"),
    (#"kind: "prompt", method: "bdpl", samples: 1"#, "perturbation.samples"),
    (#"kind: "prompt", method: "bdpl", preset: "big""#, "perturbation.preset"),
    (#"callLimit: 9"#, "perturbation.callLimit"),
    (#"kind: "prompt", method: "random", labels: ["A"]"#, "perturbation.labels"),
    (#"kind: "prompt", method: "bdpl", labels: "A""#, "perturbation.labels"),
    (#"kind: "prompt", demonstrations: 0"#, "perturbation.demonstrations"),
    (#"kind: "prompt", method: "probing", models: 25"#, "perturbation.models"),
    (#"kind: "prompt", method: "probing", subsetSize: 9"#, "perturbation.subsetSize"),
    (#"kind: "prompt", method: "probing", length: 4"#, "perturbation.length"),
    (#"kind: "prompt", method: "probing", samples: 4"#, "perturbation.samples"),
    (#"kind: "prompt", method: "probe""#, "perturbation.method"),
  ])
  func `what means nothing for a kind of perturbation is an error`(
    said: String,
    path: String
  ) throws {
    #expect(try fault(local("perturbation: { \(said) }")).path == path)
  }

  @Test func `without a trainer the scorer has to say where it is`() throws {
    let error = try fault(
      #"{ data: { train: "t", queries: "q" }, target: { model: "x" }, perturbation: { kind: "prompt" } }"#
    )
    #expect(error.path.hasSuffix("provider"))
  }
}
