import Experiment
import Foundation
import Statistics
import Store
import Testing

/// Long enough that a signal meets it at work.
private let epochs = 60

struct InterruptionTests {
  @Test func `a run killed at any moment resumes to the same bytes and repeats nothing`()
    async throws
  {
    let place = try Workplace(models: 4, epochs: 12)
    let clock = ContinuousClock()
    var started = clock.now
    #expect(try await place.daunce("run", "run.json5", "-q", "--store", "whole.db").status == 0)
    var whole = clock.now - started
    let expected = try await tables(of: "whole.db", in: place)

    var generator = SplitMix64(seed: 20)
    var kills = 0
    var round = 0
    while kills < 24, round < 60 {
      let store = "killed-\(round).db"
      round += 1
      // Up to three moments a store: later ones meet a run that is being resumed.
      for _ in 0..<3 {
        started = clock.now
        let run = try DaunceProcess(["run", "run.json5", "-q", "--store", store], in: place.url)
        await run.send(SIGKILL, after: whole / .seconds(1) * generator.uniform())
        guard try await run.ending().status == -SIGKILL else {
          // It was faster than the first: other tests were running then.
          whole = min(whole, clock.now - started)
          break
        }
        kills += 1
      }
      #expect(try await place.daunce("run", "run.json5", "-q", "--store", store).status == 0)
      #expect(try await tables(of: store, in: place) == expected, "\(store)")
      try requireNoRepetition(place.url.appending(path: store).path)
    }
    #expect(kills >= 20)
  }

  @Test func `an interrupted run ends with 130 and the same command resumes it`() async throws {
    let place = try Workplace(models: 4, epochs: epochs)
    #expect(try await place.daunce("run", "run.json5", "-q", "--store", "whole.db").status == 0)
    for signal in [SIGINT, SIGTERM] {
      let store = "stopped-\(signal).db"
      let run = try DaunceProcess(["run", "run.json5", "--store", store], in: place.url)
      try waitForRun(store, in: place)
      run.send(signal)
      let ending = try await run.ending()
      #expect(ending.status == 130)
      #expect(ending.output.isEmpty)
      #expect(ending.notes.contains("error: interrupted\nhint: the same command resumes\n"))
      #expect(try await place.daunce("run", "run.json5", "-q", "--store", store).status == 0)
      #expect(
        try await tables(of: store, in: place) == tables(of: "whole.db", in: place)
      )
    }
  }

  @Test func `a second process on the same store is refused, a reader is not`() async throws {
    let place = try Workplace(models: 4, epochs: epochs)
    let first = try DaunceProcess(["run", "run.json5", "-q"], in: place.url)
    try waitForRun("run.db", in: place)
    first.send(SIGSTOP)
    let second = try await place.daunce("run", "run.json5")
    #expect(second.status == 1)
    #expect(second.notes.contains("another process is writing to it (pid "))
    let status = try await place.daunce("status", "run.db", "--json")
    #expect(status.status == 0)
    #expect(try status.objects().first?["phase"] as? String != "complete")
    first.send(SIGCONT)
    #expect(try await first.ending().status == 0)
  }

  /// Losses and membership as exported.
  private func tables(of store: String, in place: borrowing Workplace) async throws -> [Data] {
    var tables: [Data] = []
    for table in ["losses", "membership"] {
      let file = "\(store)-\(table).csv"
      #expect(try await place.daunce("export", store, table, "-o", file).status == 0)
      tables.append(try place.read(file))
    }
    return tables
  }

  /// Waits until the run is recorded, which is when its process holds the lock.
  ///
  /// It does not give up its thread: when it got one back, the run might be over.
  private func waitForRun(_ store: String, in place: borrowing Workplace) throws {
    let path = place.url.appending(path: store).path
    for _ in 0..<10_000 {
      if let contents = try? RunDatabase.reader(path: path).contents(), contents.models.count > 1 {
        return
      }
      Thread.sleep(forTimeInterval: 0.002)
    }
    Issue.record("the run did not begin")
  }

  /// Reads the journal: no fine-tune is asked for after it succeeded, no loss after it was given.
  private func requireNoRepetition(_ path: String) throws {
    let database = try RunDatabase.reader(path: path)
    var trained: Set<Int> = []
    // What a model still lacked when its losses were last asked for, by kind and model.
    var lacking: [[Int]: Set<Int>] = [:]
    for act in try database.acts() {
      let isAnswered = act.outcome == "succeeded"
      switch act.kind {
      case .train:
        #expect(!trained.contains(act.model), "model \(act.model) was trained already")
        if isAnswered { trained.insert(act.model) }
      case .reading, .repeat:
        let examples = act.subject.split(separator: ",").flatMap { part in
          let ends = part.split(separator: "-").compactMap { Int($0) }
          return ends.isEmpty ? [] : Array(ends[0]...ends[ends.count - 1])
        }
        let pass = [act.kind == .reading ? 0 : 1, act.model]
        #expect(!examples.isEmpty)
        #expect(
          lacking[pass]?.isSuperset(of: examples) ?? true,
          "model \(act.model): a loss was asked for twice"
        )
        lacking[pass] = isAnswered ? [] : Set(examples)
      }
    }
    #expect(trained.count == 5)
    // The last act of a pass may be without an outcome: losses are committed before it is.
    let models = try database.standing().models
    #expect(models.reduce(0) { $0 + $1.answered + $1.repeated } == 5 * 46 + 40)
  }
}
