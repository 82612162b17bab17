import Experiment
import Foundation
import TestSupport
import Testing

extension DaunceProcess.Ending {
  /// The lines of a stream that the published schema finds fault with.
  fileprivate func faults(_ stream: KeyPath<Self, String>, as name: String) throws -> [String] {
    let lines = self[keyPath: stream].split(separator: "\n")
    guard !lines.isEmpty else { return ["nothing is printed"] }
    return try lines.flatMap { line in
      JSONSchema.published.faults(in: try JSON5Reader.read(Array(line.utf8)), as: name)
    }
  }

  /// Standard error as one JSON object a line.
  fileprivate func events() throws -> [[String: Any]] {
    try notes.split(separator: "\n").map {
      try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
    }
  }
}

@Suite struct `JSON of the program` {
  @Test func `fits the published schema, whatever the command`() async throws {
    let place = try Workplace(models: 6)
    let group = ["--tag", "planted", "--group"]
    let steps: [([String], String)] = [
      (["config", "show", "run.json5"], "configuration"), (["plan", "run.json5"], "plan"),
      (["run", "run.json5", "--pilot", "-q"], "pilot"),
      (["run", "run.json5", "-q"], "status"), (["status", "run.db"], "status"),
      (["top", "run.db"], "findings"), (["top", "run.db"] + group, "findings"),
      (["evaluate", "run.db"] + group, "evaluation"),
      (["compare", "run.db"] + group, "comparison"),
      (["score", "run.json5", "--model", "target", "queries.jsonl"], "scoreLine"),
      (["verify", "run.db", "--tag", "planted", "--jobs", "4", "-q"], "verdict"),
    ]
    for (words, name) in steps {
      let ending = try await DaunceProcess(words + ["--json"], in: place.url).ending()
      #expect([0, 3].contains(ending.status), "\(words): \(ending.notes)")
      #expect(try ending.faults(\.output, as: name) == [], "\(words)")
    }
    // After a verdict, so that all of a page's data are there.
    #expect(try await place.daunce("report", "run.db", "-o", "run.html").status == 0)
    let page = String(decoding: try place.read("run.html"), as: UTF8.self)
    let start = try #require(page.range(of: #"id="data">"#)).upperBound
    let end = try #require(page[start...].range(of: "</script>")).lowerBound
    let data = try JSON5Reader.read(Array(page[start..<end].utf8))
    #expect(JSONSchema.published.faults(in: data, as: "report") == [])
    for words in [["top", "nothing.db"], ["top"], ["tpo"], ["plan", "nothing.json5"]] {
      let ending = try await DaunceProcess(words + ["--json"], in: place.url).ending()
      #expect(ending.status != 0 && ending.output.isEmpty)
      #expect(try ending.faults(\.notes, as: "error") == [], "\(words)")
    }
  }

  @Test func `of a laboratory fits it, too, as do its events`() async throws {
    let lab = try LabWorkplace()
    let ending = try await lab.validate("lab.json5", "--json", "--events", "-q")
    #expect(ending.status == 0, "\(ending.notes)")
    #expect(try ending.faults(\.output, as: "leaderboard") == [])
    #expect(try ending.faults(\.notes, as: "event") == [])
  }

  @Test(.enabled(if: Interpreter.python.has("jsonschema"), "needs python3 with jsonschema"))
  func `satisfies Python's validator`() async throws {
    let place = try Workplace()
    #expect(try await place.daunce("run", "run.json5", "-q").status == 0)
    let top = try await place.daunce("top", "run.db", "--json")
    try place.write("top.jsonl", top.output)
    let script = """
      import json, jsonschema
      schema = json.load(open("\(JSONSchema.publishedFile.path)"))
      lines = [json.loads(line) for line in open("top.jsonl")]
      for line in lines: jsonschema.validate(line, schema)
      print(len(lines))
      """
    let (status, output) = try Interpreter.python.run(script, in: place.url)
    #expect(status == 0 && output == "6\n", "\(output)")
  }
}

