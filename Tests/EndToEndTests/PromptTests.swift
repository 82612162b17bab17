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
    let methods = try #require(try plan.objects().first?["methods"] as? [[String: Any]])
    #expect(methods.count == 4)
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
