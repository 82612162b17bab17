import TestSupport
import Testing
import Transport

@Suite struct `redirects` {
  private func request(_ method: String, _ url: String) throws -> HTTPRequest {
    HTTPRequest(
      method,
      try HTTPAddress(url),
      fields: [.init("authorization", "Bearer sk-1", isSecret: true), .init("x-plain", "1")]
    )
  }

  private func redirect(_ status: Int, to location: String) -> HTTPResponse {
    HTTPResponse(status: status, fields: HTTPFields(["Location": location]))
  }

  @Test func `keep credentials within an origin and drop them elsewhere`() async throws {
    let other = try LoopbackServer { _ in .json("{}") }
    let target = other.url
    let server = try LoopbackServer { request in
      switch request.path {
      case "/here": .reply(302, ["Location": "/there"], [])
      case "/away": .reply(302, ["Location": "\(target)/x"], [])
      default: .json("{}")
      }
    }
    let engine = try HTTPEngine()
    _ = try await engine.send(try request("GET", server.url + "/here"))
    _ = try await engine.send(try request("GET", server.url + "/away"))
    #expect(server.requests.map(\.path) == ["/here", "/there", "/away"])
    #expect(server.requests.allSatisfy { $0["authorization"] == "Bearer sk-1" })
    #expect(other.requests.map { $0["authorization"] } == [nil])
    #expect(other.requests.map { $0["x-plain"] } == ["1"])
  }

  @Test func `end in the redirecting reply when there are too many`() async throws {
    let server = try LoopbackServer { _ in .reply(302, ["Location": "/again"], []) }
    let response = try await HTTPEngine().send(try request("GET", server.url))
    #expect(response.status == 302)
    #expect(server.requests.count == 6)
  }

  @Test func `never make a GET of a POST`() throws {
    let post = try request("POST", "https://host/v1/jobs")
    for status in [301, 302, 303] {
      let error = try #require(throws: TransportError.self) {
        try post.redirected(by: redirect(status, to: "/v1/jobs/"))
      }
      #expect(error.code == .redirect)
    }
    let next = try #require(try post.redirected(by: redirect(308, to: "/v2/jobs")))
    #expect(next.method == "POST" && next.address.text == "https://host/v2/jobs")
    #expect(next.fields.count == 2 && next.redirects == post.redirects - 1)
  }

  @Test func `take no data to another host and nothing from https to http`() throws {
    let post = try request("POST", "https://host/v1/jobs")
    #expect(throws: TransportError.self) {
      try post.redirected(by: redirect(307, to: "https://evil/v1/jobs"))
    }
    let get = try request("GET", "https://host/v1/jobs")
    #expect(throws: TransportError.self) {
      try get.redirected(by: redirect(302, to: "http://host/v1/jobs"))
    }
    let other = try get.redirected(by: redirect(302, to: "https://host:8443/x"))
    #expect(other?.fields.map(\.name) == ["x-plain"])
  }

  @Test(arguments: [
    ("http://127.0.0.1:8000/v1", true), ("http://127.200.0.9/", true), ("http://[::1]:1/", true),
    ("http://LOCALHOST/", true), ("http://127.0.0.1.evil.com/", false), ("http://10.0.0.1/", false),
    ("http://localhost.evil.com/", false), ("https://[::2]/", false),
  ])
  func `tell this machine from others`(url: String, isLoopback: Bool) throws {
    #expect(try HTTPAddress(url).isLoopback == isLoopback)
  }

  @Test(arguments: ["", "host/v1", "ftp://host/", "file:///etc/passwd", "https://me:pw@host/"])
  func `start from http and https addresses without a user only`(url: String) throws {
    let error = try #require(throws: TransportError.self) { try HTTPAddress(url) }
    #expect(error.code == .invalidURL && !error.message.contains("pw"))
  }

  @Test func `default ports belong to the origin`() throws {
    #expect(try HTTPAddress("https://Host/x").origin == HTTPAddress("https://host:443/y").origin)
    #expect(try HTTPAddress("https://host").origin != HTTPAddress("http://host").origin)
  }
}
