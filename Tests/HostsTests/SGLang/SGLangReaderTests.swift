import Experiment
import Testing

@testable import Hosts

@Suite struct `reading losses from SGLang` {
  @Test func `checks SGLang's ids`() async throws {
    let host = ScriptedHost { call, body in
      if call.path.hasSuffix("/tokenize") { return tokenise(body) }
      #expect(body["logprob_start_len"] == [1])
      #expect(body["lora_path"] == "k03")
      return #"""
        [{"text":"","meta_info":{"prompt_tokens":4,"input_token_logprobs":
        [[null,97,null],[-2.5,98,null],[-0.25,99,null]],"output_token_logprobs":[[-1,5,null]]}}]
        """#
    }
    let profile = ScoringProfile(methods: [.sglang], batch: 8, tokenizer: .sglang)
    let model = ServedModel(name: "k03", members: ["lora_path": "k03"])
    let reader = try await host.reader(.sglang, profile, model: model)
    let reading = try await reader.read(.plain("a", "bc"))
    #expect(reading.loss.isMeasured(2.75))
    let other = try await reader.read(.plain("a", "bd"))
    #expect(other.source == "sglang: other token ids returned than sent")
  }

  @Test func `refuses an adapter that SGLang or TGI was not told of`() async throws {
    let host = ScriptedHost { _, _ in #"{"model_path":"org/base","model_id":"org/base"}"# }
    let profile = ScoringProfile(methods: [.sglang], tokenizer: .sglang)
    for method in [ScoringMethod.sglang, .tgi] {
      _ = try await host.reader(method, profile, model: ServedModel(name: "org/base"))
      await #expect {
        try await host.reader(method, profile, model: ServedModel(name: "k03"))
      } throws: { ($0 as? HostError)?.code == .notFound }
    }
  }
}
