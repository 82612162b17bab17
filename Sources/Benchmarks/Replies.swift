import Experiment
import Foundation
import Hosts

/// A host that answers everything with one reply.
private struct OneReply: Hosts.Host {
  let name = "one"
  let reply: Reply

  func send(_ call: Call) async throws -> Reply { reply }
  func wait(_ duration: Duration) async throws {}
}

/// Echo requests written and replies of 60 tokens read, at a host that costs nothing.
func replies() async throws {
  var state: UInt64 = 7
  func random() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return state >> 33
  }
  let words = "the of and to in a is that for it was on as with he be by at his".split(
    separator: " "
  )
  for (name, digits) in [("5 places", 1e5), ("all places", 1e17)] {
    let tokens = (0..<60).map { _ in " \(words[Int(random()) % words.count])" }
    let values = (0..<60).map { _ in
      -(Double(random() % 800_000) * 1e-5 * digits).rounded() / digits
    }
    .map { digits > 1e6 ? $0 * 0.987_654_321_987 : $0 }
    let text = tokens.joined()
    var offset = 0
    let offsets = tokens.map { token in
      defer { offset += token.utf8.count }
      return offset
    }
    let tops = zip(tokens, values).dropFirst().map { "{\"\($0)\":\($1)}" }.joined(separator: ",")
    let body = """
      {"id":"cmpl-0000000000000000000000000001","object":"text_completion","created":1700000000,\
      "model":"mock-model","choices":[{"text":"\(text)","index":0,"finish_reason":"length",\
      "logprobs":{"tokens":\(tokens),\
      "token_logprobs":[null,\(values.dropFirst().map { "\($0)" }.joined(separator: ","))],\
      "top_logprobs":[null,\(tops)],"text_offset":\(offsets)}}],\
      "usage":{"prompt_tokens":59,"completion_tokens":1,"total_tokens":60}}
      """
    let host = OneReply(reply: Reply(body: Array(body.utf8)))
    let endpoint = ScoringEndpoint(
      host: host,
      profile: ScoringProfile(by: .echo),
      baseURL: nil
    )
    let reader = try await endpoint.reader(by: .echo, of: ServedModel(name: "mock-model"))
    let example = Example(
      id: "x",
      prompt: .text(tokens[..<40].joined()),
      completion: tokens[40..<59].joined()
    )
    let rounds = 100_000
    // CPU time: the machine may be busy with other things.
    let start = clock()
    var sum = 0.0
    for _ in 0..<rounds {
      sum += try await reader.read([example], ReadingMode())[0].loss?.value ?? .nan
    }
    let spent = Double(clock() - start) / Double(CLOCKS_PER_SEC) / Double(rounds) * 1e6
    print(
      "replies (\(name)): \(body.utf8.count) bytes, \((spent * 10).rounded() / 10) µs a request and its reply, \(sum / Double(rounds)) nats"
    )
  }
}
