import Experiment
import Synchronization
import TestSupport
import Testing

@testable import Hosts

/// An honest reply to an echo request of plain prompts: words for tokens, each at 0.5 nats.
private func echo(
  _ request: LoopbackServer.Request,
  model: String = "m",
  last: String = "-0.5",
  choices: Int? = nil
) -> LoopbackServer.Answer {
  let body = JSONReader.read(request.body)
  let prompts = body?["prompt"]?.array?.compactMap(\.string) ?? [body?["prompt"]?.string ?? ""]
  let rows = prompts.prefix(choices ?? prompts.count).enumerated().map { place, prompt in
    let words = prompt.split(separator: " ", omittingEmptySubsequences: false)
    let tokens =
      words.enumerated().map { "\"\($0.offset == 0 ? "" : " ")\($0.element)\"" } + ["\"!\""]
    let inner = Array(repeating: "-0.5", count: max(0, words.count - 2)).map { $0 + "," }.joined()
    return "{\"index\":\(place),\"logprobs\":{\"tokens\":[\(tokens.joined(separator: ","))],"
      + "\"token_logprobs\":[null,\(inner)\(last),-1]}}"
  }
  return .json("{\"model\":\"\(model)\",\"choices\":[\(rows.joined(separator: ","))]}")
}

/// Losses by echo at a loopback server.
private func scorer(
  _ server: LoopbackServer,
  batch: Int = 4,
  limit: Int = 1 << 20,
  record: MemoryArchive? = nil,
  replay: MemoryArchive? = nil
) async throws -> HostedScorer {
  let host = try HostConnection.test(server.url, limit: limit, record: record, replay: replay)
  let profile = ScoringProfile(methods: [.echo], batch: batch)
  let scorer = HostedScorer(
    endpoint: ScoringEndpoint(host: host, profile: profile, baseURL: server.url + "/v1"),
    serving: DirectServing(base: "m"),
    method: .echo
  )
  try await scorer.open(nil)
  return scorer
}

private let two = [Example.plain("a", " b c"), .plain("d", " e")]

