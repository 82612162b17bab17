import Foundation
import TestSupport
import Testing
import Transport

/// A `GET` of a path of a server.
private func get(
  _ server: LoopbackServer,
  _ path: String = "/",
  patience: HTTPRequest.Patience = .init(),
  limit: Int = 64 << 20
) throws -> HTTPRequest {
  HTTPRequest("GET", try HTTPAddress(server.url + path), patience: patience, limit: limit)
}

/// The transport error that work throws.
private func failure(
  of work: () async throws -> HTTPResponse
) async throws -> TransportError {
  try await #require(throws: TransportError.self) { _ = try await work() }
}

/// Header fields of half a megabyte.
private let endlessHead = (0..<512).flatMap { number in
  Array("x-field-\(number): \(String(repeating: "a", count: 1000))\r\n".utf8)
}

/// Two million zeros in two kilobytes (RFC 1952): blocks of DEFLATE made by Python's gzip.
private let packedZeros: [UInt8] =
  [
    0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0xed, 0xc1, 0x01, 0x01, 0x00, 0x00,
    0x00, 0x82, 0x20, 0xff, 0xaf, 0x6e, 0x48, 0x40, 0x01,
  ]
  + [UInt8](repeating: 0, count: 1937)
  + [0x6f, 0x06, 0x41, 0x1d, 0x5a, 0x42, 0x80, 0x84, 0x1e, 0x00]

@Suite struct `the engine` {
  @Test func `sends method, fields and body and gives status, fields and body back`() async throws {
    let server = try LoopbackServer { request in
      .reply(201, ["X-Request-Id": " r-1 "], Array("\(request.method) \(request.text)".utf8))
    }
    var request = try get(server, "/v1/x?a=b")
    request.method = "PUT"
    request.fields = [.init("X-Probe", "yes"), .init("Content-Type", "application/json")]
    request.body = .bytes(Array("{}".utf8))
    let response = try await HTTPEngine().send(request)
    #expect(response.status == 201)
    #expect(response.fields["x-request-id"] == "r-1")
    #expect(String(decoding: response.body, as: UTF8.self) == "PUT {}")
    let seen = try #require(server.requests.first)
    #expect(seen.target == "/v1/x?a=b" && seen["x-probe"] == "yes" && seen["expect"] == nil)
    #expect(seen["content-type"] == "application/json")
  }

