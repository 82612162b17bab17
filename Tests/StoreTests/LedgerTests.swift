import Experiment
import TestSupport
import Testing

@testable import Store

struct LedgerTests {
  @Test
  func `the occurrences of a key are its replies in the order they were kept`() throws {
    let folder = try TemporaryFolder()
    do {
      let run = try makeRun(folder)
      #expect(try run.exchange("k", occurrence: 0) == nil)
      for body in ["first", "second"] { try run.enqueue(.exchange(exchange("k", body))) }
      try run.enqueue(.exchange(exchange("other", "alone")))
      // Found at once, committed or not.
      #expect(try run.exchange("k", occurrence: 1) == exchange("k", "second"))
      #expect(try run.exchange("k", occurrence: 2) == nil)
      #expect(try run.exchange("k", occurrence: -1) == nil)
      try run.flush()
    }
    let run = try RunDatabase.writer(path: folder.path("run.db"))
    try run.enqueue(.exchange(exchange("k", "third")))
    #expect(
      try (0..<4).map { try run.exchange("k", occurrence: $0) }
        == [exchange("k", "first"), exchange("k", "second"), exchange("k", "third"), nil]
    )
    #expect(try run.exchange("other", occurrence: 0) == exchange("other", "alone"))
    #expect(try run.exchangeCount() == 4)
  }

  @Test
  func `replies are found among thousands, in any order, and repeats are counted across them`()
    throws
  {
    let folder = try TemporaryFolder()
    let count = 9_000
    do {
      let run = try makeRun(folder)
      for number in 0..<count {
        try run.enqueue(.exchange(exchange("\(number)", "reply \(number)")))
        if number % 4_000 == 0 { try run.enqueue(.exchange(exchange("k", "after \(number)"))) }
      }
      try run.flush()
    }
    let run = try RunDatabase.writer(path: folder.path("run.db"))
    try run.enqueue(.exchange(exchange("k", "last")))
    #expect(
      try (0...4).map { try run.exchange("k", occurrence: $0)?.body }
        == ["after 0", "after 4000", "after 8000", "last"].map { Array($0.utf8) } + [nil]
    )
    let reader = try RunDatabase.reader(path: folder.path("run.db"))
    for number in [0, count - 1, 4_094, 4_095, 4_096, 8_191, 8_192, 1] {
      #expect(
        try reader.exchange("\(number)", occurrence: 0)?.body == Array("reply \(number)".utf8)
      )
      #expect(try reader.exchange("\(number)", occurrence: 1) == nil)
    }
    #expect(try reader.exchange("\(count)", occurrence: 0) == nil)
  }

  @Test
  func `an exchange comes back byte for byte`() throws {
    let folder = try TemporaryFolder()
    let run = try makeRun(folder)
    let odd = Exchange(
      key: "🦊",
      method: "GET",
      url: "",
      request: [],
      status: 0,
      fields: [Exchange.Field("a", "\u{0}\u{7F}\"\\é"), Exchange.Field("", "")],
      body: Array(0...255),
      asked: .max,
      took: 0
    )
    try run.enqueue(.exchange(odd))
    #expect(try run.exchange("🦊", occurrence: 0) == odd)
  }

  @Test
  func `the ledger tells what exists still, oldest first`() throws {
    let folder = try TemporaryFolder()
    let file = RemoteResource(.file, id: "file-1", job: "job 0", host: "openai")
    let job = RemoteResource(.job, id: "ftjob-1", job: "job 0", host: "openai")
    let other = RemoteResource(.file, id: "file-1", job: "job 1", host: "openai")
    do {
      let run = try makeRun(folder)
      for resource in [file, job, file, other] { try run.add(resource) }
      #expect(try run.resources(job: nil) == [file, job, other])
      #expect(try run.resources(job: "job 0") == [file, job])
      #expect(try !run.isGone(file))
      try run.remove(file)
      try run.remove(file)
      #expect(try run.resources(job: nil) == [job, other])
      #expect(try run.isGone(file))
      #expect(try !run.isGone(other))
      try run.add(file)
      #expect(try !run.isGone(file))
    }
    let read = try RunDatabase.reader(path: folder.path("run.db"))
    #expect(try read.resources(job: nil) == [job, other, file])
  }

  @Test
  func `money is added up by kind, in the commit of what it was spent on`() throws {
    let folder = try TemporaryFolder()
    let run = try makeRun(folder)
    #expect(try run.spending().isEmpty)
    for example in 0..<10 {
      try run.record(
        [NumberedReading(example: example, reading: read(.measured(1)))],
        .reading,
        model: example % 2,
        spending: Spending(.scoring, tokens: 10, dollars: 0.25)
      )
    }
    try run.enqueue(.spending(Spending(.hosting, tokens: 0, dollars: 1), model: 0))
    let act = try run.askTraining(model: 3, key: "job 3")
    try run.answerTraining(
      act,
      model: 3,
      result: TrainedModel(
        model: ModelReference("m"),
        checkpoints: [],
        hyperparameters: Hyperparameters(),
        tokens: 7
      ),
      spending: Spending(.training, tokens: 7, dollars: 3)
    )
    #expect(
      try run.spending() == [
        Spending(.hosting, tokens: 0, dollars: 1), Spending(.scoring, tokens: 100, dollars: 2.5),
        Spending(.training, tokens: 7, dollars: 3),
      ]
    )
    #expect(try run.standing().spending == run.spending())
  }

  @Test
  func `missing losses are counted by example and reason`() throws {
    let folder = try TemporaryFolder()
    let run = try makeRun(folder)
    let reasons = ["truncated", "no echo", "truncated"]
    try record(
      reasons.enumerated().map {
        NumberedReading(
          example: $0,
          reading: .missing(reason: $1)
        )
      } + [NumberedReading(example: 3, reading: read(.measured(1)))],
      model: 0,
      in: run
    )
    let missing = try run.missing()
    #expect(missing.map(\.reason) == reasons)
    #expect(missing.map(\.example) == [0, 1, 2])
    #expect(missing.map(\.count) == [1, 1, 1])
  }
}
