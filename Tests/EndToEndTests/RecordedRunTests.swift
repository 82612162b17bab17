import Foundation
import TestSupport
import Testing

/// The small run that is kept with the tests: 12 rows, 2 queries and 3 models of the sandbox.
struct RecordedRunTests {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "Recorded")

  private static func path(_ name: String) -> String { folder.appending(path: name).path }

  /// Replays a recording into a new store of a folder.
  private func replay(
    _ recording: String,
    in folder: borrowing TemporaryFolder
  ) async throws -> DaunceProcess.Ending {
    try await DaunceProcess.run(
      "run",
      Self.path("run.json5"),
      "--store",
      folder.path("again.db"),
      "--replay",
      recording,
      "--json",
      in: folder.url
    )
  }

  @Test func `replays without a server to the very losses that were recorded`() async throws {
    let folder = try TemporaryFolder()
    let ending = try await replay(Self.path("recording.jsonl"), in: folder)
    #expect(ending.status == 0, "\(ending.notes)")
    #expect(try ending.objects().first?["phase"] as? String == "complete")
    let export = try await DaunceProcess.run(
      "export",
      "again.db",
      "losses",
      "-o",
      "losses.csv",
      in: folder.url
    )
    #expect(export.status == 0)
    let losses = try Data(contentsOf: folder.url.appending(path: "losses.csv"))
    #expect(try losses == Data(contentsOf: Self.folder.appending(path: "losses.csv")))
    #expect(losses.count > 500)
    // What was replayed is a recording of its own, the same one but for the order of parallel jobs.
    let again = try await DaunceProcess.run(
      "export",
      "again.db",
      "recording",
      "-o",
      "again.jsonl",
      in: folder.url
    )
    #expect(again.status == 0)
    let kept = try Set(lines(of: folder.url.appending(path: "again.jsonl")))
    #expect(try kept.isSubset(of: lines(of: Self.folder.appending(path: "recording.jsonl"))))
    #expect(kept.count > 40)
  }

  @Test(arguments: [
    (
      "/completions\"}", "\\\"model\\\":\\\"ft:",
      "POST http://127.0.0.1:8000/v1/completions for model 'ft:"
    ),
    (
      "/fine_tuning/jobs\"}", "daunce_job",
      "POST http://127.0.0.1:8000/v1/fine_tuning/jobs for model "
    ),
    ("/files\"}", "purpose: fine-tune", "POST http://127.0.0.1:8000/v1/files; the nearest"),
  ])
  func `fails without one of its lines, and names the request that it was`(
    address: String,
    content: String,
    message: String
  ) async throws {
    let folder = try TemporaryFolder()
    var lines = try lines(of: Self.folder.appending(path: "recording.jsonl"))
    let index = try #require(
      lines.lastIndex { $0.hasSuffix(address) && $0.contains(content) && $0.contains("\"POST\"") }
    )
    lines.remove(at: index)
    let path = folder.path("recording.jsonl")
    try Data(lines.map { $0 + "\n" }.joined().utf8).write(to: URL(filePath: path))
    let ending = try await replay(path, in: folder)
    #expect(ending.status == 1)
    #expect(ending.output.isEmpty)
    let error = try #require(ending.notes.split(separator: "\n").last)
    let object = try JSONSerialization.jsonObject(with: Data(error.utf8)) as? [String: Any]
    let said = try #require(object?["error"] as? String)
    #expect(said.contains("the recording lacks \(message)"), "\(said)")
    #expect(object?["hint"] as? String != nil)
  }

  @Test func `is small and holds nothing of the machine it was made on`() throws {
    let text = try lines(of: Self.folder.appending(path: "recording.jsonl")).joined(separator: "\n")
    #expect(text.utf8.count < 300_000)
    for word in ["/tmp/", "/home/", "/work/", "Bearer"] { #expect(!text.contains(word), "\(word)") }
  }

  private func lines(of file: URL) throws -> [String] {
    try String(contentsOf: file, encoding: .utf8).split(separator: "\n").map(String.init)
  }
}
