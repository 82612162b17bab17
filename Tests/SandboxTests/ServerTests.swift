import Dispatch
import Experiment
import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Sandbox

@Suite(.timeLimit(.minutes(4))) struct ServerTests {
  @Test func `pipelined requests are answered in order on one connection`() async throws {
    try await Rehearsal.with { (client) async throws in
      let wire = try Wire(port: client.port)
      let head = "HTTP/1.1\r\nhost: x\r\n"
      wire.send(
        "GET /v1/models \(head)\r\nHEAD /v1/models \(head)\r\nGET /none \(head)\r\n"
          + "POST /tokenize \(head)transfer-encoding: chunked\r\n\r\n"
          + "d\r\n{\"prompt\":\"a\"\r\n1\r\n}\r\n0\r\n\r\nDELETE /v1/models \(head)\r\n"
      )
      let first = try wire.reply()
      #expect(first.status == 200 && first.json["data"][0]["id"].string == "reference")
      let head2 = try wire.reply(isHead: true)
      #expect(head2.status == 200 && head2.headers["content-length"] == "\(first.body.count)")
      let unknown = try wire.reply()
      #expect(unknown.status == 404 && unknown.json["error"]["code"].string == "unknown_url")
      #expect(try wire.reply().json["count"].int == 3)
      #expect(try wire.reply().status == 405)
    }
  }

  @Test func `a client that waits for 100 gets it before its body is read`() async throws {
    try await Rehearsal.with { (client) async throws in
      let wire = try Wire(port: client.port)
      wire.send(
        "POST /tokenize HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: 14\r\n\r\n"
      )
      #expect(try wire.reply().status == 100)
      wire.send(#"{"prompt":"a"}"#)
      #expect(try wire.reply().status == 200)
    }
  }

  @Test func `garbage, excess and slowness are told so and end the connection`() async throws {
    let limits = RequestReader.Limits(head: 1 << 10, body: 1 << 10)
    let patience = Connection.Patience(stall: .milliseconds(50), head: .seconds(5), idleStalls: 2)
    try await Rehearsal.with(limits: limits, patience: patience) { (client) async throws in
      func status(_ text: String) throws -> Int {
        let wire = try Wire(port: client.port)
        wire.send(text)
        let reply = try wire.reply()
        #expect(wire.isEnded())
        return reply.status
      }
      #expect(try status("\u{16}\u{3}\u{1}garbage") == 400)
      #expect(try status("GET / HTTP/1.1\r\nx: \(String(repeating: "a", count: 4000))") == 431)
      let head = "POST /v1/files HTTP/1.1\r\nhost: x\r\ncontent-length:"
      #expect(try status("\(head) 2000\r\n\r\n" + String(repeating: "a", count: 2000)) == 413)
      #expect(try status("\(head) 20\r\n\r\nslow") == 408)
      #expect(try status("GET / HT") == 408)
      // One that says nothing is let go without a word, and nobody else was harmed.
      #expect(try Wire(port: client.port).isEnded())
      #expect(try client.call("GET", "/v1/models").status == 200)
    }
  }

  @Test func `a key is asked for in OpenAI's words and never repeated`() async throws {
    try await Rehearsal.with(key: "sk-right") { (client) async throws in
      #expect(try client.call("GET", "/v1/models").status == 200)
      for key in [nil, "sk-wrong"] {
        var other = client
        other.key = key
        let reply = try other.call("GET", "/v1/models")
        #expect(reply.status == 401 && reply.json["error"]["code"].string == "invalid_api_key")
        #expect(!reply.text.contains("sk-"))
      }
    }
  }

  @Test func `64 connections are served at once, each its own answers`() async throws {
    try await Rehearsal.with { (client) async throws in
      let failures = Mutex(0)
      await withCheckedContinuation { continuation in
        DispatchQueue.global().async {
          DispatchQueue.concurrentPerform(iterations: 64) { index in
            do {
              let wire = try Wire(port: client.port)
              for round in 0..<5 {
                let body = "{\"prompt\":\"\(String(repeating: "a b ", count: index + round))\"}"
                wire.send(
                  "POST /tokenize HTTP/1.1\r\nhost: x\r\ncontent-length: \(body.utf8.count)\r\n\r\n"
                    + body
                )
                let count = try wire.reply().json["count"].int ?? 0
                if count < 1 + 2 * (index + round) { failures.withLock { $0 += 1 } }
              }
            } catch {
              failures.withLock { $0 += 1 }
            }
          }
          continuation.resume()
        }
      }
      #expect(failures.withLock { $0 } == 0)
    }
  }

  @Test func `files are kept, listed, read and deleted`() async throws {
    try await Rehearsal.with { (client) async throws in
      let ids = try (0..<3).map { try client.upload("{\"row\":\($0)}\n", name: "f\($0).jsonl") }
      #expect(Set(ids).count == 3)
      let all = try client.call("GET", "/v1/files?order=asc").json["data"].list ?? []
      #expect(all.map { $0["filename"].string } == ["f0.jsonl", "f1.jsonl", "f2.jsonl"])
      let page = try client.call("GET", "/v1/files?limit=1&after=\(ids[2])&purpose=fine-tune").json
      #expect(page["data"][0]["id"].string == ids[1] && page["has_more"].bool == true)
      #expect(try client.call("GET", "/v1/files?purpose=batch").json["data"].list?.isEmpty == true)
      #expect(try client.call("GET", "/v1/files/\(ids[1])/content").text == "{\"row\":1}\n")
      #expect(try client.call("GET", "/v1/files/\(ids[1])").json["bytes"].int == 10)
      #expect(try client.call("DELETE", "/v1/files/\(ids[1])").json["deleted"].bool == true)
      for path in ["", "/content"] {
        #expect(try client.call("GET", "/v1/files/\(ids[1])\(path)").status == 404)
      }
      #expect(try client.call("GET", "/v1/files?limit=0").status == 400)
      #expect(try client.call("POST", "/v1/files", "{}").status == 400)
    }
  }

  @Test func `a note tells each request and no key`() async throws {
    let notes = Mutex<[String]>([])
    try await Rehearsal.with(key: "sk-x", note: { note in notes.withLock { $0.append(note) } }) {
      _ = try $0.call("GET", "/v1/models")
    }
    let lines = notes.withLock { $0 }
    #expect(lines.count == 1 && lines[0].hasPrefix("GET /v1/models 200 "))
  }

  @Test func `a wait that is cancelled stops the server, which then takes nobody`() async throws {
    let home = try TemporaryFolder()
    let server = try SandboxServer(provider: try Rehearsal.provider(home))
    let port = try server.start()
    let idle = try Wire(port: port)
    let waiting = Task { await server.wait() }
    waiting.cancel()
    await waiting.value
    #expect(idle.isEnded())
    #expect(throws: Wire.Refused.self) { try Wire(port: port) }
  }
}
