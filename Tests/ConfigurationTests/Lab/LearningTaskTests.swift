import Experiment
import FoundationEssentials
import Kernels
import Validation
import ReferenceModels
import TestSupport
import Testing

@testable import Configuration

/// A task of a configuration whose files lie in a folder.
private func made(
  _ data: String,
  model: String = "kind: 'softmax'",
  training: String = "ridge: 0.01",
  seed: Int = 1,
  in folder: borrowing TemporaryFolder
) throws -> (task: LearningTask, notes: [String]) {
  let text = """
    { data: { \(data) }, model: { \(model) }, training: { \(training) }, seed: \(seed),
      perturbation: { training: { epochs: 1, learningRate: 0.1 } } }
    """
  return try ValidationConfiguration(
    json5: Array(text.utf8),
    folder: folder.path("") + "/",
    defaultName: "file"
  ).task()
}

private let tiny = """
  kind: 'transformer', width: 8, layers: 1, heads: 2, vocabulary: 300, context: 128, rank: 2,
  baseEpochs: 0
  """
private let steps = "epochs: 1, learningRate: 0.1"

extension TemporaryFolder {
  fileprivate func write(_ name: String, _ text: String) throws {
    try Data(text.utf8).write(to: url.appending(path: name))
  }
}

/// Ten rows whose first feature is their number.
private let table =
  "number,noise,label\n"
  + (0..<10).map { "\($0),\($0 * 7 % 5),\($0 % 2 == 0 ? "even" : "odd")\n" }
  .joined()

struct LearningTaskTests {
  @Test func `generated data keep their sizes and their tags`() throws {
    let folder = try TemporaryFolder()
    let (task, notes) = try made(
      """
      generated: { train: 40, queries: 8, features: 8, classes: 3, flipped: 0.1, triggered: 0.2,
                   decoys: 0.05, triggeredQueries: 4 }
      """,
      in: folder
    )
    #expect(task.train == Array(0..<40) && task.queries == Array(40..<52))
    #expect(task.trainTags.count == 40 && task.queryTags.count == 12)
    func count(_ tag: String) -> Int { task.trainTags.count { $0.contains(tag) } }
    #expect(count("flipped") == 4 && count("trigger") == 8 && count("decoy") == 2)
    #expect(task.queryTags.map { $0.contains("trigger") } == (0..<12).map { $0 >= 8 })
    #expect(task.planted == ("trigger", "decoy"))
    #expect(task.model.parameterCount == 3 * 9)
    #expect(task.labelled?.classes == 3)
    #expect(notes.isEmpty)
  }

