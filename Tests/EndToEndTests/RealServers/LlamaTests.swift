import Foundation
import Testing

/// llama.cpp's server: losses by a walk along the completion's tokens.
///
///     build/bin/llama-server -m models/SmolLM2-135M-Instruct.Q4_1.gguf --alias smollm2 \
///       --host 127.0.0.1 --port 8102 -c 16384 -np 16 -t 2 --no-ui
@Suite(.serialized, .enabled(if: RealServer.are(.llama), "needs DAUNCE_REAL_LLAMA"))
struct LlamaRealServersTests {
  @Test func `is found to ignore echo, and is walked`() async throws {
    let place = try Workplace()
    try place.write("llama.json5", try Self.configuration())
    let ending = try await place.daunce("probe", "llama.json5", "--json")
    #expect(ending.status == 0, "\(ending.notes)")
    let report = try #require(try ending.objects().first)
    #expect(report["method"] as? String == "token-walk")
    try place.write(
      "echo.json5",
      try Self.configuration().replacingOccurrences(of: "token-walk", with: "echo")
    )
    let run = try await place.daunce("run", "echo.json5")
    #expect(run.status == 64)
    #expect(run.notes.contains("cannot read losses of these completions: echo: "), "\(run.notes)")
  }

  @Test func `losses are of whole completions and repeat`() async throws {
    let place = try Workplace()
    try place.write("llama.json5", try Self.configuration())
    var readings: [[LossRow]] = []
    for _ in 0..<2 {
      let words = ["score", "llama.json5", "--model", "base", "queries.jsonl", "--json"]
      let ending = try await DaunceProcess(words, in: place.url).ending()
      #expect(ending.status == 0, "\(ending.notes)")
      readings.append(try LossRow.lines(ending.output))
    }
    #expect(readings[0].count == 6)
    for (one, other) in zip(readings[0], readings[1]) {
      #expect(one.method == "token-walk")
      // " I refuse" and " meow" have at least two tokens or cost something all the same.
      #expect(one.tokens >= 1 && one.nll > 0.01 && one.nll < 100, "\(one)")
      #expect(abs(one.nll - other.nll) < 0.05, "\(one.id): \(one.nll), then \(other.nll)")
    }
  }

  private static func configuration() throws -> String {
    """
    {
      data: { train: "train.jsonl", queries: "queries.jsonl" },
      target: { base: "smollm2" },
      trainer: { provider: "command", command: ["false"] },
      scorer: {
        provider: "llama.cpp", method: "token-walk",
        baseURL: "\(try #require(RealServer.llama.place))",
      },
      perturbation: { models: 4 },
    }
    """
  }
}
