import Configuration
import Experiment
import Hosts
import TestSupport
import Testing
import Transport

@Suite struct `a host of one file and one line` {
  /// The one line.
  private let hosts = HostRegistry.builtIn + [.toy]

  private static func answer(_ request: LoopbackServer.Request) -> LoopbackServer.Answer {
    switch "\(request.method) \(request.path)" {
    case "POST /v1/files": .json(#"{"id":"file-1","status":"processed"}"#)
    case "GET /v1/files/file-1": .json(#"{"id":"file-1","status":"processed"}"#)
    case "POST /v1/toys": .json(#"{"id":"toy-1","status":"running"}"#)
    case "GET /v1/toys/toy-1":
      .json(#"{"id":"toy-1","status":"succeeded","fine_tuned_model":"toy:1"}"#)
    case "POST /v1/price": .json(#"{"text":-1.5}"#)
    default: .json(#"{"data":[]}"#)
    }
  }

  @Test func `trains and reads losses over HTTP`() async throws {
    let server = try LoopbackServer { Self.answer($0) }
    let toy = try #require(hosts["toy"])
    let connection = HostConnection(
      profile: toy.profile,
      baseURL: server.url + "/v1",
      key: nil,
      headers: ["toy-box": try #require(Secret("red"))],
      client: HTTPClient(engine: try HTTPEngine())
    )
    let trainer = try HostedTrainer(
      host: connection,
      profile: toy.profile,
      base: "base",
      ledger: ListLedger()
    )
    let tuned = try await trainer.train(job())
    #expect(tuned.model.name == "toy:1")

    let scorer = HostedScorer(
      endpoint: ScoringEndpoint(
        host: connection,
        profile: try #require(toy.profile.scoring),
        baseURL: server.url + "/v1"
      ),
      serving: try ServingKind.direct.serving(
        ServingOptions(),
        base: nil,
        host: connection,
        baseURL: server.url,
        ledger: ListLedger()
      ),
      method: try #require(try hosts.method(named: "toy-price"))
    )
    try await scorer.open(tuned.model)
    let losses = try await scorer.read([.plain("a", "b")], under: tuned.model, round: 1)
    #expect(losses.map(\.loss) == [.measured(1.5)] && losses[0].source == "toy-price")
    #expect(server.requests.allSatisfy { $0["toy-box"] == "red" })
    #expect(server.requests.contains { $0.method == "POST" && $0.path == "/v1/toys" })
  }

  @Test func `lends its parts to users' profiles, where it is listed`() throws {
    let text = Array(
      """
      { name: "b", title: "B", authorization: "none", scoring: { methods: ["toy-price"], batch: 1 },
        training: { wire: "toy", parallelJobs: 1, minimumExamples: 1, continuesTuned: true } }
      """.utf8
    )
    #expect(try HostProfile.read(json5: text, for: hosts).training?.wire.name == "toy")
    let error = #expect(throws: ConfigurationError.self) { try HostProfile.read(json5: text) }
    #expect(error?.cause.contains("has a value that is not understood there") == true)
  }
}
