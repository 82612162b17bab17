import Experiment
import FoundationEssentials
import Testing
import TestSupport

@testable import Store

/// A run store in a folder of its own with nothing trained yet.
func makeRun(
  _ folder: borrowing TemporaryFolder,
  corpus: Corpus = .scripted(),
  design: SubsetDesign = .scripted()
) throws -> RunDatabase {
  let database = try RunDatabase.writer(path: folder.path("run.db"))
  try database.create(
    Manifest(
      settings: "{}",
      train: "t",
      queries: "q",
      method: "m",
      program: "1",
      design: design
    ),
    corpus: corpus,
    target: nil,
    keys: (-1..<design.models).map { "job \($0)" }
  )
  return database
}

/// Records losses of one call and waits for them.
func record(
  _ readings: [NumberedReading],
  model: Int,
  _ kind: Act.Kind = .reading,
  in run: RunDatabase
)
  throws
{
  let act = try run.askReadings(kind, model: model, examples: readings.map(\.example)[...])
  try run.record(readings, kind, model: model)
  try run.answerReadings(act, model: model)
  try run.flush()
}

func read(_ loss: Loss, tokens: Int = 2, _ logarithms: [Float] = []) -> LossReading {
  LossReading(loss: loss, tokens: tokens, tokenLogProbabilities: logarithms, method: "forward")
}

struct RunDatabaseTests {
  @Test
  func `what is created is read back as it was, whatever the texts hold`() throws {
    let folder = try TemporaryFolder()
    let odd = "NUL \u{0} inside, \"quotes\", line\r\nbreaks, 🦊 e\u{301}"
    let corpus = Corpus(
      train: [
        Example(id: odd, prompt: .text(odd), completion: "", tags: [odd, ""]),
        Example(id: "big", prompt: .text(""), completion: String(repeating: "é", count: 500_000)),
      ],
      queries: [
        Example(
          id: "q",
          prompt: .chat([Message(role: "system", content: odd), Message(role: "user", content: "")]
          ),
          completion: odd
        )
      ]
    )
    let design = SubsetDesign(
      examples: 2,
      start: .base,
      seed: .max,
      subsets: [
        .init(seed: 1 << 63, members: [0, 1], weights: [0.1, .pi]), .init(seed: 0, members: []),
      ]
    )
    let written = try makeRun(folder, corpus: corpus, design: design)
    let read = try #require(try RunDatabase.reader(path: folder.path("run.db")).contents())
    #expect(read.corpus == corpus)
    #expect(read.manifest.design == design)
    #expect(try written.contents()?.manifest == read.manifest)
    #expect(read.models.map(\.number) == [-1, 0, 1])
    #expect(read.models.map(\.key) == ["job -1", "job 0", "job 1"])
    #expect(read.models.allSatisfy { $0.status == .planned })
  }

  @Test
  func `rows that say more than their texts are kept as they stood`() throws {
    let folder = try TemporaryFolder()
    let corpus = Corpus(
      train: try ExampleFile.parse(GeneratedRows(50, seed: 8).file, role: .train, file: ""),
      queries: Corpus.scripted().queries
    )
    _ = try makeRun(folder, corpus: corpus)
    let read = try #require(try RunDatabase.reader(path: folder.path("run.db")).contents()?.corpus)
    for (mine, theirs) in zip(corpus.train, read.train) {
      #expect(theirs.row == (mine.row?.saysMore == true ? mine.row : nil))
      #expect(theirs.prompt == mine.prompt)
      #expect(theirs.completion == mine.completion)
      #expect(theirs.rendering == mine.rendering)
      #expect([theirs.id] + theirs.tags == [mine.id] + mine.tags)
    }
  }

  @Test
  func `losses come back bit for bit, and what is not a number comes back missing`() throws {
    let folder = try TemporaryFolder()
    let run = try makeRun(folder)
    let values: [Double] = [
      .leastNonzeroMagnitude, .leastNormalMagnitude, 0.1, 1 / 3, 3, 1e300,
      .greatestFiniteMagnitude, Double(bitPattern: 0x4005_BF0A_8B14_5769), 0,
    ]
    try record(
      values.enumerated().map { NumberedReading(example: $0, reading: read(.measured($1))) }
        + [
          NumberedReading(example: 9, reading: read(.measured(.nan))),
          NumberedReading(example: 10, reading: read(.measured(.infinity))),
          NumberedReading(example: 11, reading: read(.censored(atLeast: 0.1))),
          NumberedReading(example: 12, reading: .missing(reason: "forward")),
        ],
      model: 2,
      in: run
    )
    let matrix = try run.losses(models: [(2, "model-2")], corpus: .scripted(), view: .sum)
    for (column, value) in values.enumerated() {
      let read = try #require(matrix[model: 0, column: column]?.value)
      #expect(read.bitPattern == value.bitPattern)
    }
    #expect(matrix[model: 0, column: 9] == nil)
    #expect(matrix[model: 0, column: 10] == nil)
    #expect(matrix[model: 0, column: 11] == .censored(atLeast: 0.1))
    #expect(matrix[model: 0, column: 12] == nil)
    let model = try #require(try run.contents()?.models[3])
    #expect([model.measured, model.censored, model.missing] == [9, 1, 3])
  }

