import Synchronization
import TestSupport
import Testing
import Transport

/// A client that does not really wait, and what it would have waited.
private final class Waits: Sendable {
  private let waits = Mutex<[Duration]>([])
  var all: [Duration] { waits.withLock { $0 } }

  func client(_ limits: RateLimiter.Limits = .init()) throws -> HTTPClient {
    HTTPClient(
      engine: try HTTPEngine(),
      limits: limits,
      sleep: { wait in
        try Task.checkCancellation()
        self.waits.withLock { $0.append(wait) }
      },
      random: { 0 }
    )
  }
}

@Suite struct `the client` {
  @Test func `repeats faults until there is an answer`() async throws {
    let server = try LoopbackServer { request in
      switch request.index {
      case 0: .json("{}", status: 502)
      // libcurl itself repeats once on a new connection when a kept one ended without a reply.
      case 1, 2: .drop
      case 3: .truncated(200, Array("{\"a\":1}".utf8), sent: 3)
      case 4: .reply(429, ["Retry-After": "3"], [])
      default: .json("{\"ok\":true}")
      }
    }
    let waits = Waits()
    let request = HTTPRequest("GET", try HTTPAddress(server.url))
    let response = try await waits.client().send(request)
    #expect(response.status == 200)
    #expect(waits.all == [.seconds(0.5), .seconds(1), .seconds(2), .seconds(3)])
  }

  @Test func `sends what makes something once unless it was refused`() async throws {
    let server = try LoopbackServer { request in
      switch request.path {
      case "/drop": .drop
      case "/refused": request.index < 2 ? .json("{}", status: 429) : .json("{}")
      default: .json("{}", status: 500)
      }
    }
    let client = try Waits().client()
    func create(_ path: String) throws -> HTTPRequest {
      HTTPRequest("POST", try HTTPAddress(server.url + path), body: .bytes([]), isRepeatable: false)
    }
    #expect(try await client.send(create("/refused")).status == 200)
    #expect(server.requests.count == 3)
    let error = try await #require(throws: TransportError.self) {
      try await client.send(create("/drop"))
    }
    #expect(error.mayHaveArrived && server.requests.count == 4)
    #expect(try await client.send(create("/fault")).status == 500)
    #expect(server.requests.count == 5)
  }

  @Test func `believes the judge about replies that look good or bad`() async throws {
    let server = try LoopbackServer { request in
      request.index == 0 ? .reply(200, [:], Array("<html>".utf8)) : .json("{}", status: 429)
    }
    let response = try await Waits().client().send(
      HTTPRequest("GET", try HTTPAddress(server.url))
    ) { $0.status == 200 ? .retry : .final }
    #expect(response.status == 429 && server.requests.count == 2)
  }

  @Test func `sends a request no oftener than its caller wants`() async throws {
    let server = try LoopbackServer { _ in .json("{}", status: 502) }
    let waits = Waits()
    let request = HTTPRequest("GET", try HTTPAddress(server.url))
    #expect(try await waits.client().send(request, attempts: 3).status == 502)
    #expect(server.requests.count == 3 && waits.all == [.seconds(0.5), .seconds(1)])
  }

  @Test func `leaves no origin alone for answering 500`() async throws {
    let server = try LoopbackServer { _ in .json("{}", status: 500) }
    let waits = Waits()
    let client = try waits.client()
    let request = HTTPRequest("GET", try HTTPAddress(server.url))
    for _ in 0..<12 { #expect(try await client.send(request, attempts: 1).status == 500) }
    #expect(waits.all.isEmpty)
  }

  @Test func `does not repeat a body that is not encoded as its header says`() async throws {
    let server = try LoopbackServer { _ in
      .reply(200, ["Content-Encoding": "gzip"], Array("plain".utf8))
    }
    let client = try Waits().client()
    let request = HTTPRequest("GET", try HTTPAddress(server.url))
    let error = await #expect(throws: TransportError.self) { try await client.send(request) }
    #expect(error?.code == .encoding && error?.message.contains("encoding") == true)
    #expect(server.requests.count == 1)
  }

  @Test func `keeps to the number of requests at once`() async throws {
    let running = Mutex((now: 0, most: 0))
    let server = try LoopbackServer { _ in
      running.withLock {
        $0.now += 1
        $0.most = max($0.most, $0.now)
      }
      // The reply is written after this closure: the count may only be too low.
      running.withLock { $0.now -= 1 }
      return .delayed(.milliseconds(1), .json("{}"))
    }
    let client = try Waits().client(.init(concurrency: 3))
    let request = HTTPRequest("GET", try HTTPAddress(server.url))
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<60 { group.addTask { _ = try await client.send(request) } }
      try await group.waitForAll()
    }
    #expect(server.requests.count == 60 && server.connections <= 3)
    #expect(running.withLock { $0.most } <= 3)
  }

  @Test func `those that wait for their turn can be cancelled`() async throws {
    let server = try LoopbackServer { _ in .silence }
    let client = try Waits().client(.init(concurrency: 1))
    let request = HTTPRequest("GET", try HTTPAddress(server.url))
    let tasks = (0..<20).map { _ in Task { try await client.send(request) } }
    while server.requests.isEmpty { try await Task.sleep(for: .milliseconds(2)) }
    for task in tasks { task.cancel() }
    for task in tasks {
      await #expect(throws: CancellationError.self) { _ = try await task.value }
    }
  }

  @Test func `says why there is no reply in the end`() async throws {
    let server = try LoopbackServer { _ in .drop }
    server.stop()
    let waits = Waits()
    let request = HTTPRequest("GET", try HTTPAddress(server.url))
    let error = try await #require(throws: TransportError.self) {
      try await waits.client().send(request)
    }
    #expect(error.code == .connect && waits.all.count == 3)
  }
}
