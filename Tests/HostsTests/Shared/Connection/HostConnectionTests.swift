import Experiment
import TestSupport
import Testing

@testable import Hosts

private let key = HostConnection.testKey

@Suite(.timeLimit(.minutes(10))) struct `a connection` {
  @Test(arguments: [
    ("bearer", "authorization", "Bearer \(key)"), ("api-key", "api-key", key),
    ("none", "authorization", "Bearer \(key)"),
  ])
  func `sends the key as the host wants it, and only there`(
    authorization: String,
    field: String,
    value: String
  ) async throws {
    let other = try LoopbackServer { _ in .json("{}") }
    let server = try LoopbackServer { _ in .json("{}") }
    let host = try HostConnection.test(server.url, authorization: authorization)
    _ = try await host.send(.score("{}"))
    _ = try await host.send(Call("PUT", other.url + "/up", body: .json([1]), purpose: .create))
    let seen = try #require(server.requests.first)
    #expect(seen.target == "/v1/completions" && seen[field] == value)
    #expect(seen["user-agent"] == "daunce" && seen["content-type"] == "application/json")
    let elsewhere = try #require(other.requests.first)
    #expect(elsewhere.fields.allSatisfy { !$0.value.contains(key) })
  }

  @Test func `sends nothing secret without a key`() async throws {
    let server = try LoopbackServer { _ in .json("{}") }
    _ = try await HostConnection.test(server.url, key: nil).send(.score("{}"))
    #expect(server.requests.first?["authorization"] == nil)
  }

  @Test func `refuses a key that would split the head of a request`() async throws {
    let server = try LoopbackServer { _ in .json("{}") }
    let host = try HostConnection.test(server.url, key: "sk-1234\r\nevil: 1")
    let error = await #expect(throws: HostError.self) { try await host.send(.score("{}")) }
    #expect(error?.code == .configuration && error?.message.contains("sk-1234") == false)
    #expect(server.requests.isEmpty)
  }

  @Test func `asks again until the host is well, and for replies that cannot be meant`()
    async throws
  {
    let answers: [LoopbackServer.Answer] = [
      .json("oops", status: 500), .json("<html>login</html>"), .drop, .drop,
      .json(#"{"choices":["#), .json("{}", status: 429), .json(""),
      .json(#"{"error":{"message":"busy","code":503}}"#), .json(#"{"choices":[]}"#),
    ]
    let server = try LoopbackServer { answers[min($0.index, answers.count - 1)] }
    let host = try HostConnection.test(server.url)
    // A loss is asked for thrice at a time.
    var reply: Reply?
    while reply == nil, server.requests.count < 12 { reply = try? await host.send(.score("{}")) }
    #expect(reply?.body == Array(#"{"choices":[]}"#.utf8))
  }

  @Test func `says what the host refused, with its id and without the key`() async throws {
    let server = try LoopbackServer { _ in
      .reply(
        401,
        ["x-request-id": "req-\(key)"],
        Array(
          #"{"error":{"message":"Incorrect API key provided: \#(key)","code":"invalid \#(key)"}}"#
            .utf8
        )
      )
    }
    let host = try HostConnection.test(server.url)
    let error = try await #require(throws: HostError.self) { try await host.send(.score("{}")) }
    #expect(error.code == .credentials && error.status == 401 && server.requests.count == 1)
    #expect(
      error.description == "box, POST /completions, answered 401: Incorrect API key provided: "
        + "REDACTED (request req-REDACTED)"
    )
    #expect(error.hostCode == "invalid REDACTED" && error.isLasting)
  }

  @Test func `hands no reply on that holds the key`() async throws {
    let server = try LoopbackServer { request in
      .reply(200, ["server": "\(request["authorization"] ?? "")"], Array(#"{"id":"\#(key)"}"#.utf8))
    }
    let host = try HostConnection.test(server.url)
    for purpose in [Call.Purpose.read, .score, .create, .remove] {
      let reply = try await host.send(Call("POST", "/x", body: .json([]), purpose: purpose))
      #expect(reply.body == Array(#"{"id":"REDACTED"}"#.utf8))
      #expect(reply.fields.first { $0.name == "server" }?.value == "Bearer REDACTED")
    }
  }

  @Test(arguments: [
    (500, "{}", HostError.Code.unknownOutcome), (502, "", .unknownOutcome),
    (0, "", .unknownOutcome), (400, "{}", .refused), (401, "{}", .credentials),
  ])
  func `never makes anything twice`(status: Int, body: String, code: HostError.Code) async throws {
    let server = try LoopbackServer { _ in status == 0 ? .drop : .json(body, status: status) }
    let host = try HostConnection.test(server.url)
    let error = await #expect(throws: HostError.self) { try await host.send(.job) }
    #expect(error?.code == code && server.requests.count == 1)
  }

  @Test func `makes what was refused for lack of room a little later`() async throws {
    let server = try LoopbackServer { request in
      request.index == 0
        ? .reply(429, ["retry-after-ms": "1"], []) : .json(#"{"id":"j"}"#)
    }
    #expect(try await HostConnection.test(server.url).send(.job).status == 200)
    #expect(server.requests.count == 2)
  }

  @Test func `tells a host that is not there from an address that is wrong`() async throws {
    let server = try LoopbackServer { _ in .drop }
    server.stop()
    let gone = try HostConnection.test(server.url)
    let error = await #expect(throws: HostError.self) { try await gone.send(.score("{}")) }
    #expect(error?.code == .unavailable)
    #expect(error?.message.hasPrefix("cannot ask box, POST /completions: \(server.url)") == true)
    for url in ["http://192.0.2.1", "ftp://127.0.0.1", "nonsense", "https://me:pass@127.0.0.1"] {
      let host = try HostConnection.test(url)
      let error = await #expect(throws: HostError.self) { try await host.send(.score("{}")) }
      #expect(error?.code == .configuration && error?.message.contains("pass@") == false, "\(url)")
    }
  }

  @Test func `a name that nobody has is said so`() async throws {
    let host = try HostConnection.test("https://no-such-host.invalid")
    let error = try await #require(throws: HostError.self) { try await host.send(.score("{}")) }
    // Behind a proxy it is the proxy that fails.
    #expect(error.code == .unavailable || error.code == .configuration)
    #expect(error.message.contains("no-such-host.invalid"))
  }
}