  @Test(arguments: LossView.allCases)
  func `a matrix shows each loss through the view as the loss itself does`(view: LossView) throws {
    let folder = try TemporaryFolder()
    let corpus = Corpus.scripted()
    let run = try makeRun(folder, corpus: corpus)
    for model in 0..<4 {
      try record(
        (corpus.train + corpus.queries).enumerated().map {
          NumberedReading(
            example: $0,
            reading: ScriptedScorer.reading(of: $1, under: ModelReference("\(model)"))
          )
        },
        model: model,
        in: run
      )
    }
    let rows = [(number: 0, key: "a"), (number: 3, key: "b")]
    let matrix = try run.losses(models: rows, corpus: corpus, view: view)
    #expect(matrix.models == ["a", "b"])
    for (row, model) in rows.enumerated() {
      for (column, example) in (corpus.train + corpus.queries).enumerated() {
        let reading = ScriptedScorer.reading(of: example, under: ModelReference("\(model.number)"))
        #expect(matrix[model: row, column: column] == reading.loss(view))
      }
    }
  }

  @Test
  func `losses and their second readings come back whole`() throws {
    let folder = try TemporaryFolder()
    let run = try makeRun(folder)
    let first = read(.measured(3.5), tokens: 2, [-1.5, -2])
    let second = read(.censored(atLeast: 2), tokens: 1, [-0.1])
    try record([NumberedReading(example: 4, reading: first)], model: 1, in: run)
    try record([NumberedReading(example: 4, reading: second)], model: 1, .repeat, in: run)
    #expect(try run.readings(model: 1) == [NumberedReading(example: 4, reading: first)])
    #expect(
      try run.repeats() == [RepeatRecord(model: 1, example: 4, first: first, second: second)]
    )
    #expect(try run.answered(model: 1, .reading) == [4])
    #expect(try run.answered(model: 1, .repeat) == [4])
  }

  @Test
  func `an act is in the journal before it is answered`() throws {
    let folder = try TemporaryFolder()
    let run = try makeRun(folder)
    let training = try run.askTraining(model: 0, key: "job 0")
    #expect(try run.acts().map(\.outcome) == [nil])
    #expect(try run.contents()?.models[1].status == .running)
    try run.answerTraining(
      training,
      model: 0,
      result: TrainedModel(
        model: ModelReference("ft:1"),
        checkpoints: [ModelReference("ft:0")],
        hyperparameters: Hyperparameters(epochs: 2, learningRateMultiplier: 0.1),
        tokens: 77
      )
    )
    let reader = try run.askReadings(.reading, model: 0, examples: [0, 1, 2, 5])
    try run.fail(reader, kind: .reading, model: 0, reason: "no")
    let acts = try run.acts()
    #expect(acts.map(\.outcome) == ["succeeded", "no"])
    #expect(acts.map(\.subject) == ["job 0", "0-2,5"])
    #expect(acts.allSatisfy { $0.answered != nil })
    let model = try #require(try run.contents()?.models[1])
    #expect(model.status == .succeeded)
    #expect(model.reference?.name == "ft:1")
    #expect(model.checkpoints == [ModelReference("ft:0")])
    #expect(model.hyperparameters == Hyperparameters(epochs: 2, learningRateMultiplier: 0.1))
    #expect(model.tokens == 77)
    #expect(model.error == "no")
  }

  @Test
  func `a call whose pair is recorded already changes nothing`() throws {
    let folder = try TemporaryFolder()
    let run = try makeRun(folder)
    try record([NumberedReading(example: 1, reading: read(.measured(1)))], model: 0, in: run)
    #expect(throws: StoreError.self) {
      try record(
        [0, 1].map { NumberedReading(example: $0, reading: read(.measured(2))) },
        model: 0,
        in: run
      )
    }
    #expect(try run.readings(model: 0).map(\.reading.loss) == [.measured(1)])
    #expect(try run.contents()?.models[1].answered == 1)
    #expect(try run.acts().last?.outcome == nil)
  }

  @Test
  func `a reader sees what a writer has committed`() throws {
    let folder = try TemporaryFolder()
    let run = try makeRun(folder)
    let reader = try RunDatabase.reader(path: folder.path("run.db"))
    #expect(try reader.answered(model: 0, .reading) == [])
    try record([NumberedReading(example: 3, reading: read(.measured(1)))], model: 0, in: run)
    #expect(try reader.answered(model: 0, .reading) == [3])
  }
}