@Suite(.timeLimit(.minutes(10))) struct `a hosted scorer at a hostile host` {
  @Test func `losses what is honest`() async throws {
    let server = try LoopbackServer { echo($0) }
    let readings = try await scorer(server).read(two, under: nil)
    #expect(readings.map(\.loss) == [.measured(1), .measured(0.5)])
    #expect(server.requests.count == 1)
  }

  @Test(arguments: [
    ("null", "null log-probability"), ("NaN", "null log-probability"),
    ("-9999.0", "sentinel log-probability -9999.0"), ("-99999", "sentinel log-probability"),
    ("-Infinity", "sentinel log-probability -inf"), ("Infinity", "above zero"),
    ("0.7", "log-probability 0.7 above zero"),
  ])
  func `takes no sentinel for a number`(value: String, reason: String) async throws {
    let server = try LoopbackServer { echo($0, last: value) }
    let readings = try await scorer(server).read(two, under: nil)
    #expect(readings.allSatisfy { $0.loss == nil && $0.tokens == 0 })
    #expect(readings.allSatisfy { $0.source.contains(reason) }, "\(readings[0].source)")
  }

  @Test(arguments: ["1e999", "-1e999", "0x1", "\"-0.5\"", "-0.5x", "[]"])
  func `understands no reply whose numbers are none`(value: String) async throws {
    let server = try LoopbackServer { echo($0, last: value) }
    let readings = try? await scorer(server).read(two, under: nil)
    #expect(readings?.allSatisfy { $0.loss == nil } != false)
  }

  @Test func `asks once more where the answer is another one's or too short, no oftener`()
    async throws
  {
    for isShort in [true, false] {
      let healing = try LoopbackServer { request in
        guard request.index == 0 else { return echo(request) }
        return isShort ? echo(request, choices: 1) : echo(request, model: "gpt-x")
      }
      let readings = try await scorer(healing).read(two, under: nil)
      #expect(readings.map(\.loss) == [.measured(1), .measured(0.5)])
      #expect(healing.requests.count == 2)
      let lasting = try LoopbackServer {
        isShort ? echo($0, choices: 1) : echo($0, model: "gpt-x")
      }
      let asked = try await scorer(lasting)
      if isShort {
        // Each of them is answered alone.
        #expect(
          try await asked.read(two, under: nil).map(\.loss) == [.measured(1), .measured(0.5)]
        )
        #expect(lasting.requests.count == 4)
      } else {
        let error = await #expect(throws: HostError.self) { try await asked.read(two, under: nil) }
        #expect(error?.code == .notFound && error?.message.contains("'gpt-x'") == true)
        // The list and its first row twice, and the control.
        #expect(lasting.requests.count == 5)
      }
    }
  }

  @Test func `does not believe the record of an answer that could not be read`() async throws {
    let isWell = Switch()
    let server = try LoopbackServer { echo($0, choices: isWell.isOn ? nil : 0) }
    let archive = MemoryArchive()
    let first = try await scorer(server, record: archive)
    await #expect(throws: HostError.self) { try await first.read(two, under: nil) }
    let asked = server.requests.count
    isWell.turnOn()
    let again = try await scorer(server, record: archive, replay: archive)
    let readings = try await again.read(two, under: nil)
    #expect(readings.map(\.loss) == [.measured(1), .measured(0.5)])
    #expect(server.requests.count == asked + 1)
  }

  @Test func `finds the one example that is too long and misses no other`() async throws {
    let server = try LoopbackServer { request in
      let text = "This model's maximum context length is 2 tokens."
      return request.text.contains("a b c")
        ? .json(#"{"error":{"message":"\#(text)"}}"#, status: 400) : echo(request)
    }
    let readings = try await scorer(server).read(two, under: nil)
    #expect(readings.map(\.loss) == [nil, .measured(0.5)])
    #expect(readings[0].source.hasPrefix("echo: context overflow: box, POST /completions,"))
    #expect(readings[0].source.contains("2 tokens.") && server.requests.count == 3)
  }

  @Test(arguments: [true, false])
  func `reads no more of a reply than is allowed`(isEndless: Bool) async throws {
    let body = [UInt8](repeating: 0x20, count: isEndless ? 0 : 100_000_000)
    let server = try LoopbackServer { request in
      if request.text.contains("a b c") { return isEndless ? .endless : .reply(200, [:], body) }
      return echo(request)
    }
    let scorer = try await scorer(server)
    let readings = try await scorer.read(two, under: nil)
    #expect(readings.map(\.loss) == [nil, .measured(0.5)])
    #expect(readings[0].source.contains("the reply is longer than allowed"))
    // The list, its first member, the control, that member again, and the other one.
    #expect(server.requests.count == 5)
  }

  @Test func `is not sent in circles`() async throws {
    let server = try LoopbackServer { request in
      .reply(307, ["Location": request.target], [])
    }
    let scorer = try await scorer(server)
    let error = await #expect(throws: HostError.self) { try await scorer.read(two, under: nil) }
    #expect(error?.code == .configuration && error?.message.contains("answered 307") == true)
    #expect(server.requests.count == 6)
  }

  @Test func `takes no key to another host`() async throws {
    let other = try LoopbackServer { echo($0) }
    let target = other.url
    let server = try LoopbackServer { request in
      .reply(307, ["Location": target + request.target], [])
    }
    let scorer = try await scorer(server)
    let error = await #expect(throws: HostError.self) { try await scorer.read(two, under: nil) }
    #expect(error?.code == .configuration)
    #expect(error?.message.contains("data are not sent on to another host") == true)
    #expect(other.connections == 0 && server.requests.count == 1)
  }

  @Test func `is told of a page instead of an answer when it stays one`() async throws {
    let server = try LoopbackServer { _ in .reply(200, [:], Array("<html>Sign in</html>".utf8)) }
    let scorer = try await scorer(server)
    let error = await #expect(throws: HostError.self) { try await scorer.read(two, under: nil) }
    #expect(error?.code == .notUnderstood && error?.message.contains("Sign in") == true)
    // The list and its first row thrice each, and the control as long as a host may be away.
    #expect(server.requests.count == 16)
  }

  @Test func `losses all rows but the one that it fails for each time`() async throws {
    let server = try LoopbackServer { request in
      request.text.contains("a b c") ? .json("oops", status: 500) : echo(request)
    }
    let readings = try await scorer(server).read(two, under: nil)
    #expect(readings.map(\.loss) == [nil, .measured(0.5)])
    #expect(readings[0].source == "echo: box, POST /completions, answered 500: 'oops'")
    // The list and the row thrice each, the control, the row thrice again, and the other row.
    #expect(server.requests.count == 11)
  }

  @Test func `asks again for what failed behind blank lines or in a choice`() async throws {
    let failures = [
      String(repeating: "\n", count: 700) + #"{"error":{"message":"busy","code":503}}"#,
      #"{"id":"x","choices":null,"error":{"message":"upstream timeout"}}"#,
      #"{"choices":[{"index":0,"logprobs":null,"finish_reason":"error"}]}"#,
    ]
    for failure in failures {
      let server = try LoopbackServer { $0.index < 2 ? .json(failure) : echo($0) }
      let readings = try await scorer(server).read(two, under: nil)
      #expect(readings.map(\.loss) == [.measured(1), .measured(0.5)])
      #expect(server.requests.count == 3)
    }
  }

  @Test func `ends soon and with the reason where bodies are not encoded as their header says`()
    async throws
  {
    let server = try LoopbackServer { request in
      .reply(200, ["Content-Encoding": "gzip"], Array(#"{"choices":[]}"#.utf8))
    }
    let scorer = try await scorer(server)
    let error = await #expect(throws: HostError.self) { try await scorer.read(two, under: nil) }
    #expect(error?.code == .notUnderstood && error?.message.contains("encoding") == true)
    // The list and its first row twice, and the control: no pauses between.
    #expect(server.requests.count == 5)
  }
}