  @Test func `answers each of many parallel requests with its own reply over few connections`()
    async throws
  {
    let server = try LoopbackServer { .reply(200, [:], $0.body) }
    let engine = try HTTPEngine()
    let address = try HTTPAddress(server.url)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for worker in 0..<16 {
        group.addTask {
          for turn in 0..<25 {
            let body = Array("\(worker)-\(turn)".utf8)
            let reply = try await engine.send(HTTPRequest("POST", address, body: .bytes(body)))
            #expect(reply.body == body)
          }
        }
      }
      try await group.waitForAll()
    }
    #expect(server.requests.count == 400)
    #expect(server.connections <= 16)
  }

  @Test func `sends a form as fields and a file`() async throws {
    let server = try LoopbackServer { _ in .json("{}") }
    let file = Array("{\"a\":1}\n".utf8)
    let request = HTTPRequest(
      "POST",
      try HTTPAddress(server.url),
      body: .form([
        .init("purpose", content: Array("fine-tune".utf8)),
        .init("file", fileName: "train.jsonl", content: file),
      ])
    )
    _ = try await HTTPEngine().send(request)
    let seen = try #require(server.requests.first)
    #expect(seen["content-type"]?.hasPrefix("multipart/form-data; boundary=") == true)
    #expect(seen.text.contains("name=\"purpose\"\r\n\r\nfine-tune\r\n"))
    #expect(seen.text.contains("name=\"file\"; filename=\"train.jsonl\""))
    #expect(seen.text.contains("\r\n\r\n{\"a\":1}\n\r\n--"))
  }

  @Test func `sends one request after another of different kinds over one handle`() async throws {
    let server = try LoopbackServer { .reply(200, [:], Array("\($0.method)\($0.text.count)".utf8)) }
    let engine = try HTTPEngine()
    let address = try HTTPAddress(server.url)
    func ask(_ method: String, _ body: HTTPRequest.Body) async throws -> String {
      let reply = try await engine.send(HTTPRequest(method, address, body: body))
      return String(decoding: reply.body, as: UTF8.self)
    }
    let large = [UInt8](repeating: 120, count: 3 << 20)
    #expect(try await ask("POST", .bytes(large)) == "POST\(3 << 20)")
    #expect(try await ask("GET", .none) == "GET0")
    #expect(try await ask("DELETE", .none) == "DELETE0")
    #expect(try await ask("POST", .form([.init("a", content: [98])])).hasPrefix("POST"))
    #expect(try await ask("POST", .bytes([])) == "POST0")
    #expect(try await ask("POST", .none) == "POST0")
    #expect(server.connections == 1)
  }

  @Test func `reads chunks and interim replies and decompresses`() async throws {
    let packed: [UInt8] = [
      0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff, 0xcb, 0x48, 0xcd, 0xc9, 0xc9, 7, 0, 0x86, 0xa6, 0x10,
      0x36, 5, 0, 0, 0,
    ]
    let server = try LoopbackServer { request in
      switch request.path {
      case "/chunks": return .chunked(200, [:], Array("hello".utf8), size: 2)
      case "/gzip": return .reply(200, ["Content-Encoding": "gzip"], packed)
      default:
        let interim = "HTTP/1.1 103 Early Hints\r\nx-first: 1\r\n\r\n"
        return .raw(Array((interim + "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello").utf8))
      }
    }
    let engine = try HTTPEngine()
    for path in ["/chunks", "/gzip", "/interim"] {
      let response = try await engine.send(try get(server, path))
      #expect(String(decoding: response.body, as: UTF8.self) == "hello", "\(path)")
      #expect(response.fields["x-first"] == nil)
    }
  }

  @Test(arguments: [
    ("/drop", TransportError.Code.interrupted), ("/short", .interrupted), ("/garbage", .malformed),
    ("/endless", .tooLarge), ("/head", .tooLarge), ("/bomb", .tooLarge), ("/gzip", .encoding),
  ])
  func `tells what was wrong with a reply`(path: String, code: TransportError.Code) async throws {
    let server = try LoopbackServer { request in
      switch request.path {
      case "/drop": .drop
      case "/short": .truncated(200, Array("{\"choices\":[]}".utf8), sent: 5)
      case "/garbage": .raw(Array("what is this\r\n\r\n".utf8))
      case "/endless": .endless
      case "/head": .raw(Array("HTTP/1.1 200 OK\r\n".utf8) + endlessHead)
      case "/bomb": .reply(200, ["Content-Encoding": "gzip"], packedZeros)
      default: .reply(200, ["Content-Encoding": "gzip"], [1, 2, 3])
      }
    }
    let error = try await failure {
      try await HTTPEngine().send(try get(server, path, limit: 1 << 20))
    }
    #expect(error.code == code)
    #expect(error.mayHaveArrived)
    #expect(error.message.hasPrefix(server.url))
  }

  @Test func `tells a slow reply from a stalled one`() async throws {
    let server = try LoopbackServer { request in
      request.path == "/slow" ? .delayed(.seconds(3), .json("{}")) : .stalled
    }
    let engine = try HTTPEngine()
    let short = try get(server, patience: .init(total: .milliseconds(150)))
    let late = try await failure { try await engine.send(short) }
    #expect(late.code == .timeout && late.mayHaveArrived)
    let patience = HTTPRequest.Patience(total: .seconds(120), stalled: .seconds(1))
    let stalled = try get(server, patience: patience)
    #expect(try await failure { try await engine.send(stalled) }.code == .stalled)
    // A slow model is not a stalled reply, also on a handle that saw one.
    let slow = try get(server, "/slow", patience: patience)
    #expect(try await engine.send(slow).status == 200)
    #expect(try await failure { try await engine.send(stalled) }.code == .stalled)
  }

  @Test func `knows that nothing arrived where there was no connection`() async throws {
    let server = try LoopbackServer { _ in .drop }
    server.stop()
    let engine = try HTTPEngine()
    let refused = try await failure { try await engine.send(try get(server)) }
    #expect(refused.code == .connect && !refused.mayHaveArrived)
    let nowhere = HTTPRequest("GET", try HTTPAddress("https://no-such-host.invalid/"))
    let unknown = try await failure { try await engine.send(nowhere) }
    // Behind a proxy it is the proxy that fails.
    #expect(unknown.code == .dns || unknown.code == .proxy)
    #expect(!unknown.mayHaveArrived)
  }

  @Test func `never lets libcurl send an unrepeatable request a second time`() async throws {
    let server = try LoopbackServer { $0.path == "/create" ? .drop : .json("{}") }
    let engine = try HTTPEngine()
    for isRepeatable in [true, false] {
      // A kept connection on which the next request gets no reply is what libcurl repeats on.
      _ = try await engine.send(try get(server))
      var request = try get(server, "/create")
      request.method = "POST"
      request.body = .bytes(Array("{}".utf8))
      request.isRepeatable = isRepeatable
      let before = server.requests.count
      let error = try await failure { try await engine.send(request) }
      #expect(error.code == .interrupted && error.mayHaveArrived)
      #expect(server.requests.count - before == (isRepeatable ? 2 : 1))
    }
  }

  @Test func `refuses plain http to other machines and line breaks in fields`() async throws {
    let engine = try HTTPEngine()
    for address in [
      "http://0.0.0.0:8000", "http://[::]:8000", "http://127.1.2.3", "http://localhost",
    ] {
      #expect(try HTTPAddress(address).isLoopback)
    }
    for address in ["http://0.0.0.1", "http://10.0.0.0", "http://localhost.example"] {
      #expect(!(try HTTPAddress(address).isLoopback))
    }
    let open = HTTPRequest("GET", try HTTPAddress("http://192.0.2.1/v1"))
    #expect(try await failure { try await engine.send(open) }.code == .plain)
    let server = try LoopbackServer { _ in .json("{}") }
    var split = try get(server)
    split.fields = [.init("x-key", "sk-1\r\nevil: 1", isSecret: true)]
    let error = try await failure { try await engine.send(split) }
    #expect(error.code == .invalidURL && !error.message.contains("sk-1"))
  }
}

