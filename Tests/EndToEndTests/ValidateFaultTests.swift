import Foundation
import Testing

/// What is wrong with a validation's input, and what it should say.
struct ValidateFault: Sendable, CustomTestStringConvertible {
  let testDescription: String
  /// The table, made from a good one's lines.
  var table: @Sendable ([Substring]) -> [String] = { $0.map(String.init) }
  /// Stretch of the configuration to be replaced, and by what.
  var change = ("", "")
  var words: [String] = []
  let status: Int32
  /// Parts of the error.
  let message: [String]

  /// The table has other lines.
  static func table(
    _ name: String,
    _ message: String...,
    change: @escaping @Sendable ([Substring]) -> [String]
  ) -> ValidateFault {
    ValidateFault(
      testDescription: name,
      table: change,
      status: 1,
      message: ["cannot read table 'rows.csv': "] + message
    )
  }

  /// A line of the table is another one.
  static func row(_ name: String, _ row: String, _ message: String...) -> ValidateFault {
    ValidateFault(
      testDescription: name,
      table: { lines in lines.indices.map { $0 == 8 ? row : String(lines[$0]) } },
      status: 1,
      message: ["cannot read table 'rows.csv': line 9"] + message
    )
  }

  /// The configuration says something else.
  static func configured(
    _ name: String,
    _ old: String,
    _ new: String,
    status: Int32 = 64,
    _ message: String...
  ) -> ValidateFault {
    ValidateFault(testDescription: name, change: (old, new), status: status, message: message)
  }
}

private let epochs = "epochs: 9, learningRate: 1e300"

