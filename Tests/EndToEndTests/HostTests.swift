import Foundation
import TestSupport
import Testing

/// The commands that talk to hosts, against a scripted one on this machine.
struct HostTests {
  @Test func `a probe of a host that offers nothing says so, one line a question`() async throws {
    let place = try Workplace()
    let host = try LoopbackServer { _ in .json("{\"error\":\"no\"}\n", status: 404) }
    try place.write(
      "hosted.json5",
      """
      {
        data: { train: "train.jsonl", queries: "queries.jsonl" },
        target: { base: "base" },
        trainer: { provider: "command", command: ["true"] },
        scorer: { provider: "vllm", baseURL: "\(host.url)/v1" },
      }
      """
    )
    let ending = try await place.daunce("probe", "hosted.json5")
    #expect(ending.status == 1)
    let lines = ending.output.split(separator: "\n")
    for question in ["models: ", "echo: no, ", "prompt-logprobs: no, ", "generated-path: no, "] {
      #expect(lines.count { $0.hasPrefix(question) } == 1, "\(question)")
    }
    #expect(lines.last == "method: none")
  }
}
