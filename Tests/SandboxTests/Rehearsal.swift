import Experiment
import ReferenceModels
import TestSupport

@testable import Sandbox

/// A small reference model and a server around it, for one test.
enum Rehearsal {
  static let shape = Architecture(width: 16, layers: 2, heads: 2, vocabulary: 320, context: 64)

  static let rows = (0..<12).map { index in
    Example(
      id: "row-\(index)",
      prompt: .text("is number \(index) even?"),
      completion: index % 2 == 0 ? " yes it is" : " no it is not"
    )
  }

  static var file: String {
    rows.map {
      String(decoding: ExampleFile.line(for: $0, includingIdentity: false), as: UTF8.self)
    }
    .joined(separator: "\n") + "\n"
  }

  static func provider(_ folder: borrowing TemporaryFolder, seed: UInt64 = 1) throws
    -> ReferenceProvider
  {
    try ReferenceProvider(
      folder: folder.path("weights"),
      architecture: shape,
      vocabularyFrom: rows,
      seed: seed
    )
  }

  /// Runs a server while the body runs, and stops it.
  static func with<Result>(
    provider: ReferenceProvider? = nil,
    folder: String? = nil,
    key: String? = nil,
    faults: SandboxFaults = SandboxFaults(),
    jobs: Int = 4,
    limits: RequestReader.Limits = RequestReader.Limits(),
    patience: Connection.Patience = Connection.Patience(),
    note: (@Sendable (String) -> Void)? = nil,
    _ body: (LoopbackClient) async throws -> Result
  ) async throws -> Result {
    let home = try TemporaryFolder()
    let server = try SandboxServer(
      provider: try provider ?? Self.provider(home),
      folder: folder,
      key: key,
      faults: faults,
      jobs: jobs,
      limits: limits,
      patience: patience,
      note: note
    )
    let port = try server.start()
    do {
      let result = try await body(LoopbackClient(port: port, key: key))
      server.stop()
      await server.wait()
      return result
    } catch {
      server.stop()
      await server.wait()
      throw error
    }
  }
}
