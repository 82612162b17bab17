import Foundation
import Testing

/// One small job from plan to evaluation, through the program's own streams.
struct JobTests {
  @Test func `a plan spends nothing and counts jobs, tokens, dollars and hours`() async throws {
    let place = try Workplace()
    let ending = try await place.daunce("plan", "run.json5", "--json")
    #expect(ending.status == 0)
    #expect(ending.notes.isEmpty)
    let plan = try #require(try ending.objects().first)
    #expect(plan["jobs"] as? Int == 5)
    #expect(plan["dollars"] as? Double == 0)
    #expect((plan["hours"] as? Double ?? 0) > 0)
    for key in ["trainingTokens", "requests", "scoringTokens"] {
      #expect((plan[key] as? Int ?? 0) > 0)
    }
    #expect((plan["warnings"] as? [String])?.isEmpty == false)
    let left = try FileManager.default.contentsOfDirectory(atPath: place.url.path)
    #expect(!left.contains { $0.hasPrefix("run.") && $0 != "run.json5" })
  }

  @Test func `a run ends complete, and every other command reads its store`() async throws {
    let place = try Workplace()
    let run = try await place.daunce("run", "run.json5", "--json")
    #expect(run.status == 0)
    let status = try #require(try run.objects().first)
    #expect(status["phase"] as? String == "complete")
    #expect(status["store"] as? String == "run.db")
    #expect(run.notes.contains("plan: 5 fine-tunes"))
    #expect(run.notes.contains("next: daunce top run.db"))
    #expect(!run.notes.contains("\u{1B}"))

    let again = try await place.daunce("status", "run.db", "--json")
    #expect(again.status == 0)
    let losses = try #require(try again.objects().first?["losses"] as? [String: Int])
    #expect(losses == ["expected": 184, "measured": 184, "missing": 0, "censored": 0])

    let top = try await place.daunce("top", "run.db", "--tag", "planted", "-n", "5", "--json")
    #expect(top.status == 0)
    let lists = try top.objects()
    #expect(lists.map { $0["query"] as? String } == ["q0", "q1", "q2"])
    #expect(lists.allSatisfy { ($0["examples"] as? [Any])?.count == 5 })
    let named = try await place.daunce("top", "run.db", "--query", "q1", "--estimator", "ridge")
    #expect(named.status == 0)
    #expect(named.output.contains("positive = helps the query"))
    #expect(named.output.contains("q1"))

    let evaluation = try await place.daunce(
      "evaluate",
      "run.db",
      "--tag",
      "planted",
      "--against",
      "clean",
      "--group",
      "--json"
    )
    #expect(evaluation.status == 0)
    let figures = try #require(try evaluation.objects().first)
    #expect(figures["queries"] as? Int == 3)
    for key in ["ap", "auroc", "twoSided"] {
      #expect((0...1).contains(figures[key] as? Double ?? -1))
    }
    #expect((figures["baselines"] as? [String: Any])?["bm25"] != nil)
  }

  @Test func `exports have the documented headers and one row an example`() async throws {
    let place = try Workplace()
    #expect(try await place.daunce("run", "run.json5", "-q").status == 0)
    let models = (0..<4).map { "model-\($0)" }.joined(separator: ",")
    for (table, header, rows) in [
      ("losses", "id,role," + models, 46), ("membership", "id," + models, 40),
      ("scores", "id,q0,q1,q2,q3,q4,q5", 40),
    ] {
      #expect(try await place.daunce("export", "run.db", table, "-o", "\(table).csv").status == 0)
      let lines = String(decoding: try place.read("\(table).csv"), as: UTF8.self)
        .split(separator: "\n")
      #expect(lines.first.map(String.init) == header)
      #expect(lines.count == rows + 1)
      #expect(!lines.contains { $0.contains("nan") })
    }
    #expect(try await place.daunce("export", "run.db", "losses", "-o", "l.npy").status == 0)
    #expect(try place.read("l.npy").starts(with: [0x93] + Array("NUMPY".utf8)))
    #expect(try await place.daunce("export", "run.db", "scores", "-o", "s.jsonl").status == 0)
    #expect(try place.read("s.jsonl").split(separator: 0x0A).count == 40)
  }

  @Test func `score losses a file under the base, the target and a perturbed model`() async throws {
    let place = try Workplace()
    #expect(try await place.daunce("run", "run.json5", "-q").status == 0)
    var readings: [[Double]] = []
    for model in ["base", "target", "model-3"] {
      let ending = try await place.daunce(
        "score",
        "run.json5",
        "--model",
        model,
        "queries.jsonl",
        "--json"
      )
      #expect(ending.status == 0)
      let lines = try ending.objects()
      #expect(lines.map { $0["id"] as? String } == (0..<6).map { "q\($0)" })
      #expect(lines.allSatisfy { $0["exact"] as? Bool == true })
      // Not from `objects()`: JSONSerialization loses the last bits of a number.
      readings.append(
        try ending.output.split(separator: "\n").map {
          try JSONDecoder().decode(Line.self, from: Data($0.utf8)).nll
        }
      )
    }
    #expect(Set(readings).count == 3)
    // What the store holds of model-3 is what it charges when asked again.
    #expect(try await place.daunce("export", "run.db", "losses", "-o", "l.csv").status == 0)
    let recorded = String(decoding: try place.read("l.csv"), as: UTF8.self)
      .split(separator: "\n").filter { $0.contains(",query,") }
      .compactMap { $0.split(separator: ",").last.flatMap { Double($0) } }
    #expect(recorded == readings[2])
  }

  @Test func `a job under another name, or reread from its store, is the same job`() async throws {
    let place = try Workplace()
    try place.rewrite("other.json5", "{\n  data", "{\n  name: \"x\", data")
    #expect(try await place.daunce("run", "run.json5", "-q").status == 0)
    let resumed = try await place.daunce("run", "other.json5", "--store", "run.db")
    #expect(resumed.status == 0)
    #expect(resumed.notes.contains("resuming 'run.db'"))
  }

  @Test func `the demo writes a job that run would take`() async throws {
    let place = try Workplace()
    let written = try await place.daunce("demo", "--scenario", "topic", "--write", "example")
    #expect(written.status == 0)
    #expect(written.output.isEmpty)
    let files = try FileManager.default.contentsOfDirectory(
      atPath: place.url.appending(path: "example").path
    )
    #expect(files.sorted() == ["config.json5", "queries.jsonl", "train.jsonl"])
    #expect(try await place.daunce("demo", "--write", "example").status == 64)
    let plan = try await place.daunce("plan", "example/config.json5", "--json")
    #expect(plan.status == 0)
    #expect(try plan.objects().first?["jobs"] as? Int == 201)
  }
}

/// What a line of `score --json` says an example costs.
private struct Line: Decodable {
  let nll: Double
}
