import Foundation
import TestSupport
import Testing

/// Runs that get more models, and runs that share what was paid for.
@Suite struct `growth at a host` {
  private func configure(
    _ name: String,
    models: Int,
    at host: SandboxProcess,
    in folder: URL
  ) throws {
    let text = """
      {
        data: { train: "train.jsonl", queries: "queries.jsonl" },
        target: { base: "reference" },
        trainer: {
          provider: "sandbox", baseURL: "\(host.url)",
          hyperparameters: { epochs: 1, batchSize: 4 },
        },
        perturbation: { models: \(models), subsetRatio: 0.5, start: "base", seed: 1 },
      }
      """
    try Data(text.utf8).write(to: folder.appending(path: "\(name).json5"))
  }

  private func run(
    _ name: String,
    store: String,
    in folder: URL
  ) async throws -> [String: Any] {
    let ending = try await DaunceProcess.run(
      "run",
      "\(name).json5",
      "--store",
      store,
      "--json",
      "-q",
      in: folder
    )
    #expect(ending.status == 0, "\(ending.notes)")
    return try #require(ending.objects().first)
  }

  private func losses(of store: String, in folder: URL) async throws -> [[Substring]] {
    let ending = try await DaunceProcess.run(
      "export",
      store,
      "losses",
      "-o",
      "losses.csv",
      in: folder
    )
    #expect(ending.status == 0, "\(ending.notes)")
    return try String(contentsOf: folder.appending(path: "losses.csv"), encoding: .utf8)
      .split(separator: "\n").map { $0.split(separator: ",", omittingEmptySubsequences: false) }
  }

  private func made(_ host: SandboxProcess) async throws -> Int {
    try await host.list("fine_tuning/jobs").count
  }

  private func place() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    for file in ["schema4.store", "train.jsonl", "queries.jsonl"] {
      try FileManager.default.copyItem(
        at: URL(filePath: #filePath).deletingLastPathComponent()
          .appending(path: "Recorded/Schema4/\(file)"),
        to: folder.url.appending(path: file)
      )
    }
    return folder
  }

  @Test func `costs the difference, and another run on the same data costs nothing`() async throws {
    let folder = try place()
    let host = try await SandboxProcess(in: folder.url, "--folder", "box")
    try configure("run", models: 3, at: host, in: folder.url)
    _ = try await run("run", store: "run.db", in: folder.url)
    #expect(try await made(host) == 4)
    let small = try await losses(of: "run.db", in: folder.url)
    try configure("run", models: 6, at: host, in: folder.url)
    let grown = try await run("run", store: "run.db", in: folder.url)
    #expect((grown["models"] as? [String: Any])?["succeeded"] as? Int == 6)
    #expect(try await made(host) == 7)
    let large = try await losses(of: "run.db", in: folder.url)
    #expect(large.map { Array($0.prefix(5)) } == small)

    // A store that knows nothing finds the jobs at the host.
    try configure("other", models: 5, at: host, in: folder.url)
    _ = try await run("other", store: "other.db", in: folder.url)
    #expect(try await made(host) == 7)
    #expect(try await losses(of: "other.db", in: folder.url) == large.map { Array($0.prefix(7)) })

    // In one store, runs of other subsets of the same rows share θ0 and have names to be asked by.
    let text = try String(contentsOf: folder.url.appending(path: "other.json5"), encoding: .utf8)
    try Data(text.replacing("subsetRatio: 0.5", with: "subsetSize: 2").utf8)
      .write(to: folder.url.appending(path: "sparse.json5"))
    _ = try await run("sparse", store: "run.db", in: folder.url)
    #expect(try await made(host) == 7 + 5)
    for (choice, models) in [([], 5), (["--run", "run"], 6), (["--run", "sparse"], 5)] {
      let ending = try await DaunceProcess(["status", "run.db", "--json"] + choice, in: folder.url)
        .ending()
      let status = try ending.objects().first?["models"] as? [String: Any]
      #expect(status?["planned"] as? Int == models, "\(choice)")
    }
    // What another store has deleted at the host is made anew, though the host still lists its jobs.
    let cleaned = try await DaunceProcess.run("clean", "other.db", in: folder.url)
    #expect(cleaned.status == 0, "\(cleaned.notes)")
    let left = try await made(host)
    _ = try await run("other", store: "third.db", in: folder.url)
    #expect(try await made(host) == left + 6)
    let unknown = try await DaunceProcess.run("top", "run.db", "--run", "x", in: folder.url)
    #expect(unknown.status == 64 && unknown.notes.contains("'run', 'sparse'"))
    try await host.stop()
  }

  @Test func `goes on from the last release's store, which is paid for`() async throws {
    let folder = try place()
    let known = try await losses(of: "schema4.store", in: folder.url)
    let host = try await SandboxProcess(in: folder.url, "--folder", "box")
    try configure("run", models: 3, at: host, in: folder.url)
    _ = try await run("run", store: "schema4.store", in: folder.url)
    #expect(try await made(host) == 0)
    // The opening look finds out how the host can be read, under its base model.
    #expect(try await host.log().prices.pairs.allSatisfy { $0.model == "reference" })
    #expect(try await losses(of: "schema4.store", in: folder.url) == known)
    try configure("run", models: 5, at: host, in: folder.url)
    _ = try await run("run", store: "schema4.store", in: folder.url)
    #expect(try await made(host) == 2)
    let grown = try await losses(of: "schema4.store", in: folder.url)
    #expect(grown.map { Array($0.prefix(5)) } == known)
    #expect(grown.allSatisfy { $0.count == 7 && !$0.contains("") })
    try await host.stop()
  }
}
