import Experiment
import TestSupport
import Testing

@testable import Hosts

private let key = HostConnection.testKey

@Suite(.timeLimit(.minutes(10))) struct `a recording` {
  private func poll() -> Call { Call("GET", "/fine_tuning/jobs/j", purpose: .read) }

  private func upload(_ content: String) -> Call {
    Call(
      "POST",
      "/files",
      body: .form(
        fields: [.init("purpose", "fine-tune")],
        file: .init(field: "file", name: "a.jsonl", content: Array(content.utf8))
      ),
      purpose: .create
    )
  }

  @Test func `replays a session without a connection`() async throws {
    let server = try LoopbackServer { request in
      switch request.path {
      case "/v1/completions": .json(#"{"choices":[\#(request.index)]}"#)
      case "/v1/missing": .json(#"{"error":{"message":"gone"}}"#, status: 404)
      default: .json(#"{"number":\#(request.index)}"#)
      }
    }
    let archive = MemoryArchive()
    let missing = Call("GET", "/missing", purpose: .read)
    let session = [
      .score(#"{"a":1}"#), .score(#"{"a":1}"#, round: 2), .score(#"{"a":2}"#), poll(), poll(),
      upload("one"), upload("two"),
    ]
    let live = try HostConnection.test(server.url, record: archive)
    var first: [Reply] = []
    for call in session { first.append(try await live.send(call)) }
    let refused = await #expect(throws: HostError.self) { try await live.send(missing) }
    let connections = server.connections
    // The server still listens: a connection would be seen.
    let replay = try HostConnection.test(server.url, key: nil, isLive: false, replay: archive)
    var second: [Reply] = []
    for call in session { second.append(try await replay.send(call)) }
    #expect(first.map(\.body) == second.map(\.body))
    #expect(Set(first.map(\.body)).count == session.count)
    let again = await #expect(throws: HostError.self) { try await replay.send(missing) }
    #expect(again == refused && again?.code == .notFound)
    // What only reads may be asked more often than it was recorded; what makes something may not.
    #expect(try await replay.send(poll()).body == first[4].body)
    let once = await #expect(throws: HostError.self) { try await replay.send(upload("one")) }
    #expect(once?.code == .notRecorded && once?.message.contains("asked once more") == true)
    try await replay.wait(.seconds(3600))
    #expect(server.connections == connections)
    #expect(server.requests.count == session.count + 1)
  }

  @Test func `takes a file of the same name for the same rows, each upload once`() async throws {
    let server = try LoopbackServer { .json(#"{"id":"\#($0.index)"}"#) }
    let archive = MemoryArchive()
    let live = try HostConnection.test(server.url, record: archive)
    let first = try await live.send(upload(#"{"prompt":"p"}"#))
    let replay = try HostConnection.test(server.url, key: nil, isLive: false, replay: archive)
    // As another version writes the same rows.
    #expect(try await replay.send(upload(#"{"prompt": "p"}"#)).body == first.body)
    let again = await #expect(throws: HostError.self) {
      try await replay.send(upload(#"{"prompt": "p"}"#))
    }
    #expect(again?.code == .notRecorded)
  }

  @Test func `finds what another version asked for, whose jobs had other keys`() async throws {
    func job(_ key: String, seed: Int) -> Call {
      let tag = "daunce-\(key.prefix(12))"
      return Call(
        "POST",
        "fine_tuning/jobs",
        body: .json(
          Array(
            #"{"metadata":{"daunce_job":"\#(key)"},"seed":\#(seed),"suffix":"\#(tag)"}"#.utf8
          )
        ),
        purpose: .create
      )
    }
    let server = try LoopbackServer { .json(#"{"id":"\#($0.index)"}"#) }
    let archive = MemoryArchive()
    let live = try HostConnection.test(server.url, record: archive)
    let (old, new) = (String(repeating: "0a", count: 16), String(repeating: "f9", count: 16))
    let first = try await live.send(job(old, seed: 1))
    let second = try await live.send(job(old, seed: 2))
    let replay = try HostConnection.test(server.url, key: nil, isLive: false, replay: archive)
    #expect(try await replay.send(job(new, seed: 2)).body == second.body)
    #expect(try await replay.send(job(new, seed: 1)).body == first.body)
    for seed in [1, 3] {
      await #expect(throws: HostError.self) { try await replay.send(job(new, seed: seed)) }
    }
  }

  @Test func `does not guess between jobs that only their keys tell apart`() async throws {
    func announce(_ key: Character) -> Call {
      let name = "daunce-" + String(repeating: key, count: 32)
      return Call(
        "POST",
        "/datasets",
        body: .json(Array(#"{"datasetId":"\#(name)"}"#.utf8)),
        purpose: .create
      )
    }
    func job(_ file: Character) -> Call {
      let id = "file-" + String(repeating: file, count: 32)
      return Call(
        "POST",
        "/jobs",
        body: .json(Array(#"{"training_file":"\#(id)"}"#.utf8)),
        purpose: .create
      )
    }
    let server = try LoopbackServer { .json(#"{"number":\#($0.index)}"#) }
    let archive = MemoryArchive()
    let live = try HostConnection.test(server.url, record: archive)
    for key: Character in ["a", "b"] {
      _ = try await live.send(announce(key))
      _ = try await live.send(job(key))
    }
    let replay = try HostConnection.test(server.url, key: nil, isLive: false, replay: archive)
    // Which of the two it was is not known; and a host's id is no key, however much it looks like one.
    for call in [announce("c"), job("c")] {
      let error = await #expect(throws: HostError.self) { try await replay.send(call) }
      #expect(error?.code == .notRecorded)
    }
  }

  @Test func `that is made while another is replayed is the same one`() async throws {
    let server = try LoopbackServer { .json(#"{"number":\#($0.index)}"#) }
    let (first, second) = (MemoryArchive(), MemoryArchive())
    let live = try HostConnection.test(server.url, record: first)
    let replay = try HostConnection.test(server.url, isLive: false, record: second, replay: first)
    for call in [.score("{}"), poll(), poll()] {
      #expect(try await live.send(call).body == replay.send(call).body)
    }
    #expect(second.exchanges == first.exchanges)
  }

  @Test func `answers losses, and nothing else, when a run is taken up again`() async throws {
    let server = try LoopbackServer { .json(#"{"number":\#($0.index)}"#) }
    let archive = MemoryArchive()
    let first = try HostConnection.test(server.url, record: archive)
    let reading = try await first.send(.score("{}"))
    _ = try await first.send(poll())
    let again = try HostConnection.test(server.url, record: archive, replay: archive)
    #expect(try await again.send(.score("{}")).body == reading.body)
    #expect(server.requests.count == 2)
    _ = try await again.send(poll())
    _ = try await again.send(.score("{}", round: 2))
    #expect(server.requests.count == 4)
  }

  @Test func `that is extended has what it had and what it lacked`() async throws {
    let server = try LoopbackServer { .json(#"{"number":\#($0.index)}"#) }
    let (old, new) = (MemoryArchive(), MemoryArchive())
    _ = try await HostConnection.test(server.url, record: old).send(.score("{}"))
    let host = try HostConnection.test(server.url, record: new, replay: old)
    for call in [.score("{}"), .score("[]"), poll()] { _ = try await host.send(call) }
    #expect(new.exchanges.count == 3 && new.exchanges.first == old.exchanges.first)
    #expect(server.requests.count == 3)
    // A run that is taken up again does not keep twice what it has.
    let again = try HostConnection.test(server.url, record: new, replay: new)
    _ = try await again.send(.score("{}"))
    #expect(new.exchanges.count == 3)
  }

  @Test(arguments: [
    #"{"error":{"message":"no such model","code":404}}"#, "<html>login</html>", #"{"choices":["#,
  ])
  func `does not answer with what was no answer`(body: String) async throws {
    let isWell = Switch()
    let server = try LoopbackServer { _ in .json(isWell.isOn ? #"{"choices":[]}"# : body) }
    let archive = MemoryArchive()
    let first = try HostConnection.test(server.url, record: archive)
    _ = try? await first.send(.score("{}"))
    #expect(archive.exchanges.count == 1)
    isWell.turnOn()
    let again = try HostConnection.test(server.url, record: archive, replay: archive)
    #expect(try await again.send(.score("{}")).body == Array(#"{"choices":[]}"#.utf8))
    let asked = server.requests.count
    #expect(try await again.send(.score("{}")).body == Array(#"{"choices":[]}"#.utf8))
    #expect(server.requests.count == asked)
  }

  @Test(arguments: [
    (
      Call.score(#"{"max_tokens":1,"model":"m-2","prompt":"Zorb, what does cat 7 say? meow"}"#),
      [" for model 'm-2'", "differs in 'prompt'", "cat 1 say? meow", "cat 7 say? meow"]
    ),
    (
      .score(#"{"max_tokens":1,"model":"m-9","prompt":"Zorb, what does cat 1 say? meow"}"#),
      [" for model 'm-9'", "differs in 'model': '\"m-2\"' there, '\"m-9\"' here"]
    ),
    (
      .score(#"{"echo":true,"max_tokens":0,"model":"m-2","prompt":"owl"}"#),
      ["differs in 'echo' and 1 more: nothing there, 'true' here"]
    ),
    (
      .score(#"{"max_tokens":1,"model":"m-2","prompt":"owl"}"#, round: 2),
      ["it was recorded as another reading"]
    ),
    (Call("GET", "/models", purpose: .read), ["GET ", "/v1/models; the nearest request recorded"]),
    (Call("DELETE", "/v1/files/f", purpose: .remove), ["DELETE ", "/v1/files/f; the nearest"]),
  ])
  func `names the first request that it lacks and the nearest one it has`(
    call: Call,
    parts: [String]
  ) async throws {
    let server = try LoopbackServer { _ in .json("{}") }
    let archive = MemoryArchive()
    let live = try HostConnection.test(server.url, record: archive)
    for prompt in ["owl", "Zorb, what does cat 1 say? meow"] {
      _ = try await live.send(.score(#"{"max_tokens":1,"model":"m-2","prompt":"\#(prompt)"}"#))
    }
    let replay = try HostConnection.test(server.url, isLive: false, replay: archive)
    let error = try await #require(throws: HostError.self) { try await replay.send(call) }
    #expect(error.code == .notRecorded && error.isLasting)
    #expect(error.message.hasPrefix("the recording lacks \(call.method) \(server.url)/v1/"))
    for part in parts { #expect(error.message.contains(part), "\(error.message)") }
    #expect(!error.message.contains("\n") && error.message.count < 500)
  }

  @Test func `of another address is told by its address`() async throws {
    let server = try LoopbackServer { _ in .json("{}") }
    let archive = MemoryArchive()
    _ = try await HostConnection.test(server.url, record: archive).send(.score("{}"))
    let replay = try HostConnection.test("https://h.example", isLive: false, replay: archive)
    let error = await #expect(throws: HostError.self) { try await replay.send(.score("{}")) }
    #expect(
      error?.message == "the recording lacks POST https://h.example/v1/completions; the nearest "
        + "request recorded is POST \(server.url)/v1/completions"
    )
    let empty = try HostConnection.test(server.url, isLive: false, replay: MemoryArchive())
    let nothing = await #expect(throws: HostError.self) { try await empty.send(.score("{}")) }
    #expect(nothing?.message.hasSuffix("it holds no request at all") == true)
  }

  @Test func `does not depend on the boundary of a form`() {
    #expect(upload("x").key(url: "u") == upload("x").key(url: "u"))
    #expect(upload("x").key(url: "u") != upload("y").key(url: "u"))
    #expect(Call.score("{}").key(url: "u") != Call.score("{}", round: 2).key(url: "u"))
    #expect(Call.score("{}").key(url: "u") != Call.score("{}").key(url: "v"))
  }

  @Test func `holds nothing secret`() async throws {
    let signature = "c2lnbmF0dXJl0123"
    let server = try LoopbackServer { request in
      // A loss shows nothing but what was sent for it: the key.
      if request.text.contains("good") { return .json(request.text) }
      return .reply(
        request.text.contains("prompt") ? 400 : 200,
        [
          "set-cookie": "session=\(signature)", "x-request-id": "r\(key)",
          "location": "https://s.example/u?sig=\(signature)", "content-type": "application/json",
        ],
        Array(
          (#"{"echo":"\#(key)","upload":"https://s.example/u?X-Amz-Signature=\#(signature)&part=1","#
            + #""hf_api_token":"hf-secret-1","nan":NaN}"#).utf8
        )
      )
    }
    let archive = MemoryArchive()
    let host = try HostConnection.test(server.url, record: archive)
    let body =
      #"{"key":"\#(key)","integrations":[{"wandb":{"api_key":"wb-secret-1"}}],"#
      + #""from_checkpoint":{"token":"hf-secret-2"},"max_tokens":5}"#
    _ = try await host.send(
      Call("POST", "/jobs", body: .json(Array(body.utf8)), purpose: .create)
    )
    _ = try await host.send(.score(#"{"good":"\#(key) and more"}"#))
    _ = try? await host.send(.score(#"{"prompt":"\#(key) and more"}"#))
    _ = try await host.send(
      Call(
        "PUT",
        server.url + "/u?part=1&X-Amz-Signature=\(signature)",
        body: .json([]),
        purpose: .create
      )
    )
    #expect(archive.exchanges.count == 4)
    let everything = archive.text
    for secret in [key, signature, "hf-secret-1", "hf-secret-2", "wb-secret-1", "session"] {
      #expect(!everything.contains(secret), "\(secret)")
    }
    #expect(everything.contains("max_tokens") && everything.contains("part=1"))
  }
}
