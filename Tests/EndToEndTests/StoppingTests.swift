import Foundation
import Testing

/// Runs that look before they go on.
@Suite struct `a run batch by batch` {
  @Test func `pilots, grows in batches to a stop, and says what more would give`() async throws {
    let place = try Workplace()
    try place.rewrite(
      "run.json5",
      "models: 4, subsetRatio: 0.5",
      "models: { max: 15, stop: \"stable\" }, subsetRatio: 0.5, start: \"base\""
    )
    let pilot = try await place.daunce("run", "run.json5", "--pilot", "--json")
    #expect(pilot.status == 0, "\(pilot.notes)")
    let advice = try #require(try pilot.objects().first)
    let noise = try #require(advice["noise"] as? Double)
    #expect(noise > 0 && noise <= 1)
    let behaviours = try #require(advice["behaviours"] as? [[String: Any]])
    #expect(behaviours.count == 2)
    #expect((advice["advice"] as? [String: Any])?["start"] as? String == "base")

    let run = try await place.daunce("run", "run.json5", "--json")
    #expect(run.status == 0, "\(run.notes)")
    let made = try #require(
      (try run.objects().first?["models"] as? [String: Any])?["succeeded"] as? Int
    )
    #expect([10, 15].contains(made))
    #expect(run.notes.contains("with 10 models"))
    #expect(run.notes.contains("enough with 10 of at most 15") == (made == 10))

    let status = try await place.daunce("status", "run.db", "--json")
    let convergence = try #require(try status.objects().first?["convergence"] as? [[String: Any]])
    #expect(convergence.compactMap { $0["behaviour"] as? String } == ["clean", "planted"])
    for behaviour in convergence {
      #expect(behaviour["models"] as? Int == made)
      let expected = try #require(behaviour["expected"] as? [[String: Any]])
      let curve = try #require(behaviour["curve"] as? [[String: Any]])
      let last = try #require(curve.last?["reliability"] as? Double)
      let more = try #require(expected.first?["reliability"] as? Double)
      #expect(more >= last)
    }
    // The same command trains nothing more.
    let again = try await place.daunce("run", "run.json5", "--json")
    #expect(
      (try again.objects().first?["models"] as? [String: Any])?["succeeded"] as? Int == made
    )
    // Models that a longer run has are not left out again.
    try place.rewrite(
      "run.json5",
      "models: 4, subsetRatio: 0.5",
      "models: 15, subsetRatio: 0.5, start: \"base\""
    )
    #expect(try await place.daunce("run", "run.json5", "-q").status == 0)
    try place.rewrite(
      "run.json5",
      "models: 4, subsetRatio: 0.5",
      "models: { max: 15, stop: \"stable\" }, subsetRatio: 0.5, start: \"base\""
    )
    let longer = try await place.daunce("run", "run.json5", "--json")
    #expect((try longer.objects().first?["models"] as? [String: Any])?["succeeded"] as? Int == 15)
  }

  @Test(arguments: [
    ("{ max: 5, stop: \"stable\" }", "a whole number of 10 or more"),
    ("{ max: 20 }", "'perturbation.models.stop' is missing"),
    ("{ max: 20, stop: \"stabel\" }", "did you mean \"stable\"?"),
    ("{ maxi: 20, stop: \"stable\" }", "did you mean 'max'?"),
  ]) func `names what is wrong with a growing number`(_ models: String, _ words: String)
    async throws
  {
    let place = try Workplace()
    try place.rewrite("run.json5", "models: 4", "models: \(models)")
    let ending = try await place.daunce("plan", "run.json5")
    #expect(ending.status == 64)
    #expect(ending.notes.contains(words), "\(ending.notes)")
  }

  @Test func `a pilot of prompts is refused before anything is asked`() async throws {
    let place = try Workplace()
    try place.rewrite("run.json5", "models: 4", "kind: \"prompt\", models: 4")
    let ending = try await place.daunce("run", "run.json5", "--pilot")
    #expect(ending.status == 64)
    #expect(ending.notes.contains("cannot make a pilot"), "\(ending.notes)")
  }
}
