import Foundation
import Testing

/// fakeai: somebody else's server of the fine-tuning job protocol.
///
/// It trains nothing, so its losses, made up as they are, come out as bounds.
///
///     python3 -m venv fv && fv/bin/pip install fakeai pillow
///     fv/bin/fakeai server --host 127.0.0.1 --port 8120
@Suite(.enabled(if: RealServer.are(.fakeai), "needs DAUNCE_REAL_FAKEAI"))
struct FakeAIRealServersTests {
  @Test func `jobs are uploaded, created, followed, adopted after a kill and deleted`()
    async throws
  {
    let place = try Workplace()
    try place.write("key", "sk-fake\n")
    try place.write("fakeai.json5", try Self.configuration())
    let before = try await Self.jobs()
    let killed = try DaunceProcess(["run", "fakeai.json5", "-q"], in: place.url)
    try await Task.sleep(for: .seconds(8))
    killed.send(SIGKILL)
    #expect(try await killed.ending().status == -SIGKILL)
    #expect(try await Self.jobs() > before)

    let run = try await place.daunce("run", "fakeai.json5", "--json")
    #expect(run.status == 0, "\(run.notes)")
    #expect(try await Self.jobs() == before + 3)
    let status = try #require(try run.objects().last)
    // It ignores the hyperparameters of `method`, which must not go unnoticed.
    let notes = status["notes"] as? [String] ?? []
    #expect(notes.contains { $0.contains("otherwise than asked") }, "\(notes)")

    let clean = try await place.daunce("clean", "fakeai.db", "--json")
    // It has no route that deletes a model.
    #expect(clean.status == 3)
    for resource in try clean.objects() {
      #expect(resource["deleted"] as? Bool == (resource["kind"] as? String != "model"))
    }
  }

  private static func configuration() throws -> String {
    """
    {
      data: { train: "train.jsonl", queries: "queries.jsonl" },
      target: { base: "openai/gpt-oss-20b", model: "openai/gpt-oss-20b" },
      trainer: {
        provider: "openai", baseURL: "\(try #require(RealServer.fakeai.place))",
        apiKey: { file: "key" },
      },
      perturbation: { models: 3, subsetSize: 12, start: "base" },
      estimator: "correlation",
    }
    """
  }

  private static func jobs() async throws -> Int {
    let url = try #require(RealServer.fakeai.place) + "/fine_tuning/jobs?limit=100"
    let (_, text) = try await RealServer.run(["/usr/bin/curl", "-s", url])
    let reply = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
    return (reply?["data"] as? [Any])?.count ?? 0
  }
}

/// The official Python client against our sandbox.
///
///     python3 -m venv ov && ov/bin/pip install openai
@Suite(.enabled(if: RealServer.are(.openaiPython), "needs DAUNCE_REAL_OPENAI_PYTHON"))
struct OfficialClientRealServersTests {
  @Test func `is served files, jobs, completions, chats and models by the sandbox`() async throws {
    let place = try Workplace()
    let sandbox = try DaunceProcess(["sandbox", "--port", "0"], in: place.url)
    var url = ""
    for _ in 0..<300 where url.isEmpty {
      try await Task.sleep(for: .milliseconds(100))
      url = sandbox.printed.split(separator: "\n").first.map(String.init) ?? ""
    }
    let client = try await RealServer.run([
      try #require(RealServer.openaiPython.place),
      RealServer.file("Tests/EndToEndTests/openai_client.py"), url, "none",
    ])
    sandbox.send(SIGINT)
    #expect(try await sandbox.ending().status == 130)
    #expect(client.status == 0, "\(client.output)")
    #expect(client.output.contains("ok  "))
  }
}
