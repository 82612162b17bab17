import Experiment
import Testing

@testable import Hosts

struct HostedEmbedderTests {
  private func embedder(
    _ script: @escaping @Sendable (Call, JSON) throws -> String
  ) -> (HostedEmbedder, ScriptedHost) {
    let host = ScriptedHost(script)
    return (HostedEmbedder(host: host, model: "mini"), host)
  }

  @Test func `texts go out in one list and vectors come back by their index`() async throws {
    let (embedder, host) = embedder { _, _ in
      #"{"data":[{"index":1,"embedding":[0,-1.5]},{"index":0,"embedding":[2,1e-3]}]}"#
    }
    let found = try await embedder.embed(["a", "b"])
    #expect(found == [.vector([2, 1e-3]), .vector([0, -1.5])])
    #expect(embedder.model == "scripted mini")
    let call = try #require(host.calls.first)
    #expect(call.path == "/embeddings" && call.purpose == .score)
    #expect(
      host.bodies == [["encoding_format": "float", "input": ["a", "b"], "model": "mini"]]
    )
  }

  @Test func `a text that the host refuses spoils no other`() async throws {
    let (embedder, host) = embedder { _, body in
      let texts = body["input"]?.array?.compactMap(\.string) ?? []
      if texts.contains("long") { throw HostError(.contextLength, "too long") }
      let entries = texts.indices.map {
        "{\"index\":\($0),\"embedding\":[\(texts[$0].utf8.count)]}"
      }
      return "{\"data\":[\(entries.joined(separator: ","))]}"
    }
    let found = try await embedder.embed(["a", "bb", "long", "dddd", "eeeee"])
    #expect(
      found == [
        .vector([1]), .vector([2]), .refused(reason: "too long"), .vector([4]), .vector([5]),
      ]
    )
    #expect(host.calls.count == 5)
  }

  @Test func `a host that refuses every text is an error`() async throws {
    let (embedder, _) = embedder { _, _ in throw HostError(.refused, "no such model") }
    await #expect(throws: HostError.self) { try await embedder.embed(["a", "b", "c"]) }
  }

  @Test(arguments: [
    #"{}"#, #"{"data":[]}"#, #"{"data":[{"embedding":[1]}]}"#,
    #"{"data":[{"index":0,"embedding":[1]},{"index":0,"embedding":[1]}]}"#,
    #"{"data":[{"index":0,"embedding":[1]},{"index":7,"embedding":[1]}]}"#,
    #"{"data":[{"index":0,"embedding":[1]},{"index":1,"embedding":[1,2]}]}"#,
    #"{"data":[{"index":0,"embedding":[1]},{"index":1,"embedding":[]}]}"#,
    #"{"data":[{"index":0,"embedding":[1]},{"index":1,"embedding":[NaN]}]}"#,
    #"{"data":[{"index":0,"embedding":[1]},{"index":1,"embedding":[1e300]}]}"#,
    #"{"data":[{"index":0,"embedding":"AACAPw=="},{"index":1,"embedding":"AACAPw=="}]}"#,
  ])
  func `what is no list of vectors is not understood`(reply: String) async throws {
    let (embedder, _) = embedder { _, _ in reply }
    let error = await #expect(throws: HostError.self) { try await embedder.embed(["a", "b"]) }
    #expect(error?.code == .notUnderstood)
  }
}
