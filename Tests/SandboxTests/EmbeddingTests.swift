import Experiment
import Foundation
import ReferenceModels
import TestSupport
import Testing

@testable import Sandbox

@Suite(.timeLimit(.minutes(4))) struct EmbeddingTests {
  private func vectors(_ reply: Reply) throws -> [[Double]] {
    try #require(reply.json["data"].list).map { try #require($0["embedding"].value as? [Double]) }
  }

  @Test func `a text's embedding is the model's own mean state, of length one`() async throws {
    let home = try TemporaryFolder()
    let provider = try Rehearsal.provider(home)
    try await Rehearsal.with(provider: provider) { (client) async throws in
      let body =
        #"{"model":"reference","input":["is number 3 even?","is number 4 even?","is number 3 even?"]}"#
      let reply = try client.call("POST", "/v1/embeddings", body)
      let found = try vectors(reply)
      #expect(reply.json["data"].list?.map { $0["index"].int } == [0, 1, 2])
      #expect(found[0] == found[2] && found[0] != found[1])
      #expect(found.allSatisfy { abs($0.reduce(0) { $0 + $1 * $1 } - 1) < 1e-6 })
      let own = try provider.embedding(
        of: provider.tokens(of: .text("is number 3 even?")),
        under: nil
      )
      #expect(own.count == Rehearsal.shape.width)
      let length = own.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
      #expect(zip(found[0], own).allSatisfy { abs($0 - Double($1) / length) < 1e-6 })
      // One text alone, and as its tokens, is the same.
      let alone = try vectors(
        client.call("POST", "/v1/embeddings", #"{"model":"reference","input":"is number 3 even?"}"#)
      )
      #expect(alone == [found[0]])
      let tokens = provider.tokens(of: .text("is number 3 even?"))
      let byTokens = try vectors(
        client.call("POST", "/v1/embeddings", #"{"model":"reference","input":\#(tokens)}"#)
      )
      #expect(byTokens == alone)
      #expect((reply.json["usage"]["prompt_tokens"].int ?? 0) > tokens.count)
    }
  }

  @Test(arguments: [
    (#"{"model":"nobody","input":"a"}"#, 404), (#"{"model":"reference","input":[]}"#, 400),
    (#"{"model":"reference"}"#, 400), (#"{"model":"reference","input":[99999]}"#, 400),
    (#"{"model":"reference","input":"a","encoding_format":"base64"}"#, 400),
    (#"{"model":"reference","input":"a","dimensions":4}"#, 400),
  ])
  func `what cannot be embedded is refused`(body: String, status: Int) async throws {
    try await Rehearsal.with { (client) async throws in
      #expect(try client.call("POST", "/v1/embeddings", body).status == status)
      let long = String(repeating: "z ", count: 200)
      let reply = try client.call(
        "POST",
        "/v1/embeddings",
        #"{"model":"reference","input":["a","\#(long)"]}"#
      )
      #expect(reply.status == 400)
      #expect(reply.json["error"]["code"].string == "context_length_exceeded")
    }
  }
}
