import Experiment
import Testing

@testable import Hosts

@Suite struct `reading losses by echo` {
  private func read(
    _ reply: String,
    _ example: Example,
    maxTokens: Int? = nil
  ) async throws -> LossReading {
    let host = ScriptedHost { _, _ in reply }
    let profile = ScoringProfile(methods: [.echo], echoMaxTokens: maxTokens)
    return try await host.reader(.echo, profile).read(example)
  }

  @Test func `adds vLLM's values behind a bos token that the text does not have`() async throws {
    let reading = try await read(
      Recorded.vllmEcho0,
      .plain("The capital of", " France is"),
      maxTokens: 0
    )
    #expect(reading.loss.isMeasured(5.072862148284912 + 1.3238043785095215))
    #expect(reading.tokens == 2)
    #expect(reading.tokenLogProbabilities == [-5.072862148284912, -1.3238043785095215])
    #expect(reading.source == "echo")
  }

  @Test func `drops the token that was generated`() async throws {
    let reading = try await read(Recorded.vllmEcho1, .plain("The capital of France", " is"))
    #expect(reading.loss.isMeasured(1.3238043785095215))
  }

  @Test func `reads llama-cpp-python, which has no bos token`() async throws {
    let reading = try await read(Recorded.pythonEcho, .plain("The capital of", " France is"))
    #expect(reading.loss.isMeasured(4.8347368240356445 + 1.3170033693313599))
  }

  @Test func `losses a text's first token where bos gives it a value, and not elsewhere`()
    async throws
  {
    let example = Example.plain("", "The capital of France is")
    let vllm = try await read(Recorded.vllmEcho1, example)
    let sum = 2.8929741382598877 + 9.68598747253418 + 0.8795190453529358 + 5.072862148284912
    #expect(vllm.loss.isMeasured(sum + 1.3238043785095215))
    let python = try await read(Recorded.pythonEcho, example)
    #expect(python.loss == nil)
    #expect(python.source == "echo: null log-probability")
    #expect(python.tokens == 0)
  }

  @Test func `finds the boundary among characters of several bytes`() async throws {
    let reading = try await read(Recorded.vllmUnicode, .plain("Zażółć 🦜", " 漢字"))
    #expect(reading.loss.isMeasured(2.7761893272399902 + 14.153493881225586))
    let word = try await read(Recorded.vllmUnicode, .plain("Zaż", "ółć 🦜 漢字"))
    #expect(word.tokens == 6)
  }

  @Test func `moves the prompt's last space to the completion`() async throws {
    let host = ScriptedHost { _, _ in Recorded.vllmEcho1 }
    let reading = try await host.reader(.echo).read(.plain("The capital of France ", "is"))
    #expect(reading.loss.isMeasured(1.3238043785095215))
    #expect(host.bodies[0]["prompt"] == "The capital of France is")
  }

  @Test func `calls a boundary inside a token merged`() async throws {
    let reading = try await read(Recorded.vllmEcho1, .plain("The capital of Fra", "nce is"))
    #expect(reading.loss == nil)
    #expect(reading.source == "echo: merged boundary")
  }

