import Experiment
import FoundationEssentials
import Glibc
import Testing
import TestSupport

@testable import Store

@Suite(.serialized) struct VolumeTests {
  /// Prints figures; run with `DAUNCE_BENCHMARKS=1 swift test -c release --filter VolumeTests`.
  @Test(.enabled(if: ProcessInfo.processInfo.environment["DAUNCE_BENCHMARKS"] != nil))
  func `100,000 examples under 50 models are written and read within seconds`() throws {
    let folder = try TemporaryFolder()
    let corpus = Corpus.scripted(train: 100_000, queries: 100)
    let columns = corpus.train.count + corpus.queries.count
    let clock = ContinuousClock()
    let design = SubsetDesign.scripted(examples: 100_000, models: 50)
    var database: RunDatabase?
    print(
      "create",
      try clock.measure { database = try makeRun(folder, corpus: corpus, design: design) }
    )
    let run = try #require(database)
    print(
      "100 commits",
      try clock.measure {
        for _ in 0..<50 {
          let act = try run.askReadings(.reading, model: 0, examples: [0])
          try run.fail(act, kind: .reading, model: 0, reason: "none")
        }
      }
    )
    let logarithms: [Float] = [-1, -2, -3, -4, -5, -6]
    let writing = try clock.measure {
      for model in 0..<50 {
        for first in stride(from: 0, to: columns, by: 1_000) {
          let readings = (first..<min(first + 1_000, columns)).map {
            NumberedReading(
              example: $0,
              reading: read(
                .measured(Double(model * columns + $0).squareRoot()),
                tokens: 6,
                logarithms
              )
            )
          }
          try record(readings, model: model, in: run)
        }
      }
    }
    let keys = (0..<50).map { (number: $0, key: "model-\($0)") }
    print("write", writing)
    var matrix: LossMatrix?
    for view in LossView.allCases {
      print(
        "read",
        view,
        try clock.measure {
          matrix = try run.losses(models: keys, corpus: corpus, view: view)
        }
      )
    }
    print("contents", try clock.measure { _ = try run.contents() })
    print("missing", try #require(matrix).missing)
    var status = stat()
    for name in ["run.db", "run.db-wal"] {
      stat(folder.path(name), &status)
      print(name, status.st_size / 1_000_000, "MB")
    }
  }

  /// Prints figures; run with `DAUNCE_BENCHMARKS=1 swift test -c release --filter VolumeTests`.
  @Test(.enabled(if: ProcessInfo.processInfo.environment["DAUNCE_BENCHMARKS"] != nil))
  func `replies and losses are recorded faster than hosts give them`() async throws {
    let folder = try TemporaryFolder()
    let (examples, models) = (25_000, 4)
    let corpus = Corpus.scripted(train: examples)
    let run = try makeRun(folder, corpus: corpus, design: .scripted(examples: examples))
    let logarithms: [Float] = [-1, -2, -3, -4, -5, -6]
    let reply = [UInt8](repeating: UInt8(ascii: "x"), count: 2_400)
    let request = [UInt8](repeating: UInt8(ascii: "y"), count: 800)
    let fields = [Exchange.Field("content-type", "application/json")]
    func record(_ keys: [String], lookingUp: Bool) throws {
      for example in 0..<examples {
        for model in 0..<models {
          let key = keys[example * models + model]
          if lookingUp { _ = try run.exchange(key, occurrence: 0) }
          try run.enqueue(
            .exchange(
              Exchange(
                key: key,
                method: "POST",
                url: "http://127.0.0.1:8000/v1/completions",
                request: request,
                status: 200,
                fields: fields,
                body: reply,
                asked: example,
                took: 10
              )
            )
          )
          try run.record(
            [NumberedReading(example: example, reading: read(.measured(3), tokens: 6, logarithms))],
            lookingUp ? .repeat : .reading,
            model: model,
            spending: Spending(.scoring, tokens: 100, dollars: 0.00001)
          )
        }
      }
      try run.flush()
    }
    for lookingUp in [false, true] {
      let keys = (0..<(examples * models)).map { number in
        var digest = Digest()
        digest.update("\(number) \(lookingUp)")
        return digest.description
      }
      let (processor, clock) = (Glibc.clock(), ContinuousClock())
      let wall = try clock.measure { try record(keys, lookingUp: lookingUp) } / .seconds(1)
      let used = Double(Glibc.clock() - processor) / Double(CLOCKS_PER_SEC)
      let count = Double(examples * models)
      print(
        "record",
        lookingUp ? "with look-ups:" : "without look-ups:",
        count / wall,
        "a second,",
        used / count * 1e6,
        "µs CPU each"
      )
    }
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    print("peak memory", usage.ru_maxrss / 1024, "MB")
    var status = stat()
    for name in ["run.db", "run.db-wal"] {
      stat(folder.path(name), &status)
      print(name, status.st_size / 1_000_000, "MB")
    }
  }
}
