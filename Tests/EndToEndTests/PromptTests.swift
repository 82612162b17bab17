import Foundation
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
    #expect(plan.notes.contains("no proof of a cause"))
    #expect(plan.notes.contains("BDPL scores up to") == (method == "bdpl"))
    #expect(try await place.daunce("run", "run.json5", "-q").status == 0)
    let top = try await place.daunce("top", "run.db", "--group", "--json")
    #expect(top.status == 0)
    #expect(top.notes.contains("no proof of a cause"))
    let losses = try await exported("run.db", place)

    let killed = try DaunceProcess(["run", "run.json5", "-q", "--store", "cut.db"], in: place.url)
    killed.send(SIGKILL, after: 0.15)
    _ = try await killed.ending()
    #expect(try await place.daunce("run", "run.json5", "-q", "--store", "cut.db").status == 0)
    #expect(try await exported("cut.db", place) == losses)
  }

  @Test func `probing prices rows behind each query, says so, and resumes to the same bytes`()
    async throws
  {
    let place = try Workplace()
    let method = #"kind: "prompt", method: "probing", seed: 3"#
    try place.rewrite("run.json5", "models: 4, subsetRatio: 0.5, seed: 3", method)
    let plan = try await place.daunce("plan", "run.json5", "--json")
    #expect(try plan.objects().first?["jobs"] as? Int == 1)
    #expect(plan.notes.contains("prices every training row once a query"))
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
    let losses = try await exported("run.db", place)

    let killed = try DaunceProcess(["run", "run.json5", "-q", "--store", "cut.db"], in: place.url)
    killed.send(SIGKILL, after: 0.15)
    _ = try await killed.ending()
    #expect(try await place.daunce("run", "run.json5", "-q", "--store", "cut.db").status == 0)
    #expect(try await exported("cut.db", place) == losses)
  }

  private func exported(_ store: String, _ place: borrowing Workplace) async throws -> Data {
    #expect(try await place.daunce("export", store, "losses", "-o", "\(store).csv").status == 0)
    return try place.read("\(store).csv")
  }
}