  @Test func `throws when the host did not echo`() async throws {
    await #expect {
      try await read(Recorded.llamaEcho, .plain("The capital of France", " is"))
    } throws: { ($0 as? HostError)?.code == .unsupported }
  }

  @Test func `throws when another model answered`() async throws {
    let host = ScriptedHost { _, _ in Recorded.llamaWrongModel }
    let reader = try await host.reader(.echo, model: ServedModel(name: "no-such-model"))
    await #expect {
      try await reader.read(.plain("The capital of France", " is"))
    } throws: {
      ($0 as? HostError)?.code == .notFound && "\($0)".contains("gemma-3-270m")
    }
  }

  @Test(arguments: [
    ("m", "m", true), ("gpt-4o", "gpt-4o-2024-08-06", true),
    ("models/gemma.gguf", "gemma.gguf", true),
    ("accounts/a/models/x#d1", "accounts/a/models/x", true), ("run-1", "run-10", false),
    ("run-10", "run-1", false), ("ft:a", "a", false), ("base", "base-tuned", false),
  ])
  func `knows an alias from another model`(asked: String, answered: String, isSame: Bool) {
    let endpoint = ScriptedHost { _, _ in "" }.endpoint(ScoringProfile(methods: [.echo]))
    let result = Result { try endpoint.check(answered, is: ServedModel(name: asked)) }
    #expect(((try? result.get()) != nil) == isSame)
  }

  @Test func `takes choices by index and counts them`() async throws {
    let swapped = #"""
      {"model":"gemma-3-270m","choices":[
      {"index":1,"logprobs":{"tokens":["b"," two","x"],"token_logprobs":[null,-2.5,-9]}},
      {"index":0,"logprobs":{"tokens":["a"," one","x"],"token_logprobs":[null,-1.5,-9]}}]}
      """#
    let host = ScriptedHost { _, _ in swapped }
    let reader = try await host.reader(.echo, ScoringProfile(methods: [.echo], batch: 4))
    let readings = try await reader.read([.plain("a", " one"), .plain("b", " two")], ReadingMode())
    #expect(readings.map(\.loss) == [.measured(1.5), .measured(2.5)])
    #expect(host.bodies[0]["prompt"] == ["a one", "b two"])
    await #expect {
      try await reader.read(
        [.plain("a", " one"), .plain("b", " two"), .plain("c", " three")],
        ReadingMode()
      )
    } throws: { "\($0)".contains("choices for 1 prompts") }
  }

  @Test func `reads a recorded list of two prompts`() async throws {
    let host = ScriptedHost { _, _ in Recorded.vllmTwo }
    let reader = try await host.reader(.echo, ScoringProfile(methods: [.echo], batch: 2))
    let readings = try await reader.read(
      [.plain("The capital of France", " is"), .plain("2 + 2", " =")],
      ReadingMode()
    )
    #expect(readings[0].loss.isMeasured(1.3238043785095215))
    #expect(readings[1].loss.isMeasured(0.8436199426651001))
  }

  @Test(arguments: [
    ("-9999.0", "sentinel log-probability -9999.0"), ("NaN", "null log-probability"),
    ("null", "null log-probability"), ("-Infinity", "sentinel log-probability -inf"),
    ("Infinity", "log-probability inf above zero"), ("-99999", "sentinel log-probability -99999.0"),
    ("0.5", "log-probability 0.5 above zero"),
  ])
  func `makes a loss with a value that is none missing`(value: String, reason: String)
    async throws
  {
    let reading = try await read(
      #"{"choices":[{"logprobs":{"tokens":["a"," b"," c"],"token_logprobs":[null,-1,\#(value)]}}]}"#,
      .plain("a", " b c")
    )
    #expect(reading.loss == nil)
    #expect(reading.source == "echo: \(reason)")
    #expect(reading.tokenLogProbabilities.isEmpty)
  }

  @Test func `calls a shorter echo truncated`() async throws {
    let reading = try await read(
      #"{"choices":[{"logprobs":{"tokens":["a"," b"],"token_logprobs":[null,-1]}}]}"#,
      .plain("a", " b c")
    )
    #expect(reading.source == "echo: truncated")
  }

  @Test func `reads Fireworks' list of objects by bytes`() async throws {
    let reading = try await read(
      #"""
      {"choices":[{"index":0,"text":"é!","logprobs":{"content":[
      {"token":"a","logprob":0,"bytes":[97]},
      {"token":"\ufffd","logprob":-0.25,"sampling_logprob":-7,"bytes":[195]},
      {"token":"\ufffd","logprob":-0.5,"bytes":[169]},
      {"token":"!","logprob":-1,"bytes":[33]},{"token":"?","logprob":-3,"bytes":[63]}]}}]}
      """#,
      .plain("a", "é!")
    )
    #expect(reading.loss.isMeasured(1.75))
    #expect(reading.tokens == 3)
  }

  @Test func `reads Together's list of prompts beside the choices`() async throws {
    let reading = try await read(
      #"""
      {"prompt":[{"text":"2+2? B","logprobs":{"token_ids":[17,489,3],"tokens":["2+2","?"," B"],
      "token_logprobs":[null,-2.31,-0.125]}}],
      "choices":[{"text":"\n","logprobs":{"tokens":["\n"],"token_logprobs":[-0.4]}}]}
      """#,
      .plain("2+2?", " B")
    )
    #expect(reading.loss.isMeasured(0.125))
  }

  @Test func `reads tokens that are spelt with escapes among others that are not`() throws {
    let reply = #"""
      {"choices":[{"logprobs":{"tokens":["a","\u00e9","b\n",null,"c"],
      "token_logprobs":[null,-1,-2,-3,-4]}}]}
      """#
    let row = try #require(try EchoReply(Array(reply.utf8)).rows.first)
    let tokens = (0..<row.count).map { String(decoding: row[$0], as: UTF8.self) }
    #expect(tokens == ["a", "é", "b\n", "", "c"])
    #expect(row.values.dropFirst() == [-1, -2, -3, -4])
  }

  @Test(arguments: ["", "<html>busy</html>", #"{"choices":[{"#, #"{"choices":7}"#, "[]"])
  func `throws on replies that are no completions`(reply: String) async {
    await #expect(throws: HostError.self) { try await read(reply, .plain("a", " b")) }
  }

  @Test func `asks one by one when one prompt spoils a request`() async throws {
    let host = ScriptedHost { _, body in
      if body["prompt"]?.array != nil { throw HostError(.contextLength, "too long") }
      if body["prompt"] == "b two" { throw HostError(.contextLength, "too long") }
      if body["prompt"] == "c three" { throw HostError(.moderation, "no") }
      return
        #"{"choices":[{"logprobs":{"tokens":["a"," one","!"],"token_logprobs":[null,-1.5,-2]}}]}"#
    }
    let reader = try await host.reader(.echo, ScoringProfile(methods: [.echo], batch: 4))
    let readings = try await reader.read(
      [.plain("a", " one"), .plain("b", " two"), .plain("c", " three"), .plain("d", "")],
      ReadingMode()
    )
    #expect(readings[0].loss == .measured(1.5))
    #expect(
      readings.dropFirst().map(\.source) == [
        "echo: context overflow: too long", "echo: refused by moderation: no",
        "echo: empty completion",
      ]
    )
    #expect(host.calls.count == 4)
  }

  @Test func `passes on what is not one example's fault`() async throws {
    let host = ScriptedHost { _, _ in throw HostError(.credentials, "wrong key", status: 401) }
    let reader = try await host.reader(.echo, ScoringProfile(methods: [.echo], batch: 4))
    await #expect(throws: HostError(.credentials, "wrong key", status: 401)) {
      try await reader.read([.plain("a", " one"), .plain("b", " two")], ReadingMode())
    }
    #expect(host.calls.count == 1)
  }

  @Test func `writes requests with sorted keys, the profile's and the model's members`()
    async throws
  {
    let host = ScriptedHost { _, _ in Recorded.vllmEcho1 }
    var profile = ScoringProfile(methods: [.echo])
    profile.members = ["context_length_exceeded_behavior": "error"]
    let model = ServedModel(name: "gemma-3-270m", members: ["lora": [["id": 0, "scale": 1]]])
    _ = try await host.reader(.echo, profile, model: model)
      .read(.plain("The capital of France", " is"))
    guard case .json(let bytes) = host.calls[0].body else { throw CancellationError() }
    #expect(
      String(decoding: bytes, as: UTF8.self)
        == #"{"context_length_exceeded_behavior":"error","echo":true,"logprobs":1,"#
        + #""lora":[{"id":0,"scale":1}],"max_tokens":1,"model":"gemma-3-270m","#
        + #""prompt":"The capital of France is","temperature":0}"#
    )
  }
}

@Suite struct `the walk of tokens along a text` {
  private func walk(
    _ tokens: [String],
    _ prompt: String,
    _ completion: String,
    hasTail: Bool = true
  ) -> Alignment {
    Alignment(
      TokenRow(tokens.map { ($0, -1) }),
      PromptedText(prompt: prompt, completion: completion),
      hasTail: hasTail
    )
  }

  @Test func `steps over parts of characters`() {
    #expect(walk(["a", " �", "�", "b", "!"], "a", " 🦜b") == .target(1..<4))
    #expect(walk(["a", "�", "�", "�", "b", "c", "!"], "a漢", "bc") == .target(4..<6))
    #expect(walk(["a", "", "🦜", "b", "!"], "a", "🦜b") == .target(1..<4))
    #expect(walk(["a", "�", "�"], "a", "é", hasTail: false) == .target(1..<3))
  }

  @Test func `gives up where such parts hide the boundary or the end`() {
    #expect(walk(["a", "�", "�", "�", "b", "!"], "a漢", "字b") == .merged)
    #expect(walk(["a", "�", "�", "!"], "a", "é") == .misaligned)
  }

  @Test func `tells other texts from damaged ones`() {
    #expect(walk([" the"], "The capital", " is") == .ignored)
    #expect(walk(["x", "y", "z", "u"], "The capital", " is") == .ignored)
    #expect(walk(["The", " city", " is"], "The capital", " is") == .misaligned)
    #expect(walk(["<s>", "The", " capital", " is", "!"], "The capital", " is") == .target(3..<4))
    #expect(walk([], "The capital", " is") == .ignored)
  }
}
