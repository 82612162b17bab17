import Foundation
import Statistics
import Testing

/// Every part of a validation, on made-up data with plants, small.
private let whole = """
  {
    name: "whole", seed: 1,
    data: { generated: { train: 40, queries: 6, features: 8, classes: 3, flipped: 0.1,
                         triggered: 0.1, decoys: 0.1, triggeredQueries: 4 } },
    model: { kind: "perceptron", hidden: [3] },
    training: { epochs: EPOCHS, batchSize: 8, learningRate: 0.1, momentum: 0.9, ridge: 0.01 },
    truth: { models: 20, seeds: 2 },
    further: { models: 8, training: { epochs: 1, batchSize: 8, learningRate: 0.05 } },
    perturbation: {
      models: [5, 10],
      training: { epochs: 2, batchSize: 8, learningRate: 0.05, ridge: 0.01 },
      objectives: { "hessian": {}, "trak": { learningRate: 0.01 } },
    },
    damping: 0.1,
    valuation: { permutations: 2, subsets: 40, groups: 4 },
    counterfactuals: {
      methods: ["influence", "random"], queries: 3,
      removal: { sizes: [4, 8] }, brittleness: { sizes: [1, 4] },
      tailPatch: { top: 2, learningRate: 0.01 },
    },
    sensitivity: { groups: 4, seeds: 2, epochs: [1, 2],
                   training: { epochs: 1, batchSize: 8, learningRate: 0.05 } },
    draws: 50,
  }
  """

/// The same, most of whose time goes into trainings that are kept.
private func quick(epochs: Int) -> String {
  let methods = """
    methods: ["daunce-correlation", "influence-ekfac", "source", "leave-one-out", "influence",
              "random"],
    """
  return whole.replacing("EPOCHS", with: "\(epochs)").replacing(
    "damping",
    with: methods + "damping"
  )
}

struct ValidateTests {
  @Test func `another process finds what was trained of a language model`() async throws {
    let place = try LabWorkplace()
    try place.write(
      "lab.json5",
      """
      {
        data: { scenario: "trigger", train: 16, queries: 3 },
        model: { kind: "transformer", width: 8, layers: 1, heads: 2, rank: 2, baseEpochs: 1 },
        training: { epochs: 1, batchSize: 8, learningRate: 0.01, optimizer: "adam" },
        truth: { models: 4 },
        perturbation: { models: 4, training: { epochs: 1, batchSize: 8, learningRate: 0.01 } },
        methods: ["daunce-covariance", "graddot"],
        draws: 20,
      }
      """
    )
    let first = try await place.validate("lab.json5", "--json", "-q")
    #expect(first.status == 0, "\(first.notes)")
    let second = try await place.validate("lab.json5", "--json", "-q")
    #expect(second.untimed == first.untimed)
    // The seconds are those of the trainings that were kept, so equal ones were not done again.
    let seconds = try #require(try first.board()["truthSeconds"] as? Double)
    #expect(try second.board()["truthSeconds"] as? Double == seconds)
  }

