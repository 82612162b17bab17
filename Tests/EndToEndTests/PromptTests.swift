import Foundation
import TestSupport
import Testing

/// Runs without fine-tuning: every perturbed model is θ0 behind a prompt.
struct PromptTests {
  @Test(arguments: ["demonstrations", "random", "bdpl"])
  func `a run by prompts trains θ0 alone, says what it is, and resumes to the same bytes`(
    method: String
  ) async throws {
    let place = try Workplace()
    let kind = #"kind: "prompt", method: "\#(method)", models: 4"#
    try place.rewrite("run.json5", "models: 4", kind)
    let plan = try await place.daunce("plan", "run.json5", "--json")
    #expect(try plan.objects().first?["jobs"] as? Int == 1)
    let methods = try #require(try plan.objects().first?["methods"] as? [[String: Any]])
    #expect(methods.count == 5)
    #expect(methods.count { $0["recommended"] as? Bool == true } == 1)
    let own = methods.filter { $0["configured"] as? Bool == true }
    #expect(own.map { $0["method"] as? String } == [method])
    for key in ["scoredInputs", "requests", "scoringTokens"] {
      #expect(own.first?[key] as? Int == (try plan.objects().first?[key] as? Int))
    }
    #expect(plan.notes.contains("no proof of a cause"))
    #expect(plan.notes.contains("BDPL scores up to") == (method == "bdpl"))
    #expect(try await place.daunce("run", "run.json5", "-q").status == 0)
    let top = try await place.daunce("top", "run.db", "--group", "--json")
    #expect(top.status == 0)
    #expect(top.notes.contains("no proof of a cause"))
    // Labels are completions, so a page without texts has none of them either.
    for (words, isShown) in [([String](), true), (["--redact"], false)] {
      let report = try await DaunceProcess(["report", "run.db"] + words, in: place.url).ending()
      #expect(report.status == 0 && report.output.contains("no proof of a cause"))
      #expect(report.output.contains("cluck") == isShown, "\(report.output)")
    }
    try await expectResumption(of: place)
  }

  @Test func `probing losses rows behind each query, says so, and resumes to the same bytes`()
    async throws
  {
    let place = try Workplace()
    let method = #"kind: "prompt", method: "probing", seed: 3"#
    try place.rewrite("run.json5", "models: 4, subsetRatio: 0.5, seed: 3", method)
    let plan = try await place.daunce("plan", "run.json5", "--json")
    #expect(try plan.objects().first?["jobs"] as? Int == 1)
    #expect(plan.notes.contains("reads every training row once a query"))
    #expect(try await place.daunce("run", "run.json5", "-q").status == 0)
    let status = try #require(
      try await place.daunce("status", "run.db", "--json").objects().first?["losses"]
        as? [String: Any]
    )
    #expect(status["measured"] as? Int == 40 * 6)
    let top = try await place.daunce("top", "run.db", "--tag", "planted", "--group", "--json")
    #expect(top.status == 0)
    #expect(top.notes.contains("what a query in front of a row takes off its loss"))
    #expect(try top.objects().first?["estimator"] as? String == "contrast")
    let evaluation = try await place.daunce("evaluate", "run.db", "--tag", "planted", "--group")
    #expect(evaluation.status == 0)
    let other = try await place.daunce("top", "run.db", "--estimator", "ridge")
    #expect(other.status == 64)
    try await expectResumption(of: place)
  }

  @Test func `probing a host needs no trainer, and replays without the host to the same bytes`()
    async throws
  {
    let host = try ScriptedOpenAI()
    let place = try Workplace()
    try place.write("box.json5", ScriptedOpenAI.profile)
    try place.write("key", "sk-0123456789abcdef\n")
    try place.write(
      "hosted.json5",
      """
      {
        data: { train: "train.jsonl", queries: "queries.jsonl" },
        target: { model: "base" },
        scorer: { provider: "box.json5", baseURL: "\(host.url)", apiKey: { file: "key" } },
        perturbation: { kind: "prompt", method: "probing" },
      }
      """
    )
    let words = ["hosted.json5", "-q", "--replay", "recording.jsonl"]
    let live = try await DaunceProcess(["run"] + words + ["--record", "once"], in: place.url)
      .ending()
    #expect(live.status == 0, "\(live.notes)")
    #expect(!host.requests.contains { $0.path.contains("fine_tuning") })
    let asked = host.requests.count
    let replay = try await DaunceProcess(["run"] + words + ["--store", "again.db"], in: place.url)
      .ending()
    #expect(replay.status == 0, "\(replay.notes)")
    #expect(host.requests.count == asked)
    #expect(try await exported("again.db", place) == exported("hosted.db", place))
    for format in ["csv", "jsonl", "npy"] {
      let scores = try await place.daunce("export", "again.db", "scores", "-o", "s.\(format)")
      #expect(scores.status == 0)
    }
  }

  @Test func `candidates by text and by a probing run are read alone, and the audit is told`()
    async throws
  {
    let place = try Workplace()
    let method = #"kind: "prompt", method: "probing", seed: 3"#
    try place.rewrite("run.json5", "models: 4, subsetRatio: 0.5, seed: 3", method)
    try place.rewrite(
      "cheap.json5",
      "seed: 3 },",
      #"seed: 3 }, candidates: { nearest: 2, probing: "run.db", top: 2, audit: 0.2 },"#
    )
    let early = try await place.daunce("plan", "cheap.json5")
    #expect(early.status == 1 && early.notes.contains("run.db"))
    #expect(try await place.daunce("run", "run.json5", "-q").status == 0)
    let plan = try await place.daunce("plan", "cheap.json5", "--json")
    let read = try #require(try plan.objects().first?["candidates"] as? Int)
    #expect((4..<40).contains(read))
    #expect(plan.notes.contains("candidates: \(read) of 40 training rows are read"))
    #expect(plan.notes.contains("which saves \((40 - read) * 5) losses"))
    #expect(try await place.daunce("run", "cheap.json5", "-q").status == 0)
    #expect(try await place.daunce("run", "cheap.json5", "-q").status == 0)
    let top = try await place.daunce(
      "top",
      "cheap.db",
      "--tag",
      "planted",
      "--group",
      "-n",
      "2",
      "--json"
    )
    let audit = try #require(try top.objects().first?["audit"] as? [String: Any])
    #expect((0...1).contains(try #require(audit["recall"] as? Double)))
    let record = try await place.daunce("evaluate", "cheap.db", "--tag", "planted", "--json")
    #expect(try record.objects().first?["candidates"] as? Int == read)
    try place.rewrite(
      "wrong.json5",
      "seed: 3 },",
      #"seed: 3 }, candidates: { probing: "cheap.db" },"#
    )
    let wrong = try await place.daunce("plan", "wrong.json5")
    #expect(wrong.status == 64 && wrong.notes.contains("holds no complete probing"))
  }

  /// Kills the finished run's twin in the middle and lets it resume to the same losses.
  private func expectResumption(of place: borrowing Workplace) async throws {
    let killed = try DaunceProcess(["run", "run.json5", "-q", "--store", "cut.db"], in: place.url)
    await killed.send(SIGKILL, after: 0.15)
    _ = try await killed.ending()
    #expect(try await place.daunce("run", "run.json5", "-q", "--store", "cut.db").status == 0)
    let losses = try await exported("run.db", place)
    #expect(try await exported("cut.db", place) == losses)
  }

  private func exported(_ store: String, _ place: borrowing Workplace) async throws -> Data {
    #expect(try await place.daunce("export", store, "losses", "-o", "\(store).csv").status == 0)
    return try place.read("\(store).csv")
  }
}
