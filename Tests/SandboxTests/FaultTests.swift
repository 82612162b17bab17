import Testing

@testable import Sandbox

struct FaultTests {
  private func request(_ body: String, path: [String] = ["v1", "completions"]) -> ServerRequest {
    var request = ServerRequest(method: "POST", path: path)
    request.body = Array(body.utf8)
    return request
  }

  @Test func `the same seed and requests meet the same faults, about as many as wished`() {
    func faults(_ seed: UInt64) -> [SandboxFaults.Kind?] {
      let plan = FaultPlan(SandboxFaults(rate: 0.2, seed: seed))
      return (0..<1000).map { plan.fault(for: request("\($0)")) }
    }
    #expect(faults(1) == faults(1))
    #expect(faults(1) != faults(2))
    let hit = faults(3).count { $0 != nil }
    // Five standard deviations of a binomial of 1000 at 0.2.
    #expect((137...263).contains(hit))
    #expect(Set(faults(3).compactMap { $0 }).count == 10)
  }

  @Test func `nothing fails more than twice in a row`() {
    let plan = FaultPlan(SandboxFaults(rate: 1))
    for _ in 0..<10 {
      #expect(plan.fault(for: request("a")) != nil)
      #expect(plan.fault(for: request("a")) != nil)
      #expect(plan.fault(for: request("a")) == nil)
    }
  }

  @Test func `faults of jobs hit jobs, and the sandbox's own pages are spared`() {
    let plan = FaultPlan(SandboxFaults(rate: 1, kinds: [.lostJob]))
    #expect(plan.fault(for: request("a")) == nil)
    #expect(plan.fault(for: request("a", path: ["v1", "fine_tuning", "jobs"])) == .lostJob)
    let all = FaultPlan(SandboxFaults(rate: 1))
    #expect(all.fault(for: request("a", path: ["sandbox", "log"])) == nil)
  }

  @Test func `a form is the same form whatever its boundary`() {
    func form(_ boundary: String) -> ServerRequest {
      var form = request(
        "--\(boundary)\r\ncontent-disposition: form-data; name=x\r\n\r\nv\r\n--\(boundary)--"
      )
      form.headers["content-type"] = "multipart/form-data; boundary=\(boundary)"
      return form
    }
    #expect(form("a").identity == form("b").identity)
  }

  @Test func `a new model is missing a few times and then there`() {
    let plan = FaultPlan(SandboxFaults(rate: 1, kinds: [.missingModel]))
    #expect(!plan.misses(model: "m"))
    plan.made(model: "m")
    #expect((0..<5).map { _ in plan.misses(model: "m") } == [true, true, true, false, false])
  }

  @Test func `ids of one kind are all different`() {
    #expect(Set((0..<20_000).map { shortID("model", $0, digits: 8) }).count == 20_000)
    #expect(shortID("file", 3, digits: 24).count == 24)
  }

  @Test(.timeLimit(.minutes(4)))
  func `each fault does to a real client what its name says`() async throws {
    func outcome(_ kind: SandboxFaults.Kind) async throws -> (Result<Reply, any Error>, Int?, Int?)
    {
      let specification = SandboxFaults(rate: 1, kinds: [kind], hang: .milliseconds(50))
      return try await Rehearsal.with(faults: specification) { (client) async throws in
        let prompt =
          #"{"model":"reference","prompt":"a b","echo":true,"logprobs":0,"max_tokens":0}"#
        let result = Result { try client.call("POST", "/v1/completions", prompt) }
        let readings = try client.call("GET", "/sandbox/log").json["prices"]
        return (result, readings["served"].int, readings["cut"].int)
      }
    }
    func status(_ kind: SandboxFaults.Kind) async throws -> Reply {
      let (reply, served, cut) = try await outcome(kind)
      #expect(served == 0 && cut == 0, "\(kind)")
      return try reply.get()
    }
    let limited = try await status(.rateLimit)
    #expect(limited.status == 429)
    #expect(limited.headers["retry-after"] != nil || limited.headers["retry-after-ms"] != nil)
    let bare = try await status(.bareRateLimit)
    #expect(bare.status == 429 && bare.headers["retry-after"] == nil)
    #expect(try await status(.internalError).status == 500)
    #expect(try await status(.badGateway).status == 502)
    #expect(try await status(.unavailable).status == 503)
    let page = try await status(.html)
    #expect(page.status == 200 && page.json.value == nil)
    for kind in [SandboxFaults.Kind.hang, .dropBefore] {
      let (reply, served, cut) = try await outcome(kind)
      #expect(throws: Wire.Cut.self) { try reply.get() }
      #expect(served == 0 && cut == 0)
    }
    for kind in [SandboxFaults.Kind.dropAfter, .truncated] {
      let (reply, served, cut) = try await outcome(kind)
      #expect(throws: Wire.Cut.self) { try reply.get() }
      #expect(served == 0 && cut == 1, "\(kind)")
    }
  }
}
