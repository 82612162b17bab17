import Experiment
import Testing

@testable import Hosts

@Suite struct `a token walk` {
  /// llama.cpp's reply: the value of a token after n others is −id/100 − n.
  private static func reply(_ body: JSON, forcingWorks: Bool) -> String {
    let sent = body["prompt"]?.array?.count ?? 0
    let value = { (id: Int) in -Double(id) / 100 - Double(sent) }
    let forced = body["logit_bias"]?[0]?[0]?.int
    let count = body["n_probs"]?.int ?? 0
    let listed = (90..<(90 + min(count, 20))).map { #"{"id":\#($0),"logprob":\#(value($0))}"# }
    let id = forced ?? 90
    let shown = forced != nil && !forcingWorks ? -0.0001 : value(id)
    return #"""
      {"model":"gemma-3-270m","completion_probabilities":[{"id":\#(id),"token":"x",
      "logprob":\#(shown),"top_logprobs":[\#(listed.joined(separator: ","))]}]}
      """#
  }

  @Test(arguments: [true, false])
  func `adds the value of each forced token, or looks it up where forcing fails`(works: Bool)
    async throws
  {
    let host = ScriptedHost { call, body in
      call.path.hasSuffix("/tokenize") ? tokenise(body) : Self.reply(body, forcingWorks: works)
    }
    let profile = ScoringProfile(methods: [.tokenWalk], tokenizer: .llamaCpp)
    let reader = try await host.reader(.tokenWalk, profile)
    let reading = try await reader.read(.plain("a", "bc"))
    // bos and a before b (98): 0.98 + 2; one more before c (99): 0.99 + 3.
    #expect(reading.loss.isMeasured(6.97))
    let walked = host.bodies.dropFirst(2).compactMap { $0["n_probs"]?.int }
    #expect(walked == (works ? [10, 1, 1, 1] : [10, 1, 1 << 20, 1 << 20]))
    #expect(host.bodies.last?["post_sampling_probs"] == false)
    _ = try await reader.read(.plain("a", "bc"))
    #expect(host.calls.count == 10)
    #expect(host.bodies.last?["cache_prompt"] == true)
  }

  @Test func `continues no prompt of another adapter`() async throws {
    let host = ScriptedHost { call, body in
      call.path.hasSuffix("/tokenize") ? tokenise(body) : Self.reply(body, forcingWorks: true)
    }
    let profile = ScoringProfile(methods: [.tokenWalk], tokenizer: .llamaCpp)
    let model = ServedModel(name: "gemma-3-270m", members: ["cache_prompt": false])
    _ = try await host.reader(.tokenWalk, profile, model: model).read(.plain("a", "bc"))
    let walked = host.bodies.filter { $0["n_probs"] != nil }
    #expect(!walked.isEmpty && walked.allSatisfy { $0["cache_prompt"] == false })
  }

  @Test func `renders chats by the server's template`() async throws {
    let host = ScriptedHost { call, body in
      if call.path.hasSuffix("/apply-template") { return #"{"prompt":"u:q a:"}"# }
      return call.path.hasSuffix("/tokenize")
        ? tokenise(body) : Self.reply(body, forcingWorks: true)
    }
    let profile = ScoringProfile(methods: [.tokenWalk], tokenizer: .llamaCpp)
    let reading = try await host.reader(.tokenWalk, profile).read(.chat("q", "b"))
    // bos and six bytes before b (98).
    #expect(reading.loss.isMeasured(7.98))
  }
}
