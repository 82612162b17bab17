import Foundation
import Synchronization
import TestSupport
import Testing

/// A host that repeats the key it is sent wherever it can, and what a run leaves behind.
struct KeyTests {
  private static let key = "sk-live+0123456789/abcdefghij=Zz"

  /// The key as it may be written.
  private static let spellings: [String] = {
    let encoded = key.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
    let spellings = [
      key, key.replacingOccurrences(of: "/", with: "\\/"), encoded,
      encoded.replacingOccurrences(of: "%2D", with: "-"),
    ]
    // Base64 wherever it begins, without the digits that also hold bits of what stands beside it.
    let digits = ["", "x", "xy"].map { before in
      let text = Data((before + key).utf8).base64EncodedString()
      return String(text.dropFirst(before.isEmpty ? 0 : before.count + 1).dropLast(4))
    }
    return spellings + digits
  }()

  /// Files below a folder that hold the key, but for the one that has to.
  private func leaks(in folder: URL) throws -> [String] {
    let names = try FileManager.default.subpathsOfDirectory(atPath: folder.path)
    return try names.filter { $0 != "key" }.flatMap { name -> [String] in
      let url = folder.appending(path: name)
      var isFolder: ObjCBool = false
      _ = unsafe FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder)
      if isFolder.boolValue { return [] }
      let content = try Data(contentsOf: url)
      return Self.spellings.filter { content.range(of: Data($0.utf8)) != nil }
        .map { "\(name) holds \($0)" }
    }
  }

  /// An answer with the request's key in its header fields and in its body.
  private static func repeating(
    _ answer: LoopbackServer.Answer,
    _ request: LoopbackServer.Request
  ) -> LoopbackServer.Answer {
    guard case .reply(let status, var fields, let body) = answer else { return answer }
    let seen = String((request["authorization"] ?? "").dropFirst("Bearer ".count))
    let encoded = seen.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
    let digits = Data("Bearer \(seen)".utf8).base64EncodedString()
    fields["x-request-id"] = "req-\(seen)"
    fields["location"] = "https://h.example/?key=\(encoded)&x=\(encoded)&y=\(digits)"
    fields["server"] = "box \(seen)"
    let escaped = seen.replacingOccurrences(of: "/", with: "\\/")
    let told =
      ", \"you\": \"\(seen) \(escaped) \(encoded) \(digits)\", \"system_fingerprint\": \"\(seen)\"}"
    return .reply(status, fields, body.dropLast() + Array(told.utf8))
  }

  /// A host that wants the key, repeats it, fails the third job, refuses to read under the fourth
  /// model and deletes nothing.
  ///
  /// - Parameter patience: Requests after which it says nothing any more.
  /// - Returns: The host.
  /// - Throws: `ScriptedFailure` when no port can be had.
  private func host(patience: Int = .max) throws -> ScriptedOpenAI {
    let jobs = Mutex(0)
    let quoted = Self.key.replacingOccurrences(of: "/", with: "\\/")
    return try ScriptedOpenAI { request, honest in
      guard request["authorization"] == "Bearer \(Self.key)" else {
        return .json(#"{"error":{"message":"Incorrect API key provided"}}"#, status: 401)
      }
      if request.index >= patience { return .silence }
      func refusal(_ status: Int) -> LoopbackServer.Answer {
        let error = #"{"message":"no '\#(Self.key)' or '\#(quoted)'","code":"\#(Self.key)"}"#
        return Self.repeating(.json(#"{"error":\#(error)}"#, status: status), request)
      }
      if request.method == "DELETE" { return refusal(403) }
      if request.method == "POST", request.path == "/v1/fine_tuning/jobs" {
        let number = jobs.withLock { jobs in
          jobs += 1
          return jobs
        }
        let state =
          number == 3
          ? #""failed","error":{"code":"invalid","message":"invalid \#(Self.key) \#(quoted)"}"#
          : #""succeeded","fine_tuned_model":"ft:\#(number):\#(Self.key)""#
        return Self.repeating(.json(#"{"id":"ftjob-\#(number)","status":\#(state)}"#), request)
      }
      let isRefused = request.path == "/v1/completions" && request.text.contains("ft:4:")
      return isRefused ? refusal(400) : Self.repeating(honest, request)
    }
  }

  private func place(_ host: ScriptedOpenAI) throws -> Workplace {
    let place = try Workplace()
    try place.write("box.json5", ScriptedOpenAI.profile)
    try place.write("key", Self.key + "\n")
    let configuration = host.configuration(key: "apiKey: { file: \"key\" },", models: 4)
    try place.write("hosted.json5", configuration)
    return place
  }

  @Test func `is in nothing that a run, its tables and its messages leave behind`() async throws {
    let host = try host()
    let place = try place(host)
    for (words, status) in [
      (["plan", "hosted.json5", "--json"], 0), (["probe", "hosted.json5"], 0),
      (["probe", "hosted.json5", "--json"], 0),
      (["run", "hosted.json5", "--replay", "made.jsonl", "--record", "all"], 3),
      (["run", "hosted.json5", "--json"], 3), (["status", "hosted.db"], 0),
      (["status", "hosted.db", "--json"], 0), (["top", "hosted.db", "--tag", "planted"], 0),
      (["top", "hosted.db", "--json"], 0),
      (["export", "hosted.db", "recording", "-o", "recording.jsonl"], 0),
      (["export", "hosted.db", "losses", "-o", "losses.csv"], 0),
      (["export", "hosted.db", "scores", "-o", "scores.csv"], 0),
      (["export", "hosted.db", "membership", "-o", "membership.csv"], 0),
      (["run", "hosted.json5", "--store", "again.db", "--replay", "recording.jsonl"], 3),
      (["clean", "hosted.db"], 3), (["clean", "hosted.db", "--json"], 3),
    ] {
      let ending = try await DaunceProcess(words, in: place.url).ending()
      #expect(ending.status == Int32(status), "\(words): \(ending.notes)")
    }
    // The host did repeat it, and what it said was kept.
    let recording = String(decoding: try place.read("recording.jsonl"), as: UTF8.self)
    #expect(recording.contains("no 'REDACTED' or 'REDACTED'"))
    #expect(recording.contains("invalid REDACTED") && recording.contains("ft:4:REDACTED"))
    #expect(recording.contains("req-REDACTED") && recording.contains("?key=REDACTED"))
    let leaks = try leaks(in: place.url)
    #expect(leaks.isEmpty, "\(leaks)")
    // The search finds what is there.
    for (number, spelling) in Self.spellings.enumerated() {
      try place.write("leak-\(number)", "a" + spelling + "b")
    }
    #expect(try self.leaks(in: place.url).count >= Self.spellings.count)
  }

  @Test func `is in nothing that a killed run leaves behind`() async throws {
    let host = try host(patience: 40)
    let place = try place(host)
    let process = try DaunceProcess(["run", "hosted.json5"], in: place.url)
    while host.requests.count < 41 { try await Task.sleep(for: .milliseconds(2)) }
    process.send(SIGKILL)
    #expect(try await process.ending().status == -SIGKILL)
    let names = try FileManager.default.contentsOfDirectory(atPath: place.url.path)
    #expect(names.contains("hosted.db-wal"))
    let leaks = try leaks(in: place.url)
    #expect(leaks.isEmpty, "\(leaks)")
  }

  @Test func `that is wrong is not repeated to the user`() async throws {
    let host = try ScriptedOpenAI { request, _ in
      let given = request["authorization"] ?? ""
      let text = #"{"error":{"message":"Incorrect API key provided: \#(given)"}}"#
      return .json(text, status: 401)
    }
    let place = try place(host)
    let ending = try await place.daunce("run", "hosted.json5")
    #expect(ending.status == 4)
    #expect(ending.notes.contains("answered 401: Incorrect API key provided: Bearer REDACTED"))
    #expect(try leaks(in: place.url).isEmpty)
    #expect(host.requests.count == 1)
  }
}
