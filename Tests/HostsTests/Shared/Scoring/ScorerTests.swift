import Experiment
import Synchronization
import Testing

@testable import Hosts

/// An OpenAI-shaped server with words for tokens, a null first one, and echo if it is willing.
private func server(
  echoes: Bool = true,
  lists: Bool = true,
  asLogits: Bool = true
) -> ScriptedHost {
  ScriptedHost { call, body in
    if call.path == "/models" { return #"{"data":[{"id":"m","max_model_len":512}]}"# }
    if call.path == "/chat/completions" {
      return #"""
        {"model":"m","choices":[{"finish_reason":"length","logprobs":{"content":[{"token":"Paris",
        "logprob":-0.5,"top_logprobs":[{"token":"Paris","logprob":-0.5},{"token":"A","logprob":-3}]}]}}]}
        """#
    }
    guard echoes else { throw HostError(.refused, "echo is not supported", status: 400) }
    if body["max_tokens"] != 1 { throw HostError(.refused, "max_tokens must be 1", status: 400) }
    let single = body["prompt"]?.string.map { [$0] }
    if single == nil, !lists { throw HostError(.unavailable, "empty", status: 500) }
    let prompts = single ?? (body["prompt"]?.array ?? []).compactMap(\.string)
    let warmth = asLogits ? 0 : body["temperature"]?.number ?? 0
    let choices = prompts.enumerated().map { place, prompt in
      let words = prompt.split(separator: " ", omittingEmptySubsequences: false)
      let tokens = words.enumerated().map { #""\#($0.offset == 0 ? "" : " ")\#($0.element)""# }
      let values = words.enumerated().map {
        $0.offset == 0 ? "null" : "\(-Double($0.element.utf8.count) / 8 - warmth)"
      }
      return #"{"index":\#(place),"logprobs":{"tokens":[\#(tokens.joined(separator: ",")),"!"],"#
        + #""token_logprobs":[\#(values.joined(separator: ",")),-1]}}"#
    }
    return #"{"model":"m","choices":[\#(choices.joined(separator: ","))]}"#
  }
}

@Suite struct `a probe` {
  private func probe(
    _ host: ScriptedHost,
    _ profile: ScoringProfile,
    samples: [Example] = [.plain("a", " b")]
  ) async throws -> ProbeReport {
    try await Probe.run(host.endpoint(profile), model: ServedModel(name: "m"), samples: samples)
  }

  private func verdicts(_ report: ProbeReport) -> [String: ProbeReport.Verdict] {
    Dictionary(report.checks.map { ($0.name, $0.verdict) }, uniquingKeysWith: { $1 })
  }

  @Test func `picks echo and finds its limits`() async throws {
    let profile = ScoringProfile(
      methods: [.promptLogProbabilities, .echo, .firstToken],
      batch: 16,
      echoMaxTokens: 0
    )
    let report = try await probe(server(), profile)
    #expect(report.method == .echo)
    #expect(report.echoMaxTokens == 1)
    #expect(report.batch == 16)
    #expect(report.context == 512)
    #expect(report.noise == 0)
    #expect(
      verdicts(report) == [
        "models": .yes, "prompt-logprobs": .no, "echo": .yes, "max_tokens 0": .no, "repeat": .yes,
        "raw log-probabilities": .yes, "lists of prompts": .yes, "identity": .yes, "examples": .yes,
      ]
    )
    let echo = try #require(report.checks.first { $0.name == "echo" })
    #expect(echo.evidence.hasPrefix("POST /completions: 200 '{\"model\":\"m\""))
  }

  @Test func `never asks for max_tokens 0 unless the profile does`() async throws {
    let host = server()
    _ = try await probe(host, ScoringProfile(methods: [.echo]))
    #expect(host.bodies.compactMap { $0["max_tokens"]?.int }.allSatisfy { $0 == 1 })
  }

  @Test func `notices processed values and refused lists`() async throws {
    let report = try await probe(
      server(lists: false, asLogits: false),
      ScoringProfile(methods: [.echo], batch: 4)
    )
    #expect(report.batch == 1)
    #expect(verdicts(report)["lists of prompts"] == .no)
    #expect(verdicts(report)["raw log-probabilities"] == .no)
  }

  @Test func `falls back to first tokens of a chat`() async throws {
    let profile = ScoringProfile(methods: [.echo, .firstToken, .generatedPath], chatOnly: true)
    let report = try await probe(server(echoes: false), profile, samples: [.chat("?", "A")])
    #expect(report.method == .firstToken)
    #expect(report.topLogProbabilities == 20)
    #expect(verdicts(report)["echo"] == .no)
    let long = try await probe(
      server(echoes: false),
      profile,
      samples: [.chat("?", "A longer answer")]
    )
    #expect(long.method == .generatedPath)
  }

  @Test func `lowers the list's length until the host agrees`() async throws {
    let host = ScriptedHost { call, body in
      if let top = body["top_logprobs"]?.int, top > 5 {
        throw HostError(.refused, "\(top) is greater than the maximum", status: 400)
      }
      return call.path == "/models"
        ? #"{"data":[]}"#
        : #"""
        {"choices":[{"logprobs":{"content":[{"token":"Paris","logprob":-0.5,"top_logprobs":[]}]}}]}
        """#
    }
    let report = try await probe(
      host,
      ScoringProfile(methods: [.firstToken], chatOnly: true),
      samples: [.chat("?", "A")]
    )
    #expect(report.topLogProbabilities == 5)
  }

  @Test func `ends with a wrong key`() async throws {
    let host = ScriptedHost { _, _ in throw HostError(.credentials, "wrong key", status: 401) }
    await #expect(throws: HostError(.credentials, "wrong key", status: 401)) {
      try await probe(host, ScoringProfile(methods: [.echo]))
    }
  }

  @Test func `takes a refusal of log-probabilities for an answer`() {
    let message = "You are not allowed to request logprobs from this model"
    #expect(Probe.isAnswer(HostError(.credentials, message, status: 403)))
    #expect(!Probe.isAnswer(HostError(.credentials, "wrong key", status: 401)))
    #expect(!Probe.isAnswer(HostError(.unavailable, "no connection")))
    #expect(Probe.isAnswer(HostError(.unavailable, "", status: 500)))
  }
}

@Suite struct `a hosted scorer` {
  private func scorer(_ host: ScriptedHost, _ profile: ScoringProfile) -> HostedScorer {
    HostedScorer(
      endpoint: host.endpoint(profile),
      serving: DirectServing(base: "m"),
      method: profile.methods[0],
      concurrency: 8
    )
  }

  @Test func `counts a request a token where completions are walked`() {
    let host = server()
    let walking = scorer(host, ScoringProfile(methods: [.tokenWalk], tokenizer: .llamaCpp))
    let echoing = scorer(host, ScoringProfile(methods: [.echo]))
    // Eleven bytes: three tokens or so, as long as the tokeniser was not asked.
    let example = Example.plain("a", " b c d e fg")
    #expect(walking.requests(for: example) == 3)
    #expect(echoing.requests(for: example) == 1)
    #expect(host.calls.isEmpty)
  }

  @Test func `losses under models it opened and no others`() async throws {
    let host = server()
    let scorer = scorer(host, ScoringProfile(methods: [.echo], batch: 4))
    #expect(scorer.scorerCapabilities.batch == 4)
    #expect(scorer.scorerCapabilities.exact)
    try await scorer.open(nil)
    let readings = try await scorer.read([.plain("a", " word")], under: nil, round: 2)
    #expect(readings[0].loss == .measured(0.5))
    #expect(host.calls.map(\.round) == [2])
    #expect(host.calls[0].purpose == .score)
    await scorer.close(nil)
    await #expect(throws: HostError.self) {
      try await scorer.read([.plain("a", " b")], under: nil)
    }
  }

  @Test func `waits for a model that is not there yet`() async throws {
    let tries = Tries()
    let slow = ScriptedHost { call, body in
      if tries.next() < 3 { throw HostError(.notFound, "model 'm' does not exist", status: 404) }
      guard case .json(let bytes) = call.body, JSONReader.read(bytes) == body else { return "" }
      return #"{"choices":[{"logprobs":{"tokens":["The capital of France is"," Paris","!"],"#
        + #""token_logprobs":[null,-1,-1]}}]}"#
    }
    let patient = ScoringProfile(methods: [.echo], readinessSeconds: 60)
    try await scorer(slow, patient).open(nil)
    #expect(slow.waited == [.seconds(2), .seconds(4)])
    #expect(slow.calls.allSatisfy { $0.purpose == .read })
  }

  @Test func `gives up on a model that never comes`() async throws {
    let host = ScriptedHost { _, _ in throw HostError(.notFound, "no model", status: 404) }
    let patient = ScoringProfile(methods: [.echo], readinessSeconds: 20)
    await #expect(throws: HostError.self) { try await scorer(host, patient).open(nil) }
    #expect(host.waited.reduce(.zero, +) == .seconds(20))
  }

  @Test func `resolves auto by probing and checks a named method`() async throws {
    let profile = ScoringProfile(methods: [.echo, .firstToken], batch: 4)
    let serving = DirectServing(base: "m")
    let found = try await HostedScorer.resolve(
      server().endpoint(profile),
      serving: serving,
      method: nil,
      model: nil,
      samples: [.plain("a", " b")],
      concurrency: 2
    )
    #expect(found.scorer.method == .echo)
    #expect(found.scorer.scorerCapabilities.batch == 4)
    #expect(found.scorer.scorerCapabilities.context == 512)
    await #expect(throws: HostError.self) {
      try await HostedScorer.resolve(
        server(echoes: false).endpoint(profile),
        serving: serving,
        method: .tgi,
        model: nil,
        samples: [],
        concurrency: 2
      )
    }
  }

  @Test func `estimates tokens at four bytes`() {
    let scorer = scorer(server(), ScoringProfile(methods: [.echo]))
    #expect(scorer.tokens(in: .plain("12345678", "1234")) == 4)
  }
}

/// Counts from 1.
private final class Tries: Sendable {
  private let count = Mutex(0)

  func next() -> Int {
    count.withLock {
      $0 += 1
      return $0
    }
  }
}
