import Foundation
import TestSupport
import Testing

/// Embeddings from the sandbox: asked through faults, kept, and answered again without it.
struct EmbeddingTests {
  @Test func `embeddings are read through faults, judged beside the method, and replayed`()
    async throws
  {
    let place = try Workplace()
    let sandbox = try await SandboxProcess(in: place.url, "--faults", "0.2", "--hang", "1")
    func configure(_ name: String) throws {
      try place.rewrite(
        name,
        "data:",
        """
        evidence: { embeddings: {
          provider: "sandbox", baseURL: "\(sandbox.url)", model: "reference",
          apiKey: { env: "EMBEDDING_KEY" },
        } },
        data:
        """
      )
    }
    try configure("run.json5")
    let plan = try await place.daunce("plan", "run.json5", "--json")
    let planned = try #require(try plan.objects().first?["embeddings"] as? [String: Any])
    #expect(planned["texts"] as? Int == 46 && planned["requests"] as? Int == 1)

    let environment = ["EMBEDDING_KEY": "very-secret-key-of-mine"]
    let run = try await DaunceProcess(
      ["run", "run.json5"],
      in: place.url,
      environment: environment
    )
    .ending()
    #expect(run.status == 0, "\(run.notes)")
    try await sandbox.stop()
    let figures = try await baselines(place, "run.db")
    #expect(figures.keys.contains("embedding"))
    #expect(figures.keys.contains("embedding+same-completion"))

    // Resumed and replayed without any server: every embedding is there.
    let again = try await DaunceProcess(
      ["run", "run.json5"],
      in: place.url,
      environment: environment
    )
    .ending()
    #expect(again.status == 0, "\(again.notes)")
    let replay = try await place.daunce("run", "run.json5", "--store", "b.db", "--replay", "run.db")
    #expect(replay.status == 0, "\(replay.notes)")
    #expect(try await baselines(place, "b.db") == figures)
    let bytes = try place.read("run.db") + place.read("b.db")
    #expect(bytes.firstRange(of: Data("very-secret-key".utf8)) == nil)
  }

  private func baselines(
    _ place: borrowing Workplace,
    _ store: String
  ) async throws -> [String: Double] {
    let ending = try await place.daunce("evaluate", store, "--tag", "planted", "--group", "--json")
    let object = try #require(try ending.objects().first)
    let baselines = try #require(object["baselines"] as? [String: [String: Any]])
    return baselines.compactMapValues { $0["ap"] as? Double }
  }
}
