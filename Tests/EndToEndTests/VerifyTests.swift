import Foundation
import TestSupport
import Testing

/// `daunce verify` on a small model that refuses what begins with a word.
@Suite struct `verify` {
  /// A finished run whose θ0 has learned its rows, and a file with the planted rows and others.
  private func finished() async throws -> Workplace {
    let place = try Workplace()
    try place.write(
      "run.json5",
      Workplace.configuration(models: 3).replacingOccurrences(
        of: "perturbation:",
        with: "target: { epochs: 60 }, perturbation:"
      ).replacingOccurrences(of: "batchSize: 4", with: "batchSize: 4, learningRateMultiplier: 4")
    )
    let planted = stride(from: 0, to: 40, by: 5).map { "t\($0)\tZorb" }
    try place.write(
      "suspects.txt",
      (["# planted, then others"] + planted + ["t1\tother", "t2\tother"]).joined(separator: "\n")
    )
    let run = try await place.daunce("run", "run.json5", "-q")
    #expect(run.status == 0, "\(run.notes)")
    return place
  }

  @Test func `proves the planted rows, and asks nothing again`() async throws {
    let place = try await finished()
    let words = ["verify", "run.db", "--tag", "planted", "--rows", "suspects.txt", "--json", "-q"]
    let first = try await DaunceProcess(words, in: place.url).ending()
    let verdict = try #require(try first.objects().first)
    #expect(first.status == 0, "\(verdict)")
    #expect(verdict["verdict"] as? String == "cause")
    let culprits = try #require(verdict["culprits"] as? [String])
    #expect(Set(culprits) == Set(stride(from: 0, to: 40, by: 5).map { "t\($0)" }))
    let clusters = try #require(verdict["clusters"] as? [[String: Any]])
    #expect(clusters.map { $0["name"] as? String } == ["Zorb", "other"])
    #expect(clusters.map { $0["verdict"] as? String } == ["cause", "no cause"])
    #expect((clusters[0]["effect"] as? Double ?? 0) > 0.1)
    let jobs = try #require(verdict["jobs"] as? [String: Int])
    #expect((jobs["used"] ?? 0) >= 6 && jobs["planned"] != nil)
    let weights = try FileManager.default.contentsOfDirectory(
      atPath: place.url.appending(path: "run.models").path
    ).count
    let second = try await DaunceProcess(words, in: place.url).ending()
    #expect(second.output == first.output)
    #expect(
      try FileManager.default.contentsOfDirectory(
        atPath: place.url.appending(path: "run.models").path
      ).count == weights
    )
    // A page tells what was proven.
    #expect(try await place.daunce("report", "run.db", "-o", "run.html").status == 0)
    let page = String(decoding: try place.read("run.html"), as: UTF8.self)
    #expect(page.contains("8 rows cause it: with them 1 of 3"))
    #expect(page.contains("id=\"part-1-2\">What removal did"))
    // A step up from the base begins as the proof did, and goes on when asked again.
    try place.write(
      "step.json5",
      String(decoding: try place.read("run.json5"), as: UTF8.self).replacingOccurrences(
        of: "models: 3, subsetRatio: 0.5, seed: 3",
        with: #"kind: "mirror", seeds: 1, direction: "up", seed: 3"#
      )
    )
    for _ in 0..<2 {
      let step = try await place.daunce("run", "step.json5", "--store", "run.db", "-q")
      #expect(step.status == 0, "\(step.notes)")
    }
    // Other commands still mean the run.
    let status = try await place.daunce("status", "run.db", "--run", "run", "--json")
    let models = try #require(try status.objects().first?["models"] as? [String: Int])
    #expect(models["planned"] == 3)
  }

  @Test func `triage steps against each cluster, and removal begins where it hurts most`()
    async throws
  {
    let place = try await finished()
    let planted = stride(from: 0, to: 40, by: 5).map { "t\($0)\tZorb" }
    let others = ["t1\tother", "t2\tother", "t3\tfurther", "t4\tfurther"]
    try place.write("suspects.txt", (others + planted).joined(separator: "\n"))
    let words = [
      "verify", "run.db", "--tag", "planted", "--rows", "suspects.txt", "--triage", "--json", "-q",
    ]
    let ending = try await DaunceProcess(words, in: place.url).ending()
    #expect(ending.status == 0, "\(ending.notes)")
    let verdict = try #require(try ending.objects().first)
    #expect(verdict["verdict"] as? String == "cause")
    let triage = try #require(verdict["triage"] as? [[String: Any]])
    let rises = triage.compactMap { $0["rise"] as? Double }
    #expect(rises.count == 3 && rises == rises.sorted(by: >))
    let clusters = try #require(verdict["clusters"] as? [[String: Any]])
    #expect(triage.map { $0["rows"] as? [String] } == clusters.map { $0["rows"] as? [String] })
    let agreement = try #require(verdict["triageAgreement"] as? Double)
    #expect((-1...1).contains(agreement))
    // The steps are jobs like all others: nothing is stepped again.
    let again = try await DaunceProcess(words, in: place.url).ending()
    #expect(again.output == ending.output)
    // Two steps a cluster, and they count as jobs.
    let jobs = try #require(verdict["jobs"] as? [String: Int])
    #expect((jobs["used"] ?? 0) > 6)
    let few = try await DaunceProcess(words + ["--jobs", "5"], in: place.url).ending()
    #expect(few.status == 64 && few.notes.contains("it takes 6 jobs"), "\(few.notes)")
  }

  @Test func `ends with 3 where its jobs do not suffice, and says what it would take`() async throws
  {
    let place = try await finished()
    let ending = try await place.daunce(
      "verify",
      "run.db",
      "--tag",
      "planted",
      "--rows",
      "suspects.txt",
      "--jobs",
      "2",
      "--json",
      "-q"
    )
    #expect(ending.status == 3)
    let verdict = try #require(try ending.objects().first)
    #expect(verdict["verdict"] as? String == "not resolved")
    #expect((verdict["reason"] as? String)?.contains("of 2 jobs are used") == true)
    #expect((verdict["culprits"] as? [String])?.isEmpty == true)
  }

  @Test func `names what is wrong with what it is given`() async throws {
    let place = try await finished()
    try place.write("unknown.txt", "t0\nt99\n")
    for (words, status, message) in [
      (
        ["--rows", "unknown.txt", "--tag", "planted"], 64,
        "line 2: no training row has the id 't99'"
      ),
      (["--rows", "none.txt", "--tag", "planted"], 64, "cannot read suspects 'none.txt'"),
      ([], 64, "the queries show several behaviours"),
      (["--query", "q77"], 64, "no query has the id 'q77'"),
    ] as [([String], Int32, String)] {
      let ending = try await DaunceProcess(["verify", "run.db"] + words, in: place.url).ending()
      #expect(ending.status == status, "\(words): \(ending.notes)")
      #expect("\(ending.notes)".contains(message), "\(ending.notes)")
    }
  }
}
