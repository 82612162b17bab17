import Testing

@testable import Sandbox

struct RequestReaderTests {
  @Test func `a head that comes byte by byte is read once`() throws {
    var reader = RequestReader()
    let head = Array(
      "GET /v1/models?a=\(String(repeating: "x", count: 9_000)) HTTP/1.1\r\nHost: a\r\n\r\n".utf8
    )
    for byte in head.dropLast() {
      reader.append([byte])
      #expect(try reader.next() == .needsMore)
    }
    reader.append([0x0A])
    guard case .request(let request) = try reader.next() else {
      Issue.record("no request")
      return
    }
    #expect(request.path == ["v1", "models"])
  }

  private func steps(
    _ text: String,
    pieces: Int = .max,
    limits: RequestReader.Limits = .init()
  ) throws -> [RequestReader.Step] {
    var reader = RequestReader(limits: limits)
    var rest = Array(text.utf8)[...]
    var steps: [RequestReader.Step] = []
    repeat {
      reader.append(rest.prefix(pieces))
      rest = rest.dropFirst(pieces)
      while true {
        let step = try reader.next()
        if step == .needsMore { break }
        steps.append(step)
      }
    } while !rest.isEmpty
    return steps
  }

  private func requests(_ text: String, pieces: Int = .max) throws -> [ServerRequest] {
    try steps(text, pieces: pieces).compactMap {
      if case .request(let request) = $0 { request } else { nil }
    }
  }

  @Test(arguments: [1, 2, 7, Int.max])
  func `pipelined requests come out one by one however the bytes arrive`(pieces: Int) throws {
    let text =
      "\r\nPOST /v1/a%20b?x=1&metadata%5Bk%5D=a+b HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc"
      + "POST /c HTTP/1.1\r\nhost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
      + "4;ext=1\r\nWiki\r\n6\r\npedia \r\n0\r\nTrailer: x\r\n\r\n"
      + "GET / HTTP/1.1\r\nhost: h\r\nconnection: close\r\n\r\n"
    let found = try requests(text, pieces: pieces)
    try #require(found.count == 3)
    #expect(found[0].path == ["v1", "a b"] && found[0].body == Array("abc".utf8))
    #expect(found[0].query("x") == "1" && found[0].query("metadata[k]") == "a b")
    #expect(found[1].body == Array("Wikipedia ".utf8) && found[1].keepsAlive)
    #expect(found[2].path.isEmpty && !found[2].keepsAlive)
  }

  @Test func `a client that waits is told to go on, once`() throws {
    var reader = RequestReader()
    reader.append(
      Array("POST / HTTP/1.1\r\nhost: h\r\nexpect: 100-continue\r\ncontent-length: 2\r\n\r\n".utf8)
    )
    #expect(try reader.next() == .expectsContinue)
    #expect(try reader.next() == .needsMore)
    reader.append(Array("ok".utf8))
    guard case .request(let request) = try reader.next() else {
      Issue.record("no request")
      return
    }
    #expect(request.body == Array("ok".utf8))
  }

  @Test(arguments: [
    ("\u{16}\u{3}\u{1}", 400), ("hello\r\n\r\n", 400), ("GET /\n\n", 400),
    ("GET / HTTP/1.1\r\n\r\n", 400), ("GET / HTTP/2.0\r\nhost: h\r\n\r\n", 505),
    ("GET x HTTP/1.1\r\nhost: h\r\n\r\n", 400), ("GET /%f HTTP/1.1\r\nhost: h\r\n\r\n", 400),
    ("GET /%ff HTTP/1.1\r\nhost: h\r\n\r\n", 400),
    ("GET / HTTP/1.1\r\nhost: h\r\n folded\r\n\r\n", 400),
    ("GET / HTTP/1.1\r\nhost: h\r\ncontent-length: -1\r\n\r\n", 400),
    ("GET / HTTP/1.1\r\nhost: h\r\ncontent-length: 1, 1\r\n\r\n", 400),
    ("GET / HTTP/1.1\r\nhost: h\r\ncontent-length: 99999999999999999999\r\n\r\n", 413),
    ("GET / HTTP/1.1\r\nhost: h\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n", 400),
    ("GET / HTTP/1.1\r\nhost: h\r\ntransfer-encoding: gzip\r\n\r\n", 501),
    ("GET / HTTP/1.1\r\nhost: h\r\nexpect: cake\r\n\r\n", 417),
    ("GET / HTTP/1.1\r\nhost: h\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n", 400),
    ("GET / HTTP/1.1\r\nhost: h\r\ntransfer-encoding: chunked\r\n\r\n1\r\nab\r\n", 400),
    ("GET / HTTP/1.1\r\nhost: h\r\ntransfer-encoding: chunked\r\n\r\nfffffff\r\n", 413),
  ])
  func `what is no request is refused`(text: String, status: Int) throws {
    let error = try #require(throws: APIError.self) { try steps(text) }
    #expect(error.status == status)
  }

  @Test func `sizes are limited before the bytes are there`() throws {
    let limits = RequestReader.Limits(head: 100, body: 10)
    func status(_ text: String) -> Int? {
      do {
        _ = try steps(text, limits: limits)
        return nil
      } catch { return (error as? APIError)?.status }
    }
    let head = "POST / HTTP/1.1\r\nhost: h\r\n"
    #expect(status("GET /" + String(repeating: "a", count: 200)) == 431)
    #expect(status(head + "x: " + String(repeating: "a", count: 100) + "\r\n\r\n") == 431)
    #expect(status(head + "content-length: 11\r\n\r\n") == 413)
    #expect(status(head + "content-length: 10\r\n\r\n0123456789") == nil)
    let chunks = "6\r\n012345\r\n"
    #expect(status(head + "transfer-encoding: chunked\r\n\r\n" + chunks + chunks) == 413)
  }

  @Test func `forms are cut at their boundary and nowhere else`() throws {
    var request = ServerRequest(method: "POST", path: [])
    request.headers["content-type"] = "multipart/form-data; boundary=\"b\""
    request.body = Array(
      ("preamble\r\n--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a;\\\"b.jsonl\""
        + "\r\n\r\none\r\n--not b\r\n\r\n--b\r\ncontent-disposition: form-data; name=purpose\r\n\r\n"
        + "\r\n--b--\r\n").utf8
    )
    let fields = try #require(Multipart.fields(of: request))
    #expect(fields.map(\.name) == ["file", "purpose"])
    #expect(fields[0].filename == "a;\"b.jsonl")
    #expect(fields[0].content == Array("one\r\n--not b\r\n".utf8) && fields[1].content.isEmpty)
    // Every torn form is refused, none crashes.
    for length in 0..<(request.body.count - 4) {
      var torn = request
      torn.body = Array(request.body.prefix(length))
      #expect(Multipart.fields(of: torn) == nil)
    }
  }
}