@Suite struct `ending requests` {
  /// Cancels a task and waits until its connection has ended, on a thread of its own: tasks share
  /// theirs with all other tests, and would measure those.
  private func end(_ task: Task<HTTPResponse, any Error>, at server: LoopbackServer) async
    -> Duration
  {
    await withCheckedContinuation { continuation in
      Thread.detachNewThread {
        let start = ContinuousClock.now
        task.cancel()
        while server.openConnections > 0, ContinuousClock.now - start < .seconds(60) { usleep(200) }
        continuation.resume(returning: ContinuousClock.now - start)
      }
    }
  }

  @Test func `cancelling ends a request and its connection within milliseconds`() async throws {
    let server = try LoopbackServer { _ in .silence }
    let engine = try HTTPEngine()
    let request = try get(server)
    var quickest = Duration.seconds(60)
    for round in 1...8 {
      let task = Task { try await engine.send(request) }
      while server.requests.count < round { try await Task.sleep(for: .milliseconds(2)) }
      quickest = min(quickest, await end(task, at: server))
      await #expect(throws: CancellationError.self) { _ = try await task.value }
    }
    #expect(quickest < .milliseconds(100))
  }

  @Test func `hundreds of requests cancelled at any moment all end and the engine goes on`()
    async throws
  {
    let server = try LoopbackServer { request in
      request.index.isMultiple(of: 3) ? .delayed(.milliseconds(2), .json("{}")) : .json("{}")
    }
    let engine = try HTTPEngine()
    let request = try get(server)
    let ended = await withTaskGroup(of: Int.self) { group in
      for index in 0..<300 {
        group.addTask {
          let task = Task { try await engine.send(request) }
          try? await Task.sleep(for: .microseconds((index * 7919) % 4000))
          task.cancel()
          switch await task.result {
          case .success(let response): return response.status == 200 ? 1 : 0
          case .failure(let error): return error is CancellationError ? 1 : 0
          }
        }
      }
      return await group.reduce(0, +)
    }
    #expect(ended == 300)
    #expect(try await engine.send(request).status == 200)
  }

  @Test func `a cancelled task sends nothing`() async throws {
    let server = try LoopbackServer { _ in .json("{}") }
    let engine = try HTTPEngine()
    let request = try get(server)
    let task = Task {
      while !Task.isCancelled { await Task.yield() }
      return try await engine.send(request)
    }
    task.cancel()
    await #expect(throws: CancellationError.self) { _ = try await task.value }
    #expect(try await engine.send(request).status == 200)
    #expect(server.requests.count == 1)
  }

  @Test func `closing ends what runs and what comes later`() async throws {
    let server = try LoopbackServer { _ in .silence }
    let engine = try HTTPEngine()
    let request = try get(server)
    let running = Task { try await engine.send(request) }
    while server.requests.isEmpty { try await Task.sleep(for: .milliseconds(2)) }
    engine.close()
    #expect(try await failure { try await running.value }.code == .closed)
    #expect(try await failure { try await engine.send(request) }.code == .closed)
  }
}
