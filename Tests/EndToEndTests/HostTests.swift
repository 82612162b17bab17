import Foundation
import Synchronization
import TestSupport
import Testing

/// The commands that talk to hosts, against a scripted one on this machine.
struct HostTests {
  @Test func `a probe of a host that offers nothing says so, one line a question`() async throws {
    let place = try Workplace()
    let host = try LoopbackServer { _ in .json("{\"error\":\"no\"}\n", status: 404) }
    try place.write("hosted.json5", configuration(host))
    let ending = try await place.daunce("probe", "hosted.json5")
    #expect(ending.status == 1)
    let lines = ending.output.split(separator: "\n")
    for question in ["models: ", "echo: no, ", "prompt-logprobs: no, ", "generated-path: no, "] {
      #expect(lines.count { $0.hasPrefix(question) } == 1, "\(question)")
    }
    #expect(lines.last == "method: none")
  }

  @Test(arguments: ["score", "probe"])
  func `an adapter that is only looked at is loaded, asked and unloaded`(
    command: String
  ) async throws {
    let place = try Workplace()
    let loaded = Mutex<[String]>([])
    let host = try LoopbackServer { request in
      guard request.method == "POST", let body = object(request.body) else {
        return .json("{\"data\":[]}")
      }
      if let name = body["lora_name"] as? String {
        loaded.withLock { loaded in
          if request.path.hasSuffix("/unload_lora_adapter") {
            loaded.removeAll { $0 == name }
          } else {
            loaded.append(name)
          }
        }
        return .json("\"Success\"")
      }
      guard body["model"] as? String == "mine", loaded.withLock({ $0 == ["mine"] }) else {
        return .json("{\"error\":\"no such model\"}", status: 404)
      }
      return .json(echo(body))
    }
    try place.write("hosted.json5", configuration(host))
    var words = [command, "hosted.json5", "--model", "/adapters/mine", "--json"]
    if command == "score" { words.append("queries.jsonl") }
    let ending = try await DaunceProcess(words, in: place.url).ending()
    #expect(ending.status == 0, "\(ending.notes)")
    #expect(try ending.objects().count == (command == "score" ? 6 : 1))
    #expect(loaded.withLock { $0.isEmpty })
    let paths = host.requests.map(\.path)
    #expect(paths.first == "/v1/load_lora_adapter")
    #expect(paths.last == "/v1/unload_lora_adapter")
  }

  private func configuration(_ host: LoopbackServer) -> String {
    """
    {
      data: { train: "train.jsonl", queries: "queries.jsonl" },
      target: { base: "base" },
      trainer: { provider: "command", command: ["false"] },
      scorer: { provider: "vllm", baseURL: "\(host.url)/v1" },
      perturbation: { models: 4 },
    }
    """
  }
}

private func object(_ bytes: [UInt8]) -> [String: Any]? {
  try? JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any]
}

/// What a server answers to `echo` whose tokens are words and cost 1 nat each, the first `null`.
private func echo(_ body: [String: Any]) -> String {
  let prompts = body["prompt"] as? [String] ?? [body["prompt"] as? String ?? ""]
  let choices = prompts.enumerated().map { place, prompt in
    let words = prompt.split(separator: " ", omittingEmptySubsequences: false)
    var tokens = words.enumerated().map { $0.offset == 0 ? String($0.element) : " " + $0.element }
    if body["max_tokens"] as? Int != 0 { tokens.append("!") }
    let values: [Any] = [NSNull()] + tokens.dropFirst().map { _ in -1 }
    return ["index": place, "logprobs": ["tokens": tokens, "token_logprobs": values]]
      as [String: Any]
  }
  let reply: [String: Any] = ["model": body["model"] ?? "", "choices": choices]
  let bytes = (try? JSONSerialization.data(withJSONObject: reply)) ?? Data()
  return String(decoding: bytes, as: UTF8.self)
}
