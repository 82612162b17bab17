import Experiment
import Foundation
import ReferenceModels
import TestSupport
import Testing

@testable import Sandbox

@Suite(.timeLimit(.minutes(4))) struct ReadingTests {
  private func ask(_ client: LoopbackClient, _ members: String) throws -> Reply {
    try client.call("POST", "/v1/completions", #"{"model":"reference",\#(members)}"#)
  }

  private func quoted(_ text: String) -> String {
    var bytes: [UInt8] = []
    JSONText.append(text, to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  @Test func `an echo losses a completion as the reference model does`() async throws {
    let home = try TemporaryFolder()
    let provider = try Rehearsal.provider(home)
    try await Rehearsal.with(provider: provider) { (client) async throws in
      let job = try await client.outcome(try client.job(try client.upload(Rehearsal.file)))
      let model = try #require(job["fine_tuned_model"].string)
      let examples =
        Rehearsal.rows + [
          Example(id: "a", prompt: .text("ends in a blank "), completion: " yes"),
          Example(id: "b", prompt: .text("line\n"), completion: " no\nand more"),
          Example(id: "c", prompt: .text("Zażółć 🦜"), completion: " 漢字 🦜!"),
        ]
      for (name, reference) in [("reference", nil), (model, job["id"].string)] {
        let readings = try await provider.read(examples, under: reference.map(ModelReference.init))
        for (example, reading) in zip(examples, readings) {
          let text = example.prompt.text + example.completion
          let body = """
            {"model":"\(name)","prompt":\(quoted(text)),"echo":true,"logprobs":1,"max_tokens":0}
            """
          let choice = try client.call("POST", "/v1/completions", body).json["choices"][0]
          #expect(choice["text"].string == text)
          let read = choice["logprobs"]
          let tokens = try #require(read["tokens"].list?.map { $0.string ?? "" })
          #expect(tokens[0] == TokenText.end && read["token_logprobs"][0].isNull)
          #expect(tokens.dropFirst().joined() == text)
          // Offsets count code points of the joined tokens.
          var length = 0
          for (index, token) in tokens.enumerated() {
            #expect(read["text_offset"][index].int == length)
            length += token.unicodeScalars.count
          }
          let boundary = tokens[0].count + example.prompt.text.unicodeScalars.count
          let first = try #require(
            tokens.indices.first { (read["text_offset"][$0].int ?? 0) >= boundary }
          )
          let own = try #require(read["token_logprobs"].list)[first...]
          #expect(own.count == reading.tokens)
          let sum = -own.reduce(0.0) { $0 + ($1.double ?? .nan) }
          let expected = try #require(reading.loss?.value)
          #expect(abs(sum - expected) < 1e-4, "\(example.id)")
        }
      }
    }
  }

  @Test func `prompts of every form come back in order, the candidates with them`() async throws {
    try await Rehearsal.with { (client) async throws in
      let texts = try ask(
        client,
        #""prompt":["a b","c"],"echo":true,"logprobs":3,"max_tokens":2,"temperature":0"#
      )
      let choices = try #require(texts.json["choices"].list)
      #expect(choices.map { $0["index"].int } == [0, 1])
      for choice in choices {
        let read = choice["logprobs"]
        let count = try #require(read["tokens"].list?.count)
        #expect(read["top_logprobs"].list?.count == count && read["top_logprobs"][0].isNull)
        for index in 1..<count {
          let listed = try #require(read["top_logprobs"][index].value as? [String: Double])
          #expect((3...4).contains(listed.count))
          let token = try #require(read["tokens"][index].string)
          #expect(listed[token] == read["token_logprobs"][index].double)
        }
        // Greedy tokens are the likeliest.
        let last = try #require(read["top_logprobs"][count - 1].value as? [String: Double])
        #expect(last.values.max() == read["token_logprobs"][count - 1].double)
      }
      let tokens = try client.call("POST", "/tokenize", #"{"prompt":"a b"}"#).json["tokens"]
      let ids = (tokens.list ?? []).compactMap(\.int)
      let byID = try ask(client, #""prompt":\#(ids),"echo":true,"logprobs":0,"max_tokens":0"#).json
      let read = byID["choices"][0]["logprobs"]["token_logprobs"].list ?? []
      let same = choices[0]["logprobs"]["token_logprobs"].list?.prefix(read.count) ?? []
      #expect(read.map(\.double) == same.map(\.double) && read.count == ids.count)
      let lists = try ask(client, #""prompt":[[256,65],[66]],"max_tokens":1"#).json["choices"]
      #expect(lists.list?.count == 2)
      #expect(texts.json["usage"]["completion_tokens"].int == 4)
    }
  }

  @Test func `drawing repeats with its seed, stops at a stop and ends at the context`() async throws
  {
    try await Rehearsal.with { (client) async throws in
      func text(_ members: String) throws -> Received {
        try ask(client, #""prompt":"a","max_tokens":20,\#(members)"#).json["choices"][0]
      }
      let one = try text(#""temperature":1,"seed":5"#)
      #expect(try text(#""temperature":1,"seed":5"#)["text"].string == one["text"].string)
      #expect(try text(#""temperature":1,"seed":6"#)["text"].string != one["text"].string)
      let whole = try #require(one["text"].string)
      let stop = try #require(whole.dropFirst(2).first)
      let cut = try text(#""temperature":1,"seed":5,"stop":[\#(quoted(String(stop)))]"#)
      #expect(cut["text"].string == String(whole.prefix { $0 != stop }))
      #expect(cut["finish_reason"].string == "stop" && one["finish_reason"].string == "length")
    }
  }

  @Test func `a chat is read by the template it is trained with`() async throws {
    let home = try TemporaryFolder()
    let provider = try Rehearsal.provider(home)
    try await Rehearsal.with(provider: provider) { (client) async throws in
      let turns = #"[{"role":"user","content":[{"type":"text","text":"is 4 even?"}]}]"#
      let body =
        #"{"model":"reference","messages":\#(turns),"logprobs":true,"top_logprobs":20,"max_tokens":2,"temperature":0}"#
      let choice = try client.call("POST", "/v1/chat/completions", body).json["choices"][0]
      let first = choice["logprobs"]["content"][0]
      let top = try #require(first["top_logprobs"].list)
      #expect(top.count == 20 && top[0]["logprob"].double == first["logprob"].double)
      let chat = Prompt.chat([Message(role: "user", content: "is 4 even?")])
      let bytes = try #require(first["bytes"].list?.compactMap { $0.int.map(UInt8.init) })
      if let said = String(validating: bytes, as: UTF8.self), !said.isEmpty {
        let reading = try await provider.read(
          [Example(id: "x", prompt: chat, completion: said)],
          under: nil
        )
        #expect(reading[0].tokens == 1)
        let logProbability = try #require(first["logprob"].double)
        #expect(abs(Double(reading[0].tokenLogProbabilities[0]) - logProbability) < 1e-5)
      }
      let whole =
        #"{"messages":[{"role":"user","content":"is 4 even?"},{"role":"assistant","content":"yes"}],"add_generation_prompt":false}"#
      let tokens = try client.call("POST", "/tokenize", whole).json["tokens"].list?.map(\.int)
      let row = try provider.tokenised(Example(id: "x", prompt: chat, completion: "yes"))
      #expect(tokens == row.tokens.map(Int.init))
    }
  }

  @Test func `what cannot be done is refused and names the parameter`() async throws {
    try await Rehearsal.with { (client) async throws in
      let long = String(repeating: "a ", count: 100)
      for (members, parameter, code) in [
        (#""prompt":"\#(long)","max_tokens":1"#, "prompt", "context_length_exceeded"),
        (#""prompt":"a","max_tokens":100"#, "prompt", "context_length_exceeded"),
        (#""prompt":"a","logprobs":21"#, "logprobs", "invalid_value"),
        (#""prompt":"a","max_tokens":0"#, "max_tokens", "invalid_value"),
        (#""prompt":"a","max_tokens":"many""#, "max_tokens", "invalid_type"),
        (#""prompt":[]"#, "prompt", "invalid_value"),
        (#""prompt":[[]]"#, "prompt", "invalid_value"),
        (#""prompt":[99999]"#, "prompt", "invalid_value"),
        (#""echo":true"#, "prompt", "missing_parameter"),
        (#""prompt":"a","stream":true"#, "stream", "unsupported_parameter"),
        (#""prompt":"a","n":2"#, "n", "unsupported_parameter"),
        (#""prompt":"a","temperature":3"#, "temperature", "invalid_value"),
      ] {
        let reply = try ask(client, members)
        #expect(reply.status == 400)
        #expect(reply.json["error"]["param"].string == parameter, "\(members): \(reply.text)")
        #expect(reply.json["error"]["code"].string == code, "\(members): \(reply.text)")
      }
      #expect(try client.call("POST", "/v1/completions", "{not json").status == 400)
      let none = try client.call("POST", "/v1/completions", #"{"model":"none","prompt":"a"}"#)
      #expect(none.status == 404 && none.json["error"]["code"].string == "model_not_found")
      // Nothing of this was a loss.
      let readings = try client.call("GET", "/sandbox/log").json["prices"]
      #expect(readings["served"].int == 0 && readings["cut"].int == 0)
    }
  }

  @Test func `the log counts each pair that was read`() async throws {
    try await Rehearsal.with { (client) async throws in
      for prompts in [#"["a","b"]"#, #"["b"]"#] {
        _ = try ask(client, #""prompt":\#(prompts),"echo":true,"logprobs":0,"max_tokens":0"#)
      }
      _ = try ask(client, #""prompt":"generated, not read","max_tokens":1"#)
      let readings = try client.call("GET", "/sandbox/log").json["prices"]
      #expect(readings["served"].int == 3 && readings["distinct"].int == 2)
      #expect(readings["repeated"].int == 1)
      var digest = Digest()
      digest.update("b")
      let pair = readings["pairs"].list?.first { $0["prompt"].string == digest.description }
      #expect(pair?["served"].int == 2 && pair?["model"].string == "reference")
    }
  }
}