  @Test func `every part of a validation is on the page and in the record`() async throws {
    let place = try LabWorkplace()
    try place.write("lab.json5", whole.replacing("EPOCHS", with: "4"))
    let ending = try await place.validate("lab.json5", "--json", "-q")
    #expect(ending.status == 0 && ending.notes.isEmpty)
    let board = try ending.board()
    #expect(board["subject"] as? String == "whole")
    #expect(board["examples"] as? Int == 40 && board["queries"] as? Int == 10)
    for table in ["scaling", "removals", "brittleness", "tailPatch", "decay"] {
      #expect((board[table] as? [Any])?.isEmpty == false, "\(table)")
    }
    let methods = try ending.methods()
    let names = [
      "daunce-correlation", "daunce-hessian-covariance", "daunce-trak-covariance", "graddot",
      "tracin", "sgd-influence", "source", "influence", "influence-ekfac", "trak", "logra",
      "group-leave-out", "leave-one-out", "shapley", "banzhaf", "datamodels", "knn-shapley",
      "random",
    ]
    for name in names { #expect(methods[name] != nil, "\(name)") }
    for (name, row) in methods {
      for key in [
        "method", "access", "lds", "low", "high", "ap", "auroc", "trainings", "seconds",
      ] { #expect(row[key] != nil, "\(name): \(key)") }
      let lds = try #require(row["lds"] as? Double)
      #expect((-1...1).contains(lds))
      let low = try #require(row["low"] as? Double)
      let high = try #require(row["high"] as? Double)
      #expect(low <= high)
      for key in ["ap", "auroc"] {
        #expect((0...1).contains(try #require(row[key] as? Double)))
      }
      #expect(try #require(row["seconds"] as? Double) >= 0)
    }
    #expect(methods["random"]?["access"] as? String == "data")
    #expect(methods["leave-one-out"]?["trainings"] as? Int == 41)

    // The same trainings again, from the archive.
    let page = try await place.validate("lab.json5", "-q")
    #expect(page.status == 0)
    for words in ["Methods against ground truth on whole", "positive = helps the query"] {
      #expect(page.output.contains(words))
    }
    for name in names { #expect(page.output.contains("  \(name) ")) }
    #expect(!page.output.lowercased().contains("nan "))
  }

  @Test func `figures depend on the seed and not on the number of threads`() async throws {
    let place = try LabWorkplace()
    let text = whole.replacing("EPOCHS", with: "4")
    try place.write("lab.json5", text)
    try place.write("other.json5", text.replacing("seed: 1", with: "seed: 2"))
    let one = try await place.validate("lab.json5", "--json", "-q", "--threads", "1")
    let two = try await place.validate(
      "lab.json5",
      "--json",
      "-q",
      "--threads",
      "2",
      "--store",
      "two.db"
    )
    let other = try await place.validate("other.json5", "--json", "-q")
    #expect(one.status == 0 && two.status == 0 && other.status == 0)
    #expect(one.untimed == two.untimed)
    #expect(one.untimed != other.untimed)
    // A store is for any number of configurations: what is known of one is not used for another.
    let shared = try await place.validate("other.json5", "--json", "-q", "--store", "two.db")
    #expect(shared.untimed == other.untimed)
  }

  @Test func `a validation killed at any moment resumes to the same figures`() async throws {
    let place = try LabWorkplace()
    try place.write("lab.json5", quick(epochs: 10))
    let clock = ContinuousClock()
    var started = clock.now
    let expected = try await place.validate("lab.json5", "--json", "-q", "--store", "whole.db")
    #expect(expected.status == 0)
    var duration = clock.now - started
    var generator = SplitMix64(seed: 21)
    var kills = 0
    var round = 0
    while kills < 5, round < 20 {
      let words = ["validate", "lab.json5", "--json", "-q", "--store", "killed-\(round).db"]
      round += 1
      // Later moments meet a validation that is being resumed.
      for _ in 0..<2 {
        started = clock.now
        let run = try DaunceProcess(words, in: place.url)
        await run.send(SIGKILL, after: duration / .seconds(1) * generator.uniform())
        guard try await run.ending().status == -SIGKILL else {
          // It was faster than the first: other tests were running then.
          duration = min(duration, clock.now - started)
          break
        }
        kills += 1
      }
      let ending = try await DaunceProcess(words, in: place.url).ending()
      #expect(ending.status == 0)
      #expect(ending.untimed == expected.untimed)
    }
    #expect(kills >= 5)
  }

  @Test(arguments: [SIGINT, SIGTERM])
  func `an interrupted validation ends with 130 and the same command resumes it`(
    signal: Int32
  ) async throws {
    let place = try LabWorkplace()
    try place.write("lab.json5", quick(epochs: 60))
    let run = try DaunceProcess(["validate", "lab.json5", "--json"], in: place.url)
    try waitForTraining(in: place)
    run.send(signal)
    let stopped = try await run.ending()
    #expect(stopped.status == 130)
    #expect(stopped.output.isEmpty)
    let last = try #require(stopped.notes.split(separator: "\n").last)
    let error = try JSONSerialization.jsonObject(with: Data(last.utf8)) as? [String: Any]
    #expect(error?["error"] as? String == "interrupted")
    #expect(error?["hint"] as? String == "the same command resumes")
    let resumed = try await place.validate("lab.json5", "--json", "-q")
    let fresh = try await place.validate("lab.json5", "--json", "-q", "--store", "fresh.db")
    #expect(resumed.status == 0)
    #expect(resumed.untimed == fresh.untimed)
  }

  @Test func `a second process on the same trainings is refused`() async throws {
    let place = try LabWorkplace()
    try place.write("lab.json5", quick(epochs: 60))
    let first = try DaunceProcess(["validate", "lab.json5", "-q"], in: place.url)
    try waitForTraining(in: place)
    first.send(SIGSTOP)
    let second = try await place.validate("lab.json5")
    #expect(second.status == 1)
    #expect(second.output.isEmpty)
    #expect(
      second.notes.contains("cannot open trainings 'lab.lab.db': another process is writing to it")
    )
    #expect(second.notes.contains("hint: "))
    first.send(SIGCONT)
    #expect(try await first.ending().status == 0)
  }

  /// Waits until results are being kept.
  ///
  /// It does not give up its thread: when it got one back, the validation might be over.
  private func waitForTraining(in place: borrowing LabWorkplace) throws {
    let path = place.url.appending(path: "lab.lab.db-wal").path
    for _ in 0..<10_000 {
      let attributes = try? FileManager.default.attributesOfItem(atPath: path)
      if (attributes?[.size] as? Int ?? 0) > 20_000 { return }
      Thread.sleep(forTimeInterval: 0.001)
    }
    Issue.record("no training was kept")
  }
}
