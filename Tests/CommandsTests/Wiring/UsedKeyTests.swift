import Configuration
import Runs
import Experiment
import Files
import FoundationEssentials
import TestSupport
import Testing

@testable import Commands

/// A key with a value that is not its default, and what must be there beside it.
private struct Key: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let text: String
  let beside: String

  init(_ text: String, beside: String = "") {
    testDescription = text
    self.text = text
    self.beside = beside
  }
}

/// Writes rows and wires runs on them.
private final class Wiring {
  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    let rows = Corpus.scripted()
    for (name, side) in [("t.jsonl", rows.train), ("q.jsonl", rows.queries)] {
      let lines = side.map {
        String(decoding: ExampleFile.line(for: $0, includingIdentity: true), as: UTF8.self)
      }
      try PrivateFile.write(Array(lines.joined(separator: "\n").utf8), to: folder.path(name))
    }
    try PrivateFile.write(
      Array("{date: 'd', hosts: {sandbox: {'': {prompt: 5, training: 7}}}}".utf8),
      to: folder.path("prices.json5")
    )
  }

  /// Everything that a run is made of, in words.
  func run(_ text: String) async throws -> String {
    let configuration = try RunConfiguration(
      json5: Array("{ data: { train: 't.jsonl', queries: 'q.jsonl' }, \(text) }".utf8),
      folder: String(folder.path("x").dropLast()),
      defaultName: "run"
    )
    let run = try await PreparedRun.make(configuration, store: folder.path("run.db"))
    return """
      \(run.settings) \(run.plan()) \(String(describing: run.cap)) \
      \(String(describing: run.throughput)) \(String(describing: run.rates)) \(run.notes)
      """
  }
}

private let shared = [
  Key("name: 'other'"),
  Key("trainer.hyperparameters: { epochs: 9 }"), Key("trainer.hyperparameters: { batchSize: 9 }"),
  Key("trainer.hyperparameters: { learningRateMultiplier: 9 }"), Key("trainer.parallelJobs: 1"),
  Key("perturbation.models: 9"), Key("perturbation.subsetRatio: 0.9"),
  Key("perturbation.subsetSize: 9"), Key("perturbation.seed: 9"),
  Key("perturbation.weighted: true"), Key("candidates: { nearest: 1 }"),
  Key("candidates.audit: 0.9", beside: "nearest: 1"),
]

private let local =
  shared + [
    Key("target: { epochs: 9 }"), Key("target: { model: 'mine' }"),
    Key("perturbation.start: 'target'"), Key("trainer.architecture: { width: 32 }"),
    Key("trainer.architecture: { layers: 1 }"), Key("trainer.architecture: { heads: 2 }"),
    Key("trainer.architecture: { vocabulary: 300 }"), Key("trainer.architecture: { context: 99 }"),
  ]

private let hosted =
  shared.filter { $0.text != "trainer.parallelJobs: 1" && $0.text != "perturbation.weighted: true" }
  + [
    Key("target.epochs: 9", beside: "base: 'reference'"),
    Key("target: { model: 'reference' }"), Key("perturbation.start: 'base'"),
    Key("trainer.parallelJobs: 77"), Key("trainer.minutesPerJob: 9"),
    Key("scorer: { method: 'first-token' }"), Key("scorer: { requestsPerMinute: 9 }"),
    Key("budget: { dollars: 9, prices: 'prices.json5' }"),
    Key("budget: { prices: 'prices.json5' }"),
  ]

/// A configuration with one more key.
private func configuration(_ base: [String: String], _ key: Key?) -> String {
  var parts = base
  if let key {
    let (name, value) = (key.text.prefix { $0 != ":" }, key.text.drop { $0 != ":" }.dropFirst())
    let steps = name.split(separator: ".").map(String.init)
    if steps.count == 1 {
      parts[steps[0]] = String(value)
    } else {
      let others = [parts[steps[0]]?.dropFirst().dropLast().description ?? "", key.beside]
        .filter { !$0.allSatisfy(\.isWhitespace) }
      let wanted = steps[0] == "target" && !key.beside.isEmpty ? [key.beside] : others
      parts[steps[0]] = "{ \((wanted + ["\(steps[1]): \(value)"]).joined(separator: ", ")) }"
    }
  }
  return parts.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }.joined(separator: ", ")
}

@Suite struct `every key that is accepted` {
  @Test(arguments: local)
  fileprivate func `changes a local run`(key: Key) async throws {
    let wiring = try Wiring()
    let base = ["trainer": "{ provider: 'local' }", "perturbation": "{ subsetSize: 3 }"]
      .filter { $0.key != "perturbation" || !key.text.hasPrefix("perturbation.subset") }
    let silent = try await wiring.run(configuration(base, nil))
    #expect(try await wiring.run(configuration(base, key)) != silent)
  }

  @Test(arguments: hosted)
  fileprivate func `changes a hosted run`(key: Key) async throws {
    let wiring = try Wiring()
    let base = [
      "trainer": "{ provider: 'sandbox' }", "target": "{ base: 'reference' }",
      "perturbation": "{ subsetRatio: 0.6 }",
    ].filter { $0.key != "perturbation" || !key.text.hasPrefix("perturbation.subset") }
    let silent = try await wiring.run(configuration(base, nil))
    #expect(try await wiring.run(configuration(base, key)) != silent)
  }

  @Test func `means the same for every provider`() throws {
    func settings(_ provider: String) throws -> (Hyperparameters, Hyperparameters) {
      let text = """
        { data: { train: 't', queries: 'q' }, target: { base: 'b', epochs: 5 }, scorer: { provider: \
        'vllm' }, trainer: { provider: '\(provider)', hyperparameters: { batchSize: 3 } } }
        """
      let read = try RunConfiguration(json5: Array(text.utf8), folder: "", defaultName: "")
      let settings = try RunSettings(read, corpus: .scripted())
      return (settings.hyperparameters, settings.targetHyperparameters)
    }
    let (tuned, target) = try settings("vllm")
    #expect(tuned == Hyperparameters(epochs: 1, batchSize: 3, learningRateMultiplier: 1))
    #expect(target == Hyperparameters(epochs: 5, batchSize: 3, learningRateMultiplier: 1))
  }
}
