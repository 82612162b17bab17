import Experiment
import Synchronization
import Testing

@testable import Hosts

/// A server that renders chats: a token a byte of what it was sent, so that nothing that is sent is
/// without effect.
private func render(_ call: Call, _ body: JSON) -> String {
  guard call.path.hasSuffix("/tokenize") else {
    let prompt = body["prompt"]?[0]?.array ?? body["prompt"]?.array ?? []
    let values = prompt.map { _ in "-0.5" }.joined(separator: ",")
    let tokens = prompt.map { _ in "\"t\"" }.joined(separator: ",")
    return
      #"{"choices":[{"index":0,"logprobs":{"tokens":[\#(tokens)],"token_logprobs":[\#(values)]}}]}"#
  }
  var text = Array("tools=".utf8) + (body["tools"]?.bytes ?? [])
  for message in body["messages"]?.array ?? [] { text += Array("<".utf8) + message.bytes }
  if body["add_generation_prompt"] == true { text += Array("<".utf8) }
  return #"{"tokens":\#(text.map(Int.init))}"#
}

private func example(_ text: String) throws -> Example {
  try #require(ExampleFile.parse(Array(text.utf8), role: .train, file: "").first)
}

@Suite struct `a chat's rendering` {
  private let vllm = ScoringProfile(methods: [.echo], tokenizer: .vllm)
  private let tooled =
    #"{"tools":[{"z":1,"a":2.50}],"messages":[{"role":"user","name":"ann","content":"q"},"#
    + #"{"role":"assistant","content":null,"tool_calls":[{"id":"1"}],"weight":1}]}"#

  @Test func `has the tools and turns of the row, byte for byte`() async throws {
    let host = ScriptedHost(render)
    let reading = try await host.reader(.echo, vllm).read(example(tooled))
    let bodies = host.calls.compactMap { call -> String? in
      guard call.path.hasSuffix("/tokenize"), case .json(let bytes) = call.body else { return nil }
      return String(decoding: bytes, as: UTF8.self)
    }
    #expect(
      bodies.first
        == #"{"add_generation_prompt":true,"messages":[{"role":"user","name":"ann","content":"q"}],"#
        + #""tools":[{"z":1,"a":2.50}]}"#
    )
    #expect(bodies.dropFirst().first?.contains(#""tool_calls":[{"id":"1"}]}"#) == true)
    // What the answer adds to the open chat is read, though no text spells it.
    #expect(reading.tokens > 20)
    #expect(reading.loss.isMeasured(Double(reading.tokens) / 2))
  }

  @Test(arguments: [ScoringMethod.generatedPath, .firstToken])
  func `that ends in a call of tools is not read as a text`(method: ScoringMethod) async throws {
    let host = ScriptedHost { _, _ in "{}" }
    let reading = try await host.reader(method, vllm).read(example(tooled))
    #expect(reading.loss == nil)
    #expect(reading.source.contains("calls tools"))
    #expect(host.calls.isEmpty)
  }

  @Test func `of llama cpp takes texts only, so that a call of tools is missing unasked`()
    async throws
  {
    let host = ScriptedHost { _, _ in "{}" }
    let reader = try await host.reader(
      .tokenWalk,
      ScoringProfile(methods: [.tokenWalk], tokenizer: .llamaCpp)
    )
    let reading = try await reader.read(example(tooled))
    #expect(reading.loss == nil)
    #expect(reading.source.contains("calls tools"))
    #expect(host.calls.isEmpty)
  }
}
