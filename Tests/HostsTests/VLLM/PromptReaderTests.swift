import Experiment
import Testing

@testable import Hosts

@Suite struct `reading losses by token ids` {
  private let vllm = ScoringProfile(methods: [.echo], batch: 8, tokenizer: .vllm)

  /// vLLM's `prompt_logprobs` of ids: −id/100 each.
  private static func prompt(_ body: JSON) -> String {
    let choices = (body["prompt"]?.array ?? []).enumerated().map { place, ids in
      let entries = (ids.array ?? []).compactMap(\.int).enumerated().map {
        $0.offset == 0
          ? "null"
          : #"{"9":{"logprob":-77},"\#($0.element)":{"logprob":\#(-Double($0.element) / 100)}}"#
      }
      return #"{"index":\#(place),"prompt_logprobs":[\#(entries.joined(separator: ","))]}"#
    }
    return #"{"model":"gemma-3-270m","choices":[\#(choices.reversed().joined(separator: ","))]}"#
  }

  @Test func `finds vLLM's prompt log-probabilities by id`() async throws {
    let host = ScriptedHost { call, body in
      call.path.hasSuffix("/tokenize") ? tokenise(body) : Self.prompt(body)
    }
    let reader = try await host.reader(.promptLogProbabilities, vllm)
    let readings = try await reader.read([.plain("ab", "cd"), .plain("x", "yz")], ReadingMode())
    // c 99 + d 100; y 121 + z 122.
    #expect(readings[0].loss.isMeasured(1.99))
    #expect(readings[1].loss.isMeasured(2.43))
    #expect(host.calls[0].path == "http://127.0.0.1:8000/tokenize")
    #expect(host.calls.count == 5)
    _ = try await reader.read([.plain("ab", "cd")], ReadingMode())
    #expect(host.calls.count == 6)
  }

  @Test func `tokenises apart what would merge over the boundary`() async throws {
    let host = ScriptedHost { call, body in
      call.path.hasSuffix("/tokenize") ? tokenise(body) : Self.prompt(body)
    }
    let reading = try await host.reader(.promptLogProbabilities, vllm).read(.plain("at", "he"))
    // h 104 + e 101.
    #expect(reading.loss.isMeasured(2.05))
    #expect(reading.source == "prompt-logprobs+joined")
  }

  @Test func `losses a chat's answer and the end of its turn once`() async throws {
    let host = ScriptedHost { call, body in
      call.path.hasSuffix("/tokenize") ? tokenise(body) : Self.prompt(body)
    }
    let reading = try await host.reader(.promptLogProbabilities, vllm).read(.chat("q", "ab"))
    // a 97 + b 98 + end of turn 2.
    #expect(reading.loss.isMeasured(1.97))
    #expect(reading.tokens == 3)
    #expect(reading.source == "prompt-logprobs+turn")
  }

  @Test func `lets echo fall back to ids for chats and merged boundaries`() async throws {
    let host = ScriptedHost { call, body in
      if call.path.hasSuffix("/tokenize") { return tokenise(body) }
      if body["prompt"] == "athe" {
        return
          #"{"choices":[{"logprobs":{"tokens":["a","th","e","!"],"token_logprobs":[null,-1,-2,-3]}}]}"#
      }
      let sent = body["prompt"]?.array?.compactMap(\.int) ?? []
      let tokens = (sent + [0]).map { #""\#($0)""# }.joined(separator: ",")
      let values = (sent + [0]).map { "\(-Double($0) / 100)" }.joined(separator: ",")
      return #"{"choices":[{"logprobs":{"tokens":[\#(tokens)],"token_logprobs":[\#(values)]}}]}"#
    }
    let reader = try await host.reader(.echo, vllm)
    let merged = try await reader.read(.plain("at", "he"))
    #expect(merged.loss.isMeasured(2.05))
    #expect(merged.source == "echo+joined")
    let chat = try await reader.read(.chat("q", "ab"))
    #expect(chat.loss.isMeasured(1.97))
    #expect(chat.source == "echo+turn")
  }

  @Test func `says what chats need at hosts that render none`() async throws {
    let reader = try await ScriptedHost { _, _ in "" }.reader(.echo)
    await #expect {
      try await reader.read(.chat("q", "a"))
    } throws: { "\($0)".contains("'first-token'") && ($0 as? HostError)?.code == .unsupported }
  }

  @Test(arguments: ["0,0", "0,2", "1,1e99", "0,-1", "0,\"1\""])
  func `takes no loss from choices whose places cannot be told apart`(places: String) async throws {
    let places = places.split(separator: ",")
    let host = ScriptedHost { call, body in
      guard !call.path.hasSuffix("/tokenize") else { return tokenise(body) }
      if body["prompt"]?.array?.count == 1 { return Self.prompt(body) }
      return #"{"choices":[{"index":\#(places[0]),"prompt_logprobs":[null]},"#
        + #"{"index":\#(places[1]),"prompt_logprobs":[null]}]}"#
    }
    let reader = try await host.reader(.promptLogProbabilities, vllm)
    let readings = try await reader.read([.plain("ab", "cd"), .plain("x", "yz")], ReadingMode())
    // One by one they are told apart.
    #expect(readings.map(\.tokens) == [2, 2])
  }
}
