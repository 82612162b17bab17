import Foundation
import Testing

/// `daunce compare` on small runs of one corpus.
@Suite struct `compare` {
  private func finished() async throws -> Workplace {
    let place = try Workplace(models: 6)
    try place.write(
      "third.json5",
      Workplace.configuration(models: 8)
        .replacingOccurrences(of: "subsetRatio: 0.5", with: "subsetRatio: 0.3")
    )
    for name in ["run", "third"] {
      let run = try await place.daunce("run", "\(name).json5", "-q")
      #expect(run.status == 0, "\(run.notes)")
    }
    return place
  }

  @Test func `two designs are compared at the jobs of the cheaper one`() async throws {
    let place = try await finished()
    let words = ["run.db", "third.db", "--tag", "planted", "--against", "clean", "--group"]
    let ending = try await DaunceProcess(["compare"] + words + ["--json"], in: place.url).ending()
    #expect(ending.status == 0, "\(ending.notes)")
    let object = try #require(try ending.objects().first)
    let contenders = try #require(object["contenders"] as? [[String: Any]])
    #expect(contenders.map { $0["run"] as? String } == ["run.db", "third.db"])
    #expect(contenders.map { $0["jobs"] as? Int } == [6, 6])
    #expect(contenders.map { $0["jobsRead"] as? Int } == [6, 8])
    #expect(contenders.map { $0["rowsTrained"] as? Int } == [120, 72])
    #expect(contenders.allSatisfy { $0["ap"] is Double && $0["twoSided"] is Double })
    let differences = try #require(contenders[1]["differences"] as? [String: [String: Any]])
    let difference = try #require(differences["ap"])
    #expect(difference["shown"] is Bool && difference["low"] is Double)
    #expect((contenders[0]["differences"] as? [String: Any])?.isEmpty == true)
    let page = try await DaunceProcess(["compare"] + words, in: place.url).ending()
    #expect(page.output.contains("Compared on 3 queries as one group tagged planted"))
    #expect(page.output.contains("differences"))
    // The first run's figure is that of evaluate.
    let alone = try await DaunceProcess(
      ["evaluate", "run.db"] + words.dropFirst(2) + ["--json"],
      in: place.url
    ).ending()
    let figure = try #require(try alone.objects().first?["ap"] as? Double)
    #expect(contenders[0]["ap"] as? Double == figure)
  }

  @Test func `one run compares its estimators, and without a tag says what needs no truth`()
    async throws
  {
    let place = try await finished()
    let ending = try await place.daunce("compare", "run.db", "--json")
    #expect(ending.status == 0, "\(ending.notes)")
    let object = try #require(try ending.objects().first)
    let contenders = try #require(object["contenders"] as? [[String: Any]])
    #expect(contenders.count >= 8 && contenders[0]["run"] as? String == "run")
    #expect(contenders.allSatisfy { $0["ap"] is NSNull })
    #expect(contenders.contains { $0["reliability"] is Double })
    let choice = ["--estimator", "ridge", "--estimator", "correlation"]
    let two = try await DaunceProcess(
      ["compare", "run.db", "--json"] + choice,
      in: place.url
    ).ending()
    let named = try #require(try two.objects().first?["contenders"] as? [[String: Any]])
    #expect(named.map { $0["estimator"] as? String } == ["ridge", "correlation"])
  }

  @Test func `stores of other data are refused by the first difference`() async throws {
    let place = try await finished()
    let rows = String(decoding: try place.read("train.jsonl"), as: UTF8.self)
    try place.write("other.jsonl", rows.replacingOccurrences(of: "number 7 ", with: "number 77 "))
    try place.write(
      "other.json5",
      Workplace.configuration().replacingOccurrences(of: "train.jsonl", with: "other.jsonl")
    )
    #expect(try await place.daunce("run", "other.json5", "-q").status == 0)
    let ending = try await place.daunce("compare", "run.db", "other.db")
    #expect(ending.status == 1 && ending.output.isEmpty)
    #expect(ending.notes.contains("training row 8 't7' has another prompt"), "\(ending.notes)")
    let wrong = try await place.daunce("compare", "run.db", "--estimator", "ridgy")
    #expect(wrong.status == 64)
  }
}