private let faults: [ValidateFault] = [
  .row("a cell that is no number", "1,x,2,class 0", "column 'b'", "'x' is not a number"),
  .row("NaN", "1,NaN,2,class 0", "'NaN' is not a finite number"),
  .row("a number beyond all", "1,1e999,2,class 0", "not a finite number"),
  .row("an empty cell", "1,,2,class 0", "column 'b'", "an empty cell"),
  .row("a ragged row", "1,2,class 0", "3 cells, but line 1 has 4"),
  .row("a row without its class", "1,2,3,", "the class is missing"),
  .table("an empty table", "no rows in it") { _ in [] },
  .table("names alone", "no rows below the names") { [String($0[0])] },
  .table("one class", "every row has the class 'class 0'") { lines in
    lines.filter { !$0.hasSuffix("1") && !$0.hasSuffix("2") }.map(String.init)
  },
  .table("as many classes as rows", "48 classes in 48 rows") { lines in
    lines.enumerated().map { $0 == 0 ? String($1) : "\($1) \($0)" }
  },
  .configured(
    "a table that is not there",
    "rows.csv",
    "none.csv",
    status: 1,
    "cannot read table 'none.csv': no such file"
  ),
  .configured(
    "a class that no column holds",
    "csv: \"rows.csv\"",
    "csv: \"rows.csv\", label: \"lable\"",
    status: 1,
    "no column is named 'lable'",
    "the columns are named a, b, c, label"
  ),
  .configured(
    "more rows than there are",
    "csv: \"rows.csv\"",
    "csv: \"rows.csv\", train: 50, queries: 20",
    "cannot use configuration 'lab.json5': 'rows.csv' has 60 rows, not 50 to train on and 20 to ask"
  ),
  .configured("a misspelt key", "truth:", "thruth:", "unknown key 'thruth'", "mean 'truth'?"),
  .configured("a number as text", "models: 12", "models: \"12\"", "'truth.models'"),
  .configured(
    "two retrained models",
    "models: 12",
    "models: 2",
    "2",
    "3"
  ),
  .configured(
    "a subset of no row",
    "models: 12, subsetRatio: 0.5",
    "models: 12, subsetRatio: 0.001",
    "cannot retrain on subsets of 0 examples: there are 48 training examples"
  ),
  .configured(
    "a subset of every row",
    "models: 12, subsetRatio: 0.5",
    "models: 12, subsetRatio: 1",
    "cannot retrain on subsets of 48 examples"
  ),
  .configured(
    "further training on no row",
    "draws:",
    "further: { subsetRatio: 0.001, training: { epochs: 1, learningRate: 0.1 } }, draws:",
    "cannot retrain on subsets of 0 examples"
  ),
  .configured(
    "perturbed models of no row",
    "models: [6, 12], subsetRatio: 0.5",
    "models: [6, 12], subsetRatio: 0.001",
    "cannot train perturbed models on subsets of 0 examples"
  ),
  .configured(
    "thresholds on few models",
    "truth: { models: 12,",
    "threshold: \"hard\", truth: { models: 5,",
    "cannot choose thresholds on 5 retrained models"
  ),
  .configured(
    "few sets to leave out",
    "draws:",
    "sensitivity: { size: 24, training: { epochs: 1, learningRate: 0.1 } }, draws:",
    "cannot measure further training without 2 sets of examples"
  ),
  .configured(
    "no query",
    "csv: \"rows.csv\"",
    "generated: { queries: 0 }",
    "cannot study 'lab': it has no queries"
  ),
  .configured("two perturbed models", "[6, 12]", "2", "'perturbation.models'"),
  .configured(
    "an unknown method",
    "draws:",
    "methods: [\"influenza\"], draws:",
    "cannot use configuration 'lab.json5': there is no method 'influenza'",
    "did you mean 'influence'?"
  ),
  .configured(
    "a transformer on features",
    "kind: \"softmax\" },\n  training: { ridge: 0.01 }",
    "kind: \"transformer\" }, training: { epochs: 1, learningRate: 0.1 }",
    "cannot use configuration 'lab.json5': a transformer reads texts, not features"
  ),
  .configured(
    "a network without epochs",
    "kind: \"softmax\"",
    "kind: \"perceptron\", hidden: [3]",
    "'training.epochs' is missing"
  ),
  .configured(
    "a target that diverges",
    "kind: \"softmax\" },\n  training: { ridge: 0.01 }",
    "kind: \"perceptron\", hidden: [3] }, training: { epochs: 9, learningRate: 1e300 }",
    status: 1,
    "cannot train the target: ",
    "lower the learning rate"
  ),
  .configured(
    "perturbed models that diverge",
    "learningRate: 0.1",
    "learningRate: 1e200",
    status: 1,
    "cannot train the target further on 24 examples: ",
    "lower the learning rate"
  ),
  .configured(
    "further training that diverges to large numbers",
    "draws:",
    "further: { training: { epochs: 3, learningRate: 1e12 } }, draws:",
    status: 1,
    "training diverged: the mean loss is ",
    "lower the learning rate"
  ),
  ValidateFault(
    testDescription: "no thread",
    words: ["--threads", "0"],
    status: 64,
    message: ["cannot use '0' for '--threads'"]
  ),
  ValidateFault(
    testDescription: "no folder for the store",
    words: ["--store", "nowhere/lab.db"],
    status: 1,
    message: ["cannot open trainings 'nowhere/lab.db'", "No such file or directory"]
  ),
  ValidateFault(
    testDescription: "a store that is no store",
    words: ["--store", "rows.csv"],
    status: 1,
    message: ["cannot open trainings 'rows.csv'", "this one was left as it is"]
  ),
]

