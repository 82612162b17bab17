import Experiment
import Synchronization
import Testing

@testable import Hosts

/// An echo of plain prompts, words for tokens at 0.5 nats; `nil` for a prompt that has no reply.
private func echo(_ body: JSON, _ spell: (String) -> [String] = words) -> String {
  let prompts = body["prompt"]?.array?.compactMap(\.string) ?? [body["prompt"]?.string ?? ""]
  let choices = prompts.enumerated().map { place, prompt -> JSON in
    let tokens = spell(prompt) + ["!"]
    let values = [JSON.null] + tokens.dropFirst().map { _ in -0.5 }
    return [
      "index": .number(Double(place)),
      "logprobs": [
        "tokens": .array(tokens.map(JSON.string)), "token_logprobs": .array(values),
      ],
    ]
  }
  return String(decoding: JSON.object(["choices": .array(choices)]).bytes, as: UTF8.self)
}

private func words(_ text: String) -> [String] {
  text.split(separator: " ").enumerated().map { ($0.offset == 0 ? "" : " ") + $0.element }
}

/// Whether a request asks for a certain text, alone or in a list.
private func mentions(_ text: String, _ body: JSON) -> Bool {
  body["prompt"]?.string == text || body["prompt"]?.array?.contains(.string(text)) == true
}

private let rows = [
  Example.plain("one", " two"), .plain("bad", " row"), .plain("three", " four"),
]

@Suite struct `the reading of rows` {
  private func reader(
    _ tokenizer: Tokenizer? = nil,
    _ script: @escaping @Sendable (Call, JSON) throws -> String
  ) async throws -> (host: ScriptedHost, reader: any LossReader) {
    let host = ScriptedHost(script)
    let profile = ScoringProfile(methods: [.echo], batch: 4, tokenizer: tokenizer)
    return (host, try await host.reader(.echo, profile))
  }

  @Test(arguments: [
    HostError(.refused, "I cannot read 'row'", status: 400),
    HostError(.refused, "payload too large", status: 413),
    HostError(.refused, "unprocessable", status: 422),
    HostError(.moderation, "filtered", status: 400),
    HostError(.unavailable, "Internal Server Error", status: 500),
    HostError(.unavailable, "cannot ask: the connection ended"),
    HostError(.credit, "'row' has insufficient credit", status: 400),
  ])
  func `leaves out the one row that a host fails for, with the host's words`(error: HostError)
    async throws
  {
    let (_, reader) = try await reader { _, body in
      if mentions("bad row", body) { throw error }
      return echo(body)
    }
    let readings = try await reader.read(rows, ReadingMode())
    #expect(readings.map(\.loss) == [.measured(0.5), nil, .measured(0.5)])
    #expect(readings[1].source.hasPrefix("echo: "))
    #expect(readings[1].source.contains(error.message), "\(readings[1].source)")
  }

  @Test func `ends with the host's words where no row is answered, soon`() async throws {
    for status in [400, 500] {
      let error = HostError(status == 400 ? .refused : .unavailable, "not today", status: status)
      let (host, reader) = try await reader { _, _ in throw error }
      await #expect(throws: error) { try await reader.read(rows, ReadingMode()) }
      // The list, its first row, and the control.
      #expect(host.calls.count == 3)
    }
  }

  @Test func `asks for a row that was good before where the fixed one is refused`() async throws {
    let (host, reader) = try await reader { _, body in
      guard mentions("one two", body) else { throw HostError(.refused, "no", status: 400) }
      return echo(body)
    }
    var knowing = RowReading(reader, ReadingMode(), knowing: rows[0])
    #expect(try await knowing.readings(of: [rows[1]]).map(\.loss) == [nil])
    #expect(host.bodies.last?["prompt"] == "bad row")
    var ignorant = RowReading(reader, ReadingMode(), knowing: nil)
    await #expect(throws: HostError.self) { try await ignorant.readings(of: [rows[1]]) }
  }

  @Test func `losses a row whose host comes back meanwhile`() async throws {
    let tries = Mutex(0)
    let (_, reader) = try await reader { _, body in
      let count = tries.withLock { tries -> Int in
        tries += 1
        return tries
      }
      if count == 1 { throw HostError(.unavailable, "gone", status: 502) }
      return echo(body)
    }
    #expect(try await reader.read([rows[0]], ReadingMode()).map(\.loss) == [.measured(0.5)])
  }

