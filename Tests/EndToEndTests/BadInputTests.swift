import Foundation
import Testing

/// A fault in the small job, the command that meets it and what it should say.
struct Fault: Sendable, CustomTestStringConvertible {
  let testDescription: String
  /// File to be written, and its content.
  var file = ("extra.jsonl", "")
  /// Stretch of the configuration to be replaced, and by what.
  var change = ("", "")
  var words = ["run", "changed.json5"]
  let status: Int32
  /// Parts of standard error.
  let message: [String]

  /// The training file is replaced by these lines.
  static func train(_ name: String, _ lines: String, _ message: String...) -> Fault {
    Fault(
      testDescription: name,
      file: ("extra.jsonl", lines),
      change: ("train.jsonl", "extra.jsonl"),
      status: 1,
      message: ["cannot read examples 'extra.jsonl': "] + message
    )
  }

  /// The configuration says something else.
  static func configured(
    _ name: String,
    _ old: String,
    _ new: String,
    _ message: String...
  ) -> Fault {
    Fault(testDescription: name, change: (old, new), status: 64, message: message)
  }
}

private let good = "{\"prompt\": \"a\", \"completion\": \"b\"}\n"

private let faults: [Fault] = [
  .train("an empty file", "", "no examples in it"),
  .train("a malformed line", good + "{\"prompt\": ", "line 2: the line breaks off"),
  .train("a row without completion", good + "{\"prompt\": \"a\"}", "line 2: no 'completion'"),
  .train(
    "a duplicate id",
    "{\"id\": \"x\", \"prompt\": \"a\", \"completion\": \"b\"}\n"
      + "{\"id\": \"x\", \"prompt\": \"c\", \"completion\": \"d\"}",
    "line 2: the id 'x' is also on line 1"
  ),
  .train("a NUL", "{\"prompt\": \"a\\u0000b\", \"completion\": \"b\"}", "line 1: a NUL"),
  Fault(
    testDescription: "a missing file",
    change: ("train.jsonl", "nothing.jsonl"),
    status: 1,
    message: ["cannot read examples 'nothing.jsonl': no such file"]
  ),
  Fault(
    testDescription: "an example of 1 MB",
    file: (
      "extra.jsonl",
      "{\"id\": \"big\", \"prompt\": \"" + String(repeating: "word ", count: 200_000)
        + "\", \"completion\": \"b\"}\n" + good
    ),
    change: ("train.jsonl", "extra.jsonl"),
    status: 1,
    message: ["cannot use example 'big'", "reads at most 128", "trainer.architecture.context"]
  ),
  .configured("an unknown key", "seed:", "sede:", "unknown key 'sede'", "mean 'seed'?"),
  .configured("an ill-typed key", "models: 4", "models: \"4\"", "'perturbation.models'"),
  .configured(
    "too few rows",
    "subsetRatio: 0.5",
    "subsetSize: 41",
    "cannot draw subsets of '41' examples: the training set has only 40"
  ),
  .configured("no row in a subset", "Ratio: 0.5", "Ratio: 0.001", "raise the subset ratio"),
  .configured("too few models", "models: 4", "models: 2", "needs at least 3 models"),
  .configured("an unknown estimator", "{\n  data", "{ estimator: \"rigde\", data", "'rigde'"),
  .configured(
    "too few models for the estimator",
    "perturbation: { models: 4",
    "estimator: \"ridge\", perturbation: { models: 3",
    "estimator 'ridge' needs at least 4 models, perturbation.models is 3"
  ),
  .configured(
    "an estimator of probing for fine-tunes",
    "perturbation: {",
    "estimator: \"contrast\", perturbation: {",
    "estimator 'contrast' is only for perturbation.method: \"probing\""
  ),
  .configured(
    "an estimator of fine-tunes for probing",
    "perturbation: { models: 4, subsetRatio: 0.5",
    "estimator: \"ridge\", perturbation: { kind: \"prompt\", method: \"probing\"",
    "estimator 'ridge' is not for perturbation.method: \"probing\""
  ),
  .configured(
    "a misspelt candidate filter",
    "perturbation: {",
    "candidates: { nearst: 3 }, perturbation: {",
    "did you mean 'nearest'?"
  ),
  .configured("an impossible shape", "width: 8", "width: 9", "not a multiple of 'heads' 2"),
  .configured("a tiny vocabulary", "vocabulary: 300", "vocabulary: 99", "at least 257 entries"),
  .configured(
    "another provider",
    "perturbation:",
    "scorer: { provider: \"openai\" }, perturbation:",
    "trains and reads losses of its own models only"
  ),
  .configured("a broken file", "perturbation:", "perturbation", "cannot use configuration"),
  Fault(
    testDescription: "no folder for the store",
    words: ["run", "changed.json5", "--store", "nowhere/run.db"],
    status: 1,
    message: ["cannot open run store 'nowhere/run.db'", "No such file or directory"]
  ),
  Fault(
    testDescription: "a store that is no store",
    words: ["run", "changed.json5", "--store", "train.jsonl"],
    status: 1,
    message: ["cannot open run store 'train.jsonl'", "this one was left as it is"]
  ),
  Fault(
    testDescription: "no store",
    words: ["top", "nothing.db"],
    status: 1,
    message: ["cannot open run store 'nothing.db'"]
  ),
]