struct ValidateFaultTests {
  @Test(arguments: faults)
  func `each fault is one clear error with a hint and the documented status`(
    fault: ValidateFault
  ) async throws {
    let place = try LabWorkplace()
    let table = fault.table(LabWorkplace.table().split(separator: "\n"))
      .joined(separator: "\n")
    try place.write("rows.csv", table)
    try place.rewrite(fault.change)
    let command = ["validate", "lab.json5"] + fault.words
    let ending = try await DaunceProcess(command + ["-q"], in: place.url).ending()
    #expect(ending.status == fault.status)
    #expect(ending.output.isEmpty)
    let lines = ending.notes.split(separator: "\n")
    #expect(lines.count { $0.hasPrefix("error: ") } == 1)
    #expect(lines.count { $0.hasPrefix("hint: ") } <= 1 && lines.count <= 2, "\(ending.notes)")
    #expect(!ending.notes.contains("— hint"))
    for part in fault.message { #expect(ending.notes.contains(part), "\(ending.notes)") }
    #expect(try Data(contentsOf: place.url.appending(path: "rows.csv")) == Data(table.utf8))

    let json = try await DaunceProcess(command + ["-q", "--json"], in: place.url).ending()
    #expect(json.status == fault.status)
    #expect(json.output.isEmpty)
    let object = try JSONSerialization.jsonObject(with: Data(json.notes.utf8)) as? [String: Any]
    #expect(object?["status"] as? Int == Int(fault.status))
    #expect((object?["error"] as? String).map { lines.first == "error: \($0)" } == true)
  }

  @Test func `a constant feature is noted, and the figures are the same without it`() async throws {
    let place = try LabWorkplace()
    let plain = try await place.validate("lab.json5", "--json", "-q")
    let lines = LabWorkplace.table().split(separator: "\n").enumerated()
    try place.write("rows.csv", lines.map { "\($0 == 0 ? "same" : "7.5"),\($1)\n" }.joined())
    let ending = try await place.validate("lab.json5", "--json")
    #expect(ending.status == 0)
    let note = "feature 'same' is the same in every training row and is ignored"
    #expect(ending.notes.contains("note: \(note)"))
    #expect(try ending.board()["notes"] as? [String] == [note])
    let known = try plain.methods()
    for (name, row) in try ending.methods() where name.hasPrefix("influence-h") {
      let lds = try #require(row["lds"] as? Double)
      let other = try #require(known[name]?["lds"] as? Double)
      #expect(abs(lds - other) < 0.05)
    }
  }

  @Test func `a singular Hessian leaves methods out by name, and no figure is missing`()
    async throws
  {
    let place = try LabWorkplace()
    // Without a ridge the classes' parameters are known up to a common vector only.
    try place.rewrite(
      ("{ ridge: 0.01 }", "{ epochs: 9, batchSize: 8, learningRate: 0.1 }")
    )
    let ending = try await place.validate("lab.json5", "--json", "-q")
    #expect(ending.status == 0)
    let notes = try #require(try ending.board()["notes"] as? [String])
    for name in ["influence", "influence-hessian", "influence-fisher"] {
      #expect(
        notes.contains { $0.hasPrefix("\(name) is left out: cannot invert the ") },
        "\(name): \(notes)"
      )
    }
    let methods = try ending.methods()
    #expect(methods["influence"] == nil && methods["graddot"] != nil)
    for (name, row) in methods { #expect(row["lds"] is Double, "\(name)") }
    let page = try await place.validate("lab.json5", "-q")
    #expect(page.output.contains("influence is left out: cannot invert"))
  }

  @Test func `queries whose outcomes are constant are skipped and counted`() async throws {
    let place = try LabWorkplace()
    // Two queries so far out that no model gives them a loss that differs from 0.
    try place.write(
      "ask.csv",
      LabWorkplace.table(rows: 9, seed: 6) + "1e9,0,0,class 0\n0,1e9,0,class 1\n"
    )
    try place.rewrite(("csv: \"rows.csv\"", "train: \"rows.csv\", queries: \"ask.csv\""))
    let ending = try await place.validate("lab.json5", "--json", "-q")
    #expect(ending.status == 0)
    let board = try ending.board()
    #expect(board["queries"] as? Int == 11)
    #expect(board["skipped"] as? Int == 2)
    for (name, row) in try ending.methods() { #expect(row["lds"] is Double, "\(name)") }
    let page = try await place.validate("lab.json5", "-q")
    #expect(page.output.contains("2 queries with outcomes that are all equal"))
  }
}
