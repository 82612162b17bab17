import Experiment
import Testing

@testable import Hosts

/// Ids of a text: one a byte, behind a bos token 1; "th" is one token 500.
private func ids(_ body: JSON) -> [Int] {
  let text = body["prompt"]?.string ?? body["content"]?.string ?? ""
  let special = body["add_special_tokens"]?.bool ?? body["add_special"]?.bool ?? true
  var ids = special ? [1] : []
  var bytes = Array(text.utf8)[...]
  while let byte = bytes.popFirst() {
    if byte == UInt8(ascii: "t"), bytes.first == UInt8(ascii: "h") {
      bytes.removeFirst()
      ids.append(500)
    } else {
      ids.append(Int(byte))
    }
  }
  return ids
}

/// Ids of a chat: 10 + role begins a turn, 2 and a line break end it.
private func chat(_ body: JSON) -> [Int] {
  var all: [Int] = []
  for message in body["messages"]?.array ?? [] {
    all.append(message["role"] == "user" ? 11 : 12)
    all += (message["content"]?.string ?? "").utf8.map(Int.init) + [2, 10]
  }
  return body["add_generation_prompt"] == true ? all + [12] : all
}

private func tokenise(_ body: JSON) -> String {
  let all = body["messages"] == nil ? ids(body) : chat(body)
  return #"{"count":\#(all.count),"tokens":\#(all)}"#
}

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
    let readings = try await reader.read([.plain("ab", "cd"), .plain("x", "yz")], Question())
    // c 99 + d 100; y 121 + z 122.
    #expect(readings[0].loss.isMeasured(1.99))
    #expect(readings[1].loss.isMeasured(2.43))
    #expect(host.calls[0].path == "http://127.0.0.1:8000/tokenize")
    #expect(host.calls.count == 5)
    _ = try await reader.read([.plain("ab", "cd")], Question())
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
    let readings = try await reader.read([.plain("ab", "cd"), .plain("x", "yz")], Question())
    // One by one they are told apart.
    #expect(readings.map(\.tokens) == [2, 2])
  }

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