  @Test func `equal tasks share a key, others have their own`() throws {
    let folder = try TemporaryFolder()
    let data = "generated: { train: 40, queries: 8, features: 8, classes: 3 }"
    func key(_ task: LearningTask) -> String {
      var key = ContentKey("task", version: 1)
      task.add(to: &key)
      return key.text
    }
    let first = key(try made(data, in: folder).task)
    #expect(key(try made(data, in: folder).task) == first)
    for other in [
      try made(data, seed: 2, in: folder),
      try made(data, training: "ridge: 0.02", in: folder),
      try made(data, model: "kind: 'perceptron', hidden: [2]", training: steps, in: folder),
      try made(data.replacing("queries: 8", with: "queries: 9"), in: folder),
    ] { #expect(key(other.task) != first) }
  }

  @Test func `a table is parted at random, and every row is in one part`() throws {
    let folder = try TemporaryFolder()
    try folder.write("rows.csv", table)
    func rows(_ task: LearningTask, _ members: [Int]) throws -> [Double] {
      let data = try #require(task.labelled)
      return members.map { data.features[$0, 0] }
    }
    let task = try made("csv: 'rows.csv'", in: folder).task
    #expect(task.train.count == 8 && task.queries.count == 2)
    let train = try rows(task, task.train)
    let queries = try rows(task, task.queries)
    #expect(Set(train + queries) == Set((0..<10).map(Double.init)))
    // Classes are named, so they are in the order of their names.
    let labels = try #require(task.labelled?.labels)
    #expect(zip(train + queries, labels).allSatisfy { Int($0) % 2 == $1 })
    let other = try made("csv: 'rows.csv'", seed: 2, in: folder).task
    #expect(try rows(other, other.train) != train)
  }

  @Test(arguments: [
    ("train: 6", 6, 4), ("queries: 3", 7, 3), ("train: 4, queries: 2", 4, 2),
    ("train: 9", 9, 1),
  ])
  func `numbers of rows are what is asked for`(text: String, train: Int, queries: Int) throws {
    let folder = try TemporaryFolder()
    try folder.write("rows.csv", table)
    let (task, _) = try made("csv: 'rows.csv', \(text)", in: folder)
    #expect(task.train.count == train && task.queries.count == queries)
  }

  @Test(arguments: ["train: 10", "queries: 9", "queries: 10", "train: 6, queries: 5", "train: 1"])
  func `more rows than there are, or too few, are refused`(text: String) throws {
    let folder = try TemporaryFolder()
    try folder.write("rows.csv", table)
    let error = try #require(
      #expect(throws: ConfigurationError.self) {
        try made("csv: 'rows.csv', \(text)", in: folder)
      }
    )
    #expect(error.cause.contains("has 10 rows, not "))
    #expect(error.hint?.contains("data.train") == true)
  }

  @Test func `two tables give all their rows, and what they lack is named`() throws {
    let folder = try TemporaryFolder()
    try folder.write("rows.csv", table)
    try folder.write("ask.csv", "number,noise,label\n3,1,odd\n4,5,even\n")
    try folder.write("other.csv", "number,noise,label\n3,1,prime\n")
    try folder.write("wide.csv", "number,noise,more,label\n3,1,1,odd\n")
    let (task, _) = try made("train: 'rows.csv', queries: 'ask.csv'", in: folder)
    #expect(task.train == Array(0..<10) && task.queries == [10, 11])
    #expect(task.labelled?.labels.suffix(2) == [1, 0])
    for (file, words) in [("other.csv", "the class 'prime'"), ("wide.csv", "3 features are not")] {
      let error = try #require(
        #expect(throws: TableFileError.self) {
          try made("train: 'rows.csv', queries: '\(file)'", in: folder)
        }
      )
      #expect(error.reason.contains(words) && error.file.hasSuffix(file))
    }
  }

  @Test func `a constant feature is noted and no failure`() throws {
    let folder = try TemporaryFolder()
    try folder.write(
      "rows.csv",
      table.replacing("\n", with: ",1\n").replacing("label,1", with: "label,same")
    )
    let (task, notes) = try made("csv: 'rows.csv', label: 'label'", in: folder)
    #expect(notes == ["feature 'same' is the same in every training row and is ignored"])
    #expect(task.model.parameterCount == 2 * 4)
  }

  @Test func `texts keep their tags and their order`() throws {
    let folder = try TemporaryFolder()
    try folder.write(
      "train.jsonl",
      (0..<6).map {
        """
        {"prompt": "say \($0)", "completion": " \($0)", "tags": ["\($0 == 2 ? "bad" : "clean")"]}

        """
      }.joined()
    )
    try folder.write("ask.jsonl", #"{"prompt": "say 2", "completion": " 2", "tags": ["bad"]}"#)
    let (task, notes) = try made(
      "train: 'train.jsonl', queries: 'ask.jsonl'",
      model: tiny,
      training: steps,
      in: folder
    )
    #expect(task.train == Array(0..<6) && task.queries == [6])
    #expect(task.trainTags.map { $0 == ["bad"] } == [false, false, true, false, false, false])
    #expect(task.queryTags == [["bad"]])
    #expect(task.labelled == nil && notes.isEmpty)
    #expect(task.model.count == 7)
  }

  @Test func `a scenario gives so many of its rows, with its tags`() throws {
    let folder = try TemporaryFolder()
    let (task, _) = try made(
      "scenario: 'trigger', train: 60, queries: 9",
      model: tiny.replacing("128", with: "256"),
      training: steps,
      in: folder
    )
    #expect(task.train.count == 60 && task.queries.count == 9)
    #expect(task.planted == ("backdoor", "decoy"))
    #expect(task.trainTags.contains { $0.contains("backdoor") })
    #expect(task.trainTags.allSatisfy { !$0.isEmpty })
  }

  @Test func `a transformer refuses features, and a perceptron texts`() throws {
    let folder = try TemporaryFolder()
    try folder.write("rows.csv", table)
    for (data, model, words) in [
      ("csv: 'rows.csv'", tiny, "a transformer reads texts, not features"),
      ("generated: {}", tiny, "a transformer reads texts, not features"),
      ("scenario: 'topic'", "kind: 'perceptron', hidden: [3]", "only a transformer reads texts"),
    ] {
      let error = try #require(
        #expect(throws: ConfigurationError.self) {
          try made(data, model: model, training: steps, in: folder)
        }
      )
      #expect(error.code == .conflict && error.path == "model.kind" && error.cause == words)
      #expect(error.hint != nil)
    }
  }

  @Test func `images that do not fill the rows are refused with a hint`() throws {
    let folder = try TemporaryFolder()
    try folder.write("rows.csv", table)
    let error = try #require(
      #expect(throws: ReferenceModelError.self) {
        try made(
          "csv: 'rows.csv'",
          model: "kind: 'convolution', image: { height: 4, width: 4 }",
          training: steps,
          in: folder
        )
      }
    )
    #expect(error.code == .architecture)
    #expect(error.description == "images of 1×4×4 do not fill rows of 2 features")
    #expect(error.hint == "channels × height × width must be the number of features")
  }

  @Test func `a text that is too long for the model is named with the key that helps`() throws {
    let folder = try TemporaryFolder()
    let line =
      #"{"id": "long", "prompt": "\#(String(repeating: "w ", count: 400))", "completion": "b"}"#
    try folder.write("train.jsonl", line)
    let error = try #require(
      #expect(throws: ReferenceModelError.self) {
        try made(
          "train: 'train.jsonl', queries: 'train.jsonl'",
          model: tiny,
          training: steps,
          in: folder
        )
      }
    )
    #expect(error.code == .tooLong && error.description.contains("example 'long'"))
  }

  @Test func `a file that is not there is named`() throws {
    let folder = try TemporaryFolder()
    let table = #expect(throws: TableFileError.self) { try made("csv: 'none.csv'", in: folder) }
    #expect(table?.description.hasSuffix("none.csv': no such file") == true)
    let texts = #expect(throws: ExampleFileError.self) {
      try made("train: 'none.jsonl', queries: 'q'", model: tiny, training: steps, in: folder)
    }
    #expect(texts?.code == .unreadable && texts?.reason == "no such file")
  }
}
