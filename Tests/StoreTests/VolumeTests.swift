import Experiment
import FoundationEssentials
import Glibc
import Testing
import TestSupport

@testable import Store

struct VolumeTests {
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
          let act = try run.askPrices(.price, model: 0, examples: [0])
          try run.fail(act, kind: .price, model: 0, reason: "none")
        }
      }
    )
    let logarithms: [Float] = [-1, -2, -3, -4, -5, -6]
    let writing = try clock.measure {
      for model in 0..<50 {
        for first in stride(from: 0, to: columns, by: 1_000) {
          let prices = (first..<min(first + 1_000, columns)).map {
            NumberedPrice(
              example: $0,
              price: price(
                .measured(Double(model * columns + $0).squareRoot()),
                tokens: 6,
                logarithms
              )
            )
          }
          try record(prices, model: model, in: run)
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
}