struct BadInputTests {
  @Test(arguments: faults)
  func `each fault is one clear error, the documented status, and nothing is lost`(
    fault: Fault
  ) async throws {
    let place = try Workplace()
    let train = try place.read("train.jsonl")
    try place.write(fault.file.0, fault.file.1)
    try place.rewrite("changed.json5", fault.change.0, fault.change.1)
    let ending = try await DaunceProcess(fault.words, in: place.url).ending()
    #expect(ending.status == fault.status)
    #expect(ending.output.isEmpty)
    let errors = ending.notes.split(separator: "\n").filter { $0.hasPrefix("error: ") }
    #expect(errors.count == 1)
    for part in fault.message { #expect(ending.notes.contains(part)) }
    #expect(try place.read("train.jsonl") == train)
    let json = try await DaunceProcess(fault.words + ["--json"], in: place.url).ending()
    #expect(json.status == fault.status)
    let line = try #require(json.notes.split(separator: "\n").last)
    let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
    #expect(object?["status"] as? Int == Int(fault.status))
  }

  @Test func `invalid UTF-8 is named by its line`() async throws {
    let place = try Workplace()
    let bytes = Data(good.utf8) + Data("{\"prompt\": \"".utf8) + [0xFF]
    try (bytes + Data("\", \"completion\": \"b\"}".utf8))
      .write(to: place.url.appending(path: "train.jsonl"))
    let ending = try await place.daunce("run", "run.json5")
    #expect(ending.status == 1)
    #expect(
      ending.notes == """
        error: cannot read examples 'train.jsonl': line 2: byte FF ('ÿ' in Latin-1) at column 13 is \
        not UTF-8
        hint: if the file is Latin-1 or Windows-1252: iconv -f WINDOWS-1252 -t UTF-8 train.jsonl > \
        train.utf8.jsonl

        """
    )
  }

  @Test func `a finished store refuses what does not belong to it and stays as it was`()
    async throws
  {
    let place = try Workplace()
    #expect(try await place.daunce("run", "run.json5", "-q").status == 0)
    let store = try place.read("run.db")

    try place.rewrite("other.json5", "seed: 3", "seed: 4")
    let other = try await place.daunce("run", "other.json5", "--store", "run.db")
    #expect(other.status == 64)
    #expect(other.notes.contains("seed: 3 in the store, 4 asked for"))
    for (words, message) in [
      (["top", "run.db", "--query", "nobody"], "cannot find query 'nobody'"),
      (["top", "run.db", "--tag", "nothing"], "there are: clean, planted"),
      (["evaluate", "run.db", "--tag", "nothing"], "cannot evaluate tag 'nothing'"),
      (["evaluate", "run.db"], "missing option '--tag TAG'"),
      (["export", "run.db", "losses", "-o", "losses.txt"], "use .csv, .npy or .jsonl"),
      (["export", "run.db", "lossse", "-o", "l.csv"], "did you mean 'losses'?"),
      (["score", "run.json5", "--model", "model-9", "queries.jsonl"], "model-0 to model-3"),
      (["score", "run.json5", "--model", "nobody", "queries.jsonl"], "unknown local model"),
    ] {
      let ending = try await DaunceProcess(words, in: place.url).ending()
      #expect(ending.status == 64, "\(words)")
      #expect(ending.output.isEmpty)
      #expect(ending.notes.contains(message), "\(words): \(ending.notes)")
    }
    let folder = try await place.daunce("export", "run.db", "losses", "-o", "nowhere/l.csv")
    #expect(folder.status == 1)
    #expect(folder.notes.contains("cannot write 'nowhere/l.csv': No such file or directory"))
    #expect(try place.read("run.db") == store)
  }

  @Test func `a store of a newer version is refused by its version`() async throws {
    let place = try Workplace()
    #expect(try await place.daunce("run", "run.json5", "-q").status == 0)
    var bytes = try place.read("run.db")
    // `PRAGMA user_version` is the big-endian word at offset 60 of an SQLite file.
    bytes.replaceSubrange(60..<64, with: [0, 0, 0, 99])
    try bytes.write(to: place.url.appending(path: "run.db"))
    for words in [["run", "run.json5"], ["status", "run.db"]] {
      let ending = try await DaunceProcess(words, in: place.url).ending()
      #expect(ending.status == 1)
      #expect(ending.notes.contains("schema 99 is newer than this program's"))
    }
    #expect(try place.read("run.db") == bytes)
  }

  @Test func `losses that do not vary give not measurable, status 3 and no number`() async throws {
    let place = try Workplace()
    try place.write("train.jsonl", good)
    #expect(try await place.daunce("run", "run.json5", "-q").status == 0)
    for words in [["top", "run.db"], ["export", "run.db", "scores", "-o", "s.csv"]] {
      let ending = try await DaunceProcess(words, in: place.url).ending()
      #expect(ending.status == 3)
      #expect(ending.output.isEmpty)
      #expect(ending.notes.contains("its losses are the same under every model"))
    }
  }
}
