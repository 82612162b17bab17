import Attribution
import Configuration
import Runs
import Experiment
import FoundationEssentials
import Scenarios
import Terminal
import TestSupport
import Testing

@testable import Commands

struct PreparedRunTests {
  @Test(
    arguments: [
      ("run.json5", "run.db"), ("a.b/run", "a.b/run.db"), ("run.db", "run.db.db"),
      (".hidden", ".hidden.db"), ("x/.hidden", "x/.hidden.db"), ("a.tar.gz", "a.tar.db"),
    ]
  )
  func `a sibling keeps folder and name and never overwrites its origin`(
    path: String,
    expected: String
  ) {
    #expect(RunFiles.sibling(of: path, extension: "db") == expected)
  }

  @Test func `the ready configuration shows the defaults`() throws {
    let folder = try TemporaryFolder()
    let demo = try Demo(
      scenario: .trigger,
      seed: 0,
      models: nil,
      start: nil,
      store: folder.path("demo.db")
    )
    _ = try demo.write(to: folder.path("files"))
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    let ready = try Data(contentsOf: root.appending(path: "configs/local.json5"))
    try ready.write(to: URL(filePath: folder.path("files/local.json5")))
    let read = try PreparedRun(
      local: RunConfiguration.read(file: folder.path("files/local.json5")),
      store: folder.path("local.db")
    )
    var expected = demo.run.settings
    expected.name = "local"
    #expect(read.settings == expected)
    #expect(read.design == demo.run.design)
  }

  @Test(arguments: Scenario.allCases)
  func `the files a demo writes describe the very run the demo does`(scenario: Scenario) throws {
    let folder = try TemporaryFolder()
    let demo = try Demo(
      scenario: scenario,
      seed: 5,
      models: 7,
      start: .target,
      store: folder.path("demo.db")
    )
    let path = try demo.write(to: folder.path("files"))
    let read = try PreparedRun(
      local: RunConfiguration.read(file: path),
      store: folder.path("run.db")
    )
    #expect(read.corpus.texts == demo.corpus.texts)
    #expect(read.settings == demo.run.settings)
    #expect(read.design == demo.run.design)
  }

  @Test func `what a configuration leaves open is the default, what it says is its own`() throws {
    let folder = try TemporaryFolder()
    let store = folder.path("run.db")
    func prepared(_ extra: String) throws -> PreparedRun {
      let text = "{ data: { train: 't.jsonl', queries: 'q.jsonl' }, \(extra) }"
      let rows = Corpus.scripted()
      for (name, side) in [("t.jsonl", rows.train), ("q.jsonl", rows.queries)] {
        let lines = side.map {
          String(decoding: ExampleFile.line(for: $0, includingIdentity: true), as: UTF8.self)
        }
        try Array(lines.joined(separator: "\n").utf8).write(to: folder.path(name))
      }
      return try PreparedRun(
        local: RunConfiguration(
          json5: Array(text.utf8),
          folder: String(folder.path("x").dropLast()),
          defaultName: "run"
        ),
        store: store
      )
    }
    let usual = Defaults.local
    let silent = try prepared("trainer: { provider: 'local' }, perturbation: { subsetSize: 3 }")
    #expect(silent.settings.models == usual.count)
    #expect(silent.settings.start == usual.start)
    #expect(silent.settings.hyperparameters == usual.hyperparameters)
    #expect(silent.settings.targetHyperparameters == usual.target)
    #expect(silent.design.subsets.allSatisfy { $0.members.count == 3 })

    let said = try prepared(
      """
      trainer: { provider: 'local', hyperparameters: { epochs: 2 }, architecture: { width: 32 } },
      target: { model: 'mine' },
      perturbation: { subsetRatio: 0.5, models: 4, start: 'target', seed: 9, weighted: true }
      """
    )
    #expect(said.settings.models == 4)
    #expect(said.settings.start == .target)
    #expect(said.settings.target == ModelReference("mine"))
    #expect(said.settings.hyperparameters.epochs == 2)
    #expect(said.settings.hyperparameters.batchSize == usual.hyperparameters.batchSize)
    #expect(said.settings.provider.contains("width 32, layers "))
    #expect(said.design.subsets.allSatisfy { $0.members.count == 5 && $0.weights?.count == 5 })
    #expect(said.plan().jobs == 4)
    #expect(said.plan().dollars == 0)
  }
}

extension [UInt8] {
  /// Writes the bytes to a file.
  fileprivate func write(to path: String) throws {
    let file = try OutputFile(path: path)
    try file.write(self)
    try file.finish()
  }
}

extension Corpus {
  /// The examples without the rows they were read from.
  fileprivate var texts: Corpus {
    func texts(_ examples: [Example]) -> [Example] {
      examples.map {
        Example(id: $0.id, prompt: $0.prompt, completion: $0.completion, tags: $0.tags)
      }
    }
    return Corpus(train: texts(train), queries: texts(queries))
  }
}
