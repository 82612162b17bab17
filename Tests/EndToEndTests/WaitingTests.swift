import Foundation
import TestSupport
import Testing

/// What a run says while a host lets it wait.
struct WaitingTests {
  private static func host(_ words: String) throws -> ScriptedOpenAI {
    try ScriptedOpenAI { request, honest in
      request.method == "POST" && request.path == "/v1/fine_tuning/jobs"
        ? .json(#"{"error":{"message":"\#(words)"}}"#, status: 429) : honest
    }
  }

  private static func place(at host: ScriptedOpenAI) throws -> Workplace {
    let place = try Workplace()
    try place.write("box.json5", ScriptedOpenAI.profile)
    try place.write("key", "sk-box")
    try place.write("run.json5", host.configuration(key: "apiKey: { file: \"key\" },"))
    return place
  }

  @Test func `a limit is told on the screen and to another process, until it is interrupted`()
    async throws
  {
    let host = try Self.host("8 jobs an hour; try again in 2 hours")
    let place = try Self.place(at: host)
    let run = try DaunceProcess(["run", "run.json5"], in: place.url)
    var waiting: [String: Any]?
    while waiting == nil {
      let status = try await place.daunce("status", "run.db", "--json")
      waiting = (try status.objects().first?["waiting"] as? [[String: Any]])?.first
    }
    let wait = try #require(waiting)
    #expect(wait["for"] as? String == "a place for a fine-tuning job at box (target)")
    #expect((wait["words"] as? String)?.hasSuffix("8 jobs an hour; try again in 2 hours") == true)
    #expect((wait["since"] as? String)?.hasSuffix("Z") == true)
    #expect((wait["until"] as? String)?.hasSuffix("Z") == true)
    let page = try await place.daunce("status", "run.db")
    #expect(page.output.contains("waiting for  a place for a fine-tuning job"))
    while !run.noted.contains("try again in 2 hours") { await Task.yield() }
    run.send(SIGINT)
    #expect(try await run.ending().status == 130)
    let after = try await place.daunce("status", "run.db", "--json")
    #expect((try after.objects().first?["waiting"] as? [Any])?.isEmpty == true)
  }

  @Test func `a limit for longer than anybody waits ends the run at once`() async throws {
    let host = try Self.host("8 jobs a day; try again in 14 hours")
    let place = try Self.place(at: host)
    let ending = try await place.daunce("run", "run.json5", "-q")
    #expect(ending.status == 1)
    #expect(ending.notes.contains("try again in 14 hours"))
    #expect(ending.notes.contains("hint: the same command resumes after 20"))
    #expect(host.requests.count { $0.path == "/v1/fine_tuning/jobs" && $0.method == "POST" } == 1)
  }
}