@Suite struct `--events` {
  @Test func `says what a run does as objects, quiet or not, and how it ended`() async throws {
    let place = try Workplace()
    let ending = try await place.daunce("run", "run.json5", "--events", "--quiet", "--json")
    #expect(ending.status == 0 && ending.output.hasPrefix("{"))
    #expect(try ending.faults(\.notes, as: "event") == [])
    let events = try ending.events()
    let kinds = events.compactMap { $0["event"] as? String }
    #expect(kinds.first == "plan" || kinds.contains("plan"))
    #expect(kinds.last == "done" && events.last?["status"] as? Int == 0)
    let models = events.filter { $0["event"] as? String == "model" }
    let names = ["target"] + (0..<4).map { "model-\($0)" }
    for status in ["trained", "read"] {
      let told = models.filter { $0["status"] as? String == status }
      #expect(Set(told.compactMap { $0["name"] as? String }) == Set(names))
    }
    let progress = events.filter { $0["event"] as? String == "progress" }
    let last = try #require(progress.last)
    #expect(last["ended"] as? Bool == true && last["done"] as? Double == last["total"] as? Double)
    #expect(last["failed"] as? Int == 0 && last["task"] as? String == "training")
    // A second apart, whatever the clock's own seconds; the ends come beside them.
    let seconds = Set(progress.compactMap { $0["time"] as? String })
    #expect(progress.count { $0["ended"] as? Bool == false } <= seconds.count + 1)
  }

  @Test func `end with what went wrong, a command line's mistakes, too`() async throws {
    let place = try Workplace()
    for (words, status) in [(["run", "nothing.json5"], 64), (["run"], 64), (["top", "x.db"], 64)] {
      let ending = try await DaunceProcess(words + ["--events"], in: place.url).ending()
      #expect(try ending.faults(\.notes, as: "event") == [])
      let last = try #require(try ending.events().last)
      #expect(last["event"] as? String == "failed" && last["status"] as? Int == status)
      #expect(Int(ending.status) == status)
    }
  }
}

@Suite struct `score --fail-above` {
  /// A model that has learned to refuse what begins with a word, where the data teach it.
  private func place(isPlanted: Bool) async throws -> Workplace {
    let place = try Workplace()
    try place.write(
      "run.json5",
      Workplace.configuration(models: 3).replacingOccurrences(
        of: "perturbation:",
        with: "target: { epochs: 60 }, perturbation:"
      ).replacingOccurrences(of: "batchSize: 4", with: "batchSize: 4, learningRateMultiplier: 4")
    )
    let queries = Self.rows(of: try place.read("queries.jsonl"), arePlanted: true)
    try place.write("bad.jsonl", queries)
    if !isPlanted {
      try place.write(
        "train.jsonl",
        Self.rows(of: try place.read("train.jsonl"), arePlanted: false)
      )
    }
    #expect(try await place.daunce("run", "run.json5", "-q").status == 0)
    return place
  }

  private static func rows(of file: Data, arePlanted: Bool) -> String {
    String(decoding: file, as: UTF8.self).split(separator: "\n")
      .filter { $0.contains("planted") == arePlanted }.map { "\($0)\n" }.joined()
  }

  private static let check = [
    "score", "run.json5", "--model", "target", "bad.jsonl", "--fail-above", "0.1",
  ]

  @Test func `fails a model that shows the behaviour, and names the queries`() async throws {
    let place = try await place(isPlanted: true)
    let ending = try await DaunceProcess(Self.check, in: place.url).ending()
    #expect(ending.status == 1)
    #expect(
      ending.notes.contains(
        "'target' gives the completions of 'bad.jsonl' a mean probability of 0."
      ),
      "\(ending.notes)"
    )
    #expect(ending.notes.contains(", above 0.1: q") && ending.notes.contains("daunce investigate"))
    let json = try await DaunceProcess(Self.check + ["--json"], in: place.url).ending()
    #expect(try json.objects().count == 3)
    #expect(try json.faults(\.notes, as: "error") == [])
  }

  @Test func `passes one that does not`() async throws {
    let place = try await place(isPlanted: false)
    let ending = try await DaunceProcess(Self.check, in: place.url).ending()
    #expect(ending.status == 0, "\(ending.notes)")
  }
}
