import Experiment
import FoundationEssentials
import TestSupport
import Testing

@testable import Hosts

@Suite struct `rows of the user's file` {
  private let rows = GeneratedRows(1000, seed: 5)

  private func job() throws -> ModelJob {
    ModelJob(
      key: "0123456789abcdef0123456789abcdef",
      start: nil,
      examples: try ExampleFile.parse(rows.file, role: .train, file: ""),
      hyperparameters: Hyperparameters(),
      seed: 7
    )
  }

  /// The file as it should arrive.
  private var expected: String { rows.kept.map { $0 + "\n" }.joined() }

  @Test(
    arguments: HostRegistry.builtIn.hosts.filter { $0.profile.training != nil }.map(\.profile.name)
  )
  func `arrive at every host as they stood`(name: String) async throws {
    let host = AnsweringHost(name: name) { call, _ in
      // The upload is all that is looked at.
      if call.upload != nil { throw HostError(.refused, "enough") }
      return ["id": "x", "name": "x", "data": []]
    }
    var profile = try HostProfile.named(name)
    profile.baseURL = profile.baseURL ?? "https://example.com"
    let trainer = try HostedTrainer(
      host: host,
      profile: profile,
      base: "base",
      ledger: ListLedger(),
      account: "account"
    )
    let job = try job()
    await #expect(throws: HostError.self) { _ = try await trainer.train(job) }
    let mark = profile.training?.byteOrderMark == true ? "\u{FEFF}" : ""
    let sent = try #require(host.calls.compactMap(\.upload).first)
    #expect(sent.utf8.elementsEqual((mark + expected).utf8))
  }

  @Test func `arrive at a program as they stood`() async throws {
    let folder = try TemporaryFolder()
    let script = """
      file=$(sed 's/.*"training_file":"\\([^"]*\\)".*/\\1/'); cp "$file" "$1"
      echo '{"model":"m"}'
      """
    let trainer = CommandTrainer(
      CommandOptions(
        program: ["/bin/sh", "-c", script, "sh", folder.path("copy")],
        folder: folder.path("jobs"),
        base: "base"
      ),
      ledger: ListLedger()
    )
    _ = try await trainer.train(job()) { _ in }
    let copy = try String(contentsOfFile: folder.path("copy"), encoding: .utf8)
    #expect(copy.utf8.elementsEqual(expected.utf8))
  }
}