  @Test func `takes a control that a recording lacks for answered`() async throws {
    let (_, reader) = try await reader { _, body in
      if mentions("bad row", body) { throw HostError(.refused, "no", status: 400) }
      if mentions("The capital of France is Paris", body) {
        throw HostError(.notRecorded, "not there")
      }
      return echo(body)
    }
    #expect(try await reader.read(rows, ReadingMode())[1].source == "echo: no")
  }

  @Test func `leaves out the row whose tokens are of another text, and says so`() async throws {
    let (_, reader) = try await reader { _, body in
      echo(body) { $0 == "bad row" ? ["else", "where"] : words($0) }
    }
    let readings = try await reader.read(rows, ReadingMode())
    #expect(readings.map(\.loss) == [.measured(0.5), nil, .measured(0.5)])
    #expect(readings[1].source == "echo: tokens do not spell the text")
    // One that is the generated token alone says another thing.
    let (_, short) = try await self.reader { _, body in
      echo(body) { $0 == "bad row" ? [] : words($0) }
    }
    #expect(
      try await short.read([rows[1]], ReadingMode())[0].source
        == "echo: nothing of the text came back"
    )
  }

  @Test func `says that a host does not echo once several rows agree`() async throws {
    let (host, reader) = try await reader { _, body in echo(body) { _ in [] } }
    await #expect {
      try await reader.read([rows[0]], ReadingMode())
    } throws: { "\($0)".contains("did not echo") }
    let (_, without) = try await self.reader { _, _ in #"{"choices":[{"logprobs":null}]}"# }
    await #expect {
      try await without.read([rows[0]], ReadingMode())
    } throws: { "\($0)".contains("returned no log-probabilities") }
    #expect(Set(host.bodies.compactMap { $0["prompt"]?.string }).count == 2)
  }

  @Test func `leaves out a row that the server's template refuses`() async throws {
    let (_, reader) = try await reader(.vllm) { call, body in
      if call.path.hasSuffix("/tokenize") {
        let text = "\(body["messages"] ?? .null)"
        if text.contains("odd") { throw HostError(.refused, "roles must alternate", status: 400) }
        return #"{"tokens":[1,2,\#(body["add_generation_prompt"] == true ? "3" : "3,4,5")]}"#
      }
      let sent = body["prompt"]?.array?.count ?? 0
      let values = (0..<sent).map { _ in "-0.5" }.joined(separator: ",")
      let tokens = (0..<sent).map { _ in #""x""# }.joined(separator: ",")
      return #"{"choices":[{"logprobs":{"tokens":[\#(tokens)],"token_logprobs":[\#(values)]}}]}"#
    }
    let readings = try await reader.read([.chat("odd", "a"), .chat("even", "b")], ReadingMode())
    #expect(readings[0].source == "echo: roles must alternate")
    #expect(readings[1].loss?.value != nil)
  }

  @Test func `is given the rows one by one by a scorer whose host answers no lists`() async throws {
    let host = ScriptedHost { _, body in
      guard let first = body["prompt"]?.array?.first else { return echo(body) }
      return echo(["prompt": first])
    }
    let profile = ScoringProfile(methods: [.echo], batch: 3)
    let scorer = HostedScorer(
      endpoint: host.endpoint(profile),
      serving: DirectServing(base: "m"),
      method: .echo
    )
    try await scorer.open(nil)
    for _ in 0..<3 {
      #expect(try await scorer.read(rows, under: nil).allSatisfy { $0.loss == .measured(0.5) })
    }
    let lists = host.bodies.count { $0["prompt"]?.array != nil }
    #expect(lists == 2 && host.calls.count == 11)
  }

  @Test func `sends no prompt that is empty where nothing can come before the completion`()
    async throws
  {
    let host = ScriptedHost { call, _ in
      call.path.hasSuffix("/tokenize") ? #"{"tokens":[]}"# : ""
    }
    for method in [ScoringMethod.firstToken, .generatedPath, .promptLogProbabilities, .tokenWalk] {
      let profile = ScoringProfile(methods: [method], tokenizer: .vllm)
      let reader = try await host.reader(method, profile)
      for prompt in ["", "  "] {
        let reading = try await reader.read(.plain(prompt, "word"))
        #expect(reading.source.hasSuffix("empty prompt: nothing precedes the completion"))
      }
    }
    #expect(host.calls.allSatisfy { $0.path.hasSuffix("/tokenize") })
  }
}
