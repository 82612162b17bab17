import Configuration
import Experiment
import Foundation
import Testing

@testable import Commands

private let corpus = Corpus(
  train: (0..<40).map { Example(id: "t\($0)", prompt: .text("p\($0)"), completion: "yes") },
  queries: [Example(id: "q", prompt: .text("p"), completion: "yes", tags: ["odd"])]
)

private func sheet(
  _ text: String,
  environment: [String: String] = [:]
) throws -> ConfigurationSheet {
  let bytes = Array("{\n data: { train: \"t\", queries: \"q\" },\n\(text) }".utf8)
  return try ConfigurationSheet(
    RunConfiguration(json5: bytes, folder: "in/", defaultName: "run"),
    written: JSON5Reader.written(bytes),
    corpus: corpus,
    environment: environment
  )
}

extension ConfigurationSheet {
  /// A key's value and origin in words.
  fileprivate subscript(path: String) -> String? {
    entries.first { $0.path == path }.map { "\($0.words), \($0.origin.words)" }
  }
}

@Suite struct ConfigurationSheetTests {
  private static let openai =
    "target: { model: \"m\", base: \"b\" }, trainer: { provider: \"openai\" },"

  @Test(arguments: [
    ("http://127.0.0.1:8000/v1", "http://127.0.0.1:8000/v1"),
    ("http://me:secret@host/v1", "http://…@host/v1"),
    ("http://host/v1?key=secret", "http://host/v1?…"),
    ("https://a@b:secret@host:1/v1#secret", "https://…@host:1/v1#…"), ("host/a@b", "host/a@b"),
  ])
  func `an address is shown without what may be a key in it`(address: String, shown: String) {
    #expect(ConfigurationSheet.shown(address) == shown)
  }

  @Test(arguments: [
    "", openai, openai + "perturbation: { models: { max: 40, stop: \"stable\" } }",
    openai + "perturbation: { kind: \"mirror\" }", "perturbation: { kind: \"mirror\" }",
    "target: { model: \"m\" }, scorer: { provider: \"vllm\" }, "
      + "perturbation: { kind: \"prompt\", method: \"probing\" }",
    "target: { model: \"m\" }, scorer: { provider: \"vllm\" }, "
      + "perturbation: { kind: \"prompt\", method: \"bdpl\" }",
    "target: { base: \"b\" }, trainer: { provider: \"command\", command: [\"x\"] }, "
      + "scorer: { provider: \"sglang\" }",
    openai + "evidence: { embeddings: { provider: \"openai\", model: \"e\" } }, "
      + "candidates: { nearest: 3 }",
  ])
  func `every key that the decoder knows is explained, once`(text: String) throws {
    let sheet = try sheet(text)
    #expect(sheet.unexplained.isEmpty)
    let shown = sheet.entries.map(\.path) + sheet.unset
    #expect(Set(shown).count == shown.count)
    // The decoder's own list, less keys that only hold others.
    let sections = Set(RunConfiguration.Section.allCases.flatMap(\.paths))
    let leaves = RunConfiguration.Section.allPaths.filter { path in
      !sections.contains(path)
        && !RunConfiguration.Section.apiKey.paths.contains {
          path.hasPrefix($0 + ".")
        }
    }
    #expect(leaves.count > 60)
    #expect(Set(leaves).isSubset(of: shown))
  }

  @Test func `each origin is told`() throws {
    let sheet = try sheet(
      Self.openai + "\nperturbation: {\n models: 12 }",
      environment: ["OPENAI_BASE_URL": "http://127.0.0.1:1/v1", "OPENAI_API_KEY": "sk-hidden"]
    )
    #expect(sheet["data.train"] == "in/t, file line 2")
    #expect(sheet["perturbation.models"] == "12, file line 5")
    #expect(sheet["perturbation.subsetRatio"] == "0.3, default")
    #expect(sheet["trainer.parallelJobs"] == "3, host profile openai")
    #expect(sheet["trainer.baseURL"] == "http://127.0.0.1:1/v1, environment OPENAI_BASE_URL")
    #expect(sheet["trainer.apiKey"] == "set, environment OPENAI_API_KEY")
    #expect(sheet["scorer.provider"] == "openai, trainer.provider")
    #expect(!sheet.entries.contains { $0.words.contains("sk-hidden") })
  }

  @Test func `a key that is not there is not set, wherever it should be`() throws {
    #expect(try sheet(Self.openai)["trainer.apiKey"] == "not set, environment OPENAI_API_KEY")
    let named = "target: { model: \"m\" }, trainer: { provider: \"openai\", apiKey: "
    #expect(
      try sheet(named + "{ env: \"MINE\" } }", environment: ["MINE": "x"])["trainer.apiKey"]
        == "set, environment MINE"
    )
    #expect(
      try sheet(named + "{ file: \"none\" } }")["trainer.apiKey"] == "not set, key file in/none"
    )
    #expect(try sheet("")["trainer.apiKey"] == nil)
  }

  @Test func `steps on queries have hyperparameters of their own`() throws {
    let sheet = try sheet("perturbation: { kind: \"mirror\" }")
    #expect(sheet["perturbation.hyperparameters.epochs"] != nil)
    #expect(sheet["trainer.hyperparameters.epochs"] == nil)
    #expect(sheet["perturbation.models"] == nil)
  }
}
