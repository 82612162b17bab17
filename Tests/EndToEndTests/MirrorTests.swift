import Foundation
import TestSupport
import Testing

/// Runs whose models are small steps on the queries of a tag.
struct MirrorTests {
  private static let kind = #"kind: "mirror", seeds: 2, seed: 3, hyperparameters: { epochs: 1 }"#

  @Test func `a mirror run is planned, run, resumed, grown and asked like any other`() async throws
  {
    let place = try Workplace()
    try place.rewrite("run.json5", "models: 4, subsetRatio: 0.5, seed: 3", Self.kind)
    let plan = try await place.daunce("plan", "run.json5", "--json")
    #expect(try plan.objects().first?["jobs"] as? Int == 5)
    #expect(plan.notes.contains("mirrored jobs: 2 behaviours, 2 steps down on each"))
    #expect(try await place.daunce("run", "run.json5", "-q").status == 0)
    let status = try #require(
      try await place.daunce("status", "run.db", "--json").objects().first?["losses"]
        as? [String: Any]
    )
    #expect(status["measured"] as? Int == 40 * 5)
    let top = try await place.daunce("top", "run.db", "--tag", "planted", "--group", "--json")
    let found = try #require(try top.objects().first)
    #expect(found["estimator"] as? String == "mirror-contrast")
    let examples = try #require(found["examples"] as? [[String: Any]])
    #expect(examples.first?["low"] as? Double != nil)
    let evaluation = try await place.daunce(
      "evaluate",
      "run.db",
      "--tag",
      "planted",
      "--group",
      "--estimator",
      "mirror-normalised",
      "--json"
    )
    #expect(try evaluation.objects().first?["ap"] as? Double ?? 0 > 0.5)
    #expect(try await place.daunce("evaluate", "run.db", "--tag", "planted").status == 0)
    let other = try await place.daunce("top", "run.db", "--estimator", "ridge")
    #expect(other.status == 64)
    #expect(other.notes.contains("mirror-drop, mirror-normalised, mirror-contrast"))

    #expect(
      try await place.daunce("export", "run.db", "membership", "-o", "seen.csv").status == 0
    )
    let table = String(decoding: try place.read("seen.csv"), as: UTF8.self).split(separator: "\n")
    #expect(table[0] == "id,model-0,model-1,model-2,model-3,model-4")
    #expect(
      table.dropFirst().map { $0.split(separator: ",")[0] } == ["q0", "q1", "q2", "q3", "q4", "q5"]
    )
    #expect(table[1] == "q0,0,0,-1,0,-1" && table[6] == "q5,0,-1,0,-1,0")
    for kind in ["scores", "losses"] {
      #expect(try await place.daunce("export", "run.db", kind, "-o", "t.jsonl").status == 0)
    }

    let killed = try DaunceProcess(["run", "run.json5", "-q", "--store", "cut.db"], in: place.url)
    await killed.send(SIGKILL, after: 0.1)
    _ = try await killed.ending()
    #expect(try await place.daunce("run", "run.json5", "-q", "--store", "cut.db").status == 0)
    let losses = try await exported("run.db", place)
    #expect(try await exported("cut.db", place) == losses)

    let more = Self.kind.replacingOccurrences(of: "seeds: 2", with: "seeds: 3")
    try place.rewrite("run.json5", "models: 4, subsetRatio: 0.5, seed: 3", more)
    let grown = try await place.daunce("run", "run.json5")
    #expect(grown.status == 0)
    #expect(grown.notes.contains("resuming 'run.db': 6 of 8 models are made"))
  }

  @Test func `a step up from the base goes the other way, and its scores help alike`() async throws
  {
    let place = try Workplace()
    let up = Self.kind.replacingOccurrences(of: "seeds: 2", with: "direction: \"up\"")
    try place.rewrite("run.json5", "models: 4, subsetRatio: 0.5, seed: 3", up)
    let plan = try await place.daunce("plan", "run.json5")
    #expect(
      plan.notes.contains("3 steps up on each") && plan.notes.contains("under the base before")
    )
    #expect(try await place.daunce("run", "run.json5", "-q").status == 0)
    let evaluation = try await place.daunce(
      "evaluate",
      "run.db",
      "--tag",
      "planted",
      "--group",
      "--json"
    )
    #expect(try evaluation.objects().first?["ap"] as? Double ?? 0 > 0.5)
  }

  @Test func `estimators are for runs of their kind, and kinds are named by the nearest`()
    async throws
  {
    let place = try Workplace()
    try place.rewrite("mirror.json5", "seed: 3 },", #"seed: 3 }, estimator: "mirror-drop","#)
    let wrong = try await place.daunce("plan", "mirror.json5")
    #expect(wrong.status == 64)
    #expect(wrong.notes.contains(#"'mirror-drop' is only for perturbation.kind: "mirror""#))
    try place.rewrite("kind.json5", "seed: 3 },", #"seed: 3, kind: "miror" },"#)
    let misspelt = try await place.daunce("plan", "kind.json5")
    #expect(misspelt.status == 64)
    #expect(misspelt.notes.contains(#"did you mean "mirror"?"#))
  }

  private func exported(_ store: String, _ place: borrowing Workplace) async throws -> Data {
    #expect(try await place.daunce("export", store, "losses", "-o", "\(store).csv").status == 0)
    return try place.read("\(store).csv")
  }
}
