import Experiment
import Testing

@testable import Hosts

@Suite struct `reading losses from TGI` {
  @Test func `reads TGI's prefill, and its absence`() async throws {
    let host = ScriptedHost { call, _ in
      if call.path.hasSuffix("/info") { return #"{"model_id":"gemma-3-270m"}"# }
      return #"""
        {"generated_text":"x","details":{"prefill":[{"id":1,"text":"<s>","logprob":null},
        {"id":2,"text":"2+2?","logprob":-3.0},{"id":3,"text":" B","logprob":-0.75}],"tokens":[]}}
        """#
    }
    let reader = try await host.reader(.tgi)
    #expect(try await reader.read(.plain("2+2?", " B")).loss.isMeasured(0.75))
    let without = try await ScriptedHost { call, _ in
      call.path.hasSuffix("/info")
        ? #"{"model_id":"gemma-3-270m"}"# : #"{"details":{"prefill":[]}}"#
    }.reader(.tgi)
    await #expect {
      try await without.read(.plain("none", " here"))
    } throws: { "\($0)".contains("--enable-prefill-logprobs") }
  }
}
