import Foundation
import TestSupport
import Testing

/// A run against a host that is watched, recorded and replayed while the host still listens.
struct LiveRecordingTests {
  @Test func `a replay of a run makes no connection to the host it was made at`() async throws {
    let host = try ScriptedOpenAI()
    let place = try Workplace()
    try place.write("box.json5", ScriptedOpenAI.profile)
    let key = "apiKey: { file: \"key\" },"
    try place.write("key", "sk-0123456789abcdef\n")
    try place.write("hosted.json5", host.configuration(key: key))
    let live = try await place.daunce(
      "run",
      "hosted.json5",
      "-q",
      "--record",
      "once",
      "--replay",
      "recording.jsonl"
    )
    #expect(live.status == 0, "\(live.notes)")
    #expect(try await place.daunce("export", "hosted.db", "losses", "-o", "l.csv").status == 0)
    let (requests, connections) = (host.requests.count, host.connections)
    #expect(requests > 20 && connections > 0)
    // No key is needed where nobody is asked.
    try FileManager.default.removeItem(at: place.url.appending(path: "key"))
    for (store, words) in [
      ("none.db", ["--replay", "recording.jsonl"]),
      ("once.db", ["--replay", "recording.jsonl", "--record", "once"]),
      ("store.db", ["--replay", "hosted.db"]),
    ] {
      let replay = try await DaunceProcess(
        ["run", "hosted.json5", "-q", "--store", store] + words,
        in: place.url
      ).ending()
      #expect(replay.status == 0, "\(replay.notes)")
      #expect(try await place.daunce("export", store, "losses", "-o", "again.csv").status == 0)
      #expect(try place.read("again.csv") == place.read("l.csv"))
    }
    #expect(host.requests.count == requests && host.connections == connections)
  }

  @Test func `mode new asks for all but the losses it knows, mode all for everything`()
    async throws
  {
    let host = try ScriptedOpenAI()
    let place = try Workplace()
    try place.write("box.json5", ScriptedOpenAI.profile)
    try place.write("key", "sk-0123456789abcdef\n")
    try place.write("hosted.json5", host.configuration(key: "apiKey: { file: \"key\" },"))
    func readings() -> Int { host.requests.count { $0.path == "/v1/completions" } }
    func run(_ mode: String) async throws -> (readings: Int, jobs: Int) {
      let before = (readings(), host.requests.count { $0.path == "/v1/fine_tuning/jobs" })
      let ending = try await place.daunce(
        "run",
        "hosted.json5",
        "-q",
        "--store",
        "\(mode).db",
        "--replay",
        "recording.jsonl",
        "--record",
        mode
      )
      #expect(ending.status == 0, "\(ending.notes)")
      let jobs = host.requests.count { $0.path == "/v1/fine_tuning/jobs" }
      return (readings() - before.0, jobs - before.1)
    }
    let all = try await run("all")
    #expect(all.readings > 40 && all.jobs >= 4)
    let new = try await run("new")
    // What a probe asks is never taken from a record; the losses of the rest are all known.
    #expect(new.jobs == all.jobs && new.readings < 20)
    let again = try await run("none")
    #expect(again.readings == 0 && again.jobs == 0)
    let alone = try await place.daunce("run", "hosted.json5", "--record", "all")
    #expect(alone.status == 64)
    #expect(alone.notes.contains("'--record' needs '--replay FILE'"))
  }
}
