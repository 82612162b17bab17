import Experiment
import Foundation
import Statistics
import Store
import TestSupport
import Testing

/// Runs on a host that fails, killed again and again.
///
/// The whole size (200 rows, 12 models, 20 kills and more) takes minutes and is asked for by
/// `DAUNCE_KILLS=20 swift test -c release --disable-xctest --filter HostedInterruptionTests`.
struct HostedInterruptionTests {
  private static let wanted = ProcessInfo.processInfo.environment["DAUNCE_KILLS"].flatMap {
    Int($0)
  }

  @Test func `a killed run on a failing host resumes to the same bytes and pays nothing twice`()
    async throws
  {
    if let kills = Self.wanted {
      try await rehearse(Rehearsal(rows: 200, models: 12, kills: kills, longest: 3.5))
    } else {
      try await rehearse(Rehearsal(rows: 24, models: 3, kills: 4, longest: 1.5))
    }
  }

  /// The size of a rehearsal.
  private struct Rehearsal {
    let rows: Int
    let models: Int
    let kills: Int
    /// Seconds after which a session is killed at the latest.
    let longest: Double
  }

  private func rehearse(_ size: Rehearsal) async throws {
    let place = try HostedPlace(rows: size.rows)
    let calm = try await SandboxProcess(in: place.url, "--folder", "calm")
    try place.configure("calm", models: size.models, at: calm)
    #expect(try await place.daunce("run", "calm.json5", "-q").status == 0)
    try await calm.stop()
    let expected = try await place.losses(of: "calm.db")

    let host = try await SandboxProcess(
      in: place.url,
      "--folder",
      "box",
      "--faults",
      "0.2",
      "--hang",
      "2"
    )
    try place.configure("run", models: size.models, at: host)
    var generator = SplitMix64(seed: 7)
    var moments: [Moment] = []
    var status: Int32?
    var sessions = 0
    while status != 0, sessions < size.kills * 4 + 10 {
      sessions += 1
      let run = try DaunceProcess(["run", "run.json5", "-q"], in: place.url)
      if moments.count < size.kills {
        await run.send(SIGKILL, after: size.longest * generator.uniform())
      }
      let ending = try await run.ending()
      status = ending.status
      if status == -SIGKILL {
        moments.append(try await place.moment(at: host))
      } else {
        #expect(status == 0, "\(ending.notes)")
      }
    }
    #expect(status == 0)
    #expect(moments.count == size.kills)
    #expect(try await place.losses(of: "run.db") == expected)
    try await requireOneJobEach(size.models + 1, at: host)
    try await requirePaidOnce(moments, in: place, at: host)
    try await requireCleanOnce(in: place, at: host, generator: &generator)
    try await host.stop()
  }

  // MARK: What must hold

  /// Every job's tag has one job that did not fail, and no job is there that was not asked for.
  private func requireOneJobEach(_ count: Int, at host: SandboxProcess) async throws {
    let jobs = try await host.list("fine_tuning/jobs")
    let byTag = Dictionary(grouping: jobs) { $0.metadata?["daunce_job"] ?? "none" }
    #expect(byTag.count == count)
    #expect(byTag["none"] == nil)
    for (tag, jobs) in byTag {
      #expect(jobs.count { $0.status == "succeeded" } == 1, "\(tag)")
      #expect(jobs.allSatisfy { $0.status == "succeeded" || $0.status == "failed" }, "\(tag)")
    }
    let log = try await host.log()
    #expect(log.jobs.served + log.jobs.cut == jobs.count)
    let failed = jobs.count { $0.status == "failed" }
    #expect(jobs.count == count + failed)
    print("jobs: \(jobs.count) made, \(failed) failed by the host; \(log.requests) requests")
  }

  /// What a store held when its run was killed was not asked for again, and what was on its way is
  /// bounded.
  private func requirePaidOnce(
    _ moments: [Moment],
    in place: borrowing HostedPlace,
    at host: SandboxProcess
  ) async throws {
    let end = try await place.moment(at: host)
    let needed = end.recorded
    #expect(end.wasted(needed) >= 0)
    for moment in moments {
      for (pair, count) in moment.recorded where count == needed[pair] {
        #expect(end.served[pair] == moment.served[pair], "\(pair.model)")
      }
    }
    let wasted = end.wasted(needed)
    // Under way, in the queue, and in a commit: each at most the calls that may be under way.
    #expect(wasted <= moments.count * HostedPlace.concurrency * HostedPlace.batch)
    print(
      "kills: \(moments.count); losses: \(needed.values.reduce(0, +)), asked for again: \(wasted)"
    )
  }

  /// A clean that is killed goes on where it was, and deletes nothing that another run made.
  private func requireCleanOnce(
    in place: borrowing HostedPlace,
    at host: SandboxProcess,
    generator: inout SplitMix64
  ) async throws {
    try place.configure("other", models: 3, seed: 4, at: host)
    #expect(try await place.daunce("run", "other.json5", "-q").status == 0)
    let kinds = ["files", "models"]
    let own = try RunDatabase.reader(path: place.url.appending(path: "run.db").path)
      .resources(job: nil).map(\.id)
    #expect(!own.isEmpty)
    var before: [String: Set<String>] = [:]
    for kind in kinds { before[kind] = Set(try await host.list(kind).map(\.id)) }
    var status: Int32?
    var kills = 0
    while status != 0, kills < 40 {
      let clean = try DaunceProcess(["clean", "run.db"], in: place.url)
      if kills < 5 { await clean.send(SIGKILL, after: 0.05 + generator.uniform()) }
      let ending = try await clean.ending()
      status = ending.status
      kills += 1
      #expect(status == 0 || status == -SIGKILL, "\(ending.notes)")
    }
    #expect(status == 0)
    let left = try RunDatabase.reader(path: place.url.appending(path: "run.db").path)
    #expect(try left.resources(job: nil).isEmpty)
    let others = try RunDatabase.reader(path: place.url.appending(path: "other.db").path)
      .resources(job: nil).map(\.id)
    #expect(!others.isEmpty)
    for kind in kinds {
      let after = Set(try await host.list(kind).map(\.id))
      #expect(after.isDisjoint(with: own), "\(kind)")
      #expect(Set(others).intersection(before[kind] ?? []).isSubset(of: after), "\(kind)")
    }
    #expect(try await place.daunce("clean", "other.db").status == 0)
    #expect(try await host.list("files").isEmpty)
    #expect(try await host.list("models").map(\.id) == ["reference"])
  }
}

/// A text under a model; the text by its digest.
private struct Pair: Hashable {
  let model: String
  let text: String
}

/// What a store and the host say at one moment: how often each pair was recorded and served.
private struct Moment {
  let recorded: [Pair: Int]
  let served: [Pair: Int]

  /// Losses served that are not needed.
  func wasted(_ needed: [Pair: Int]) -> Int {
    served.reduce(0) { $0 + max(0, $1.value - (needed[$1.key] ?? 0)) }
  }
}

/// A folder with a job for the sandbox.
private struct HostedPlace: ~Copyable {
  static let concurrency = 8
  static let batch = 16
  private let temporary: TemporaryFolder
  private let texts: Set<String>

  var url: URL { temporary.url }

  init(rows: Int) throws {
    let temporary = try TemporaryFolder()
    let colours = ["red", "blue", "green", "white", "black"]
    func row(_ id: String, _ number: Int) -> Example {
      Example(
        id: id,
        prompt: .text("What colour is number \(number)?"),
        completion: " " + colours[number * 7 % 5]
      )
    }
    let train = (0..<rows).map { row("t\($0)", $0) }
    let queries = (0..<6).map { row("q\($0)", 1000 + $0) }
    for (name, examples) in [("train.jsonl", train), ("queries.jsonl", queries)] {
      let lines = examples.map { ExampleFile.line(for: $0, includingIdentity: true) + [0x0A] }
      try Data(lines.joined()).write(to: temporary.url.appending(path: name))
    }
    texts = Set((train + queries).map { Self.digest($0.prompt.text + $0.completion) })
    self.temporary = temporary
  }

  /// Writes a configuration.
  func configure(_ name: String, models: Int, seed: Int = 3, at host: SandboxProcess) throws {
    let text = """
      {
        data: { train: "train.jsonl", queries: "queries.jsonl" },
        target: { base: "reference" },
        trainer: {
          provider: "sandbox", baseURL: "\(host.url)",
          hyperparameters: { epochs: 1, batchSize: 8 },
        },
        scorer: { concurrency: \(Self.concurrency) },
        perturbation: { models: \(models), subsetRatio: 0.3, start: "base", seed: \(seed) },
      }
      """
    try Data(text.utf8).write(to: url.appending(path: name + ".json5"))
  }

  func daunce(_ words: String...) async throws -> DaunceProcess.Ending {
    try await DaunceProcess(words, in: url).ending()
  }

  /// The losses as exported.
  func losses(of store: String) async throws -> Data {
    #expect(try await daunce("export", store, "losses", "-o", "\(store).csv").status == 0)
    return try Data(contentsOf: url.appending(path: "\(store).csv"))
  }

  /// What `run.db` holds and what the host served, of the run's own texts.
  func moment(at host: SandboxProcess) async throws -> Moment {
    var recorded: [Pair: Int] = [:]
    let path = url.appending(path: "run.db").path
    if let database = try? RunDatabase.reader(path: path) {
      var last: Int64 = 0
      while let page = try? database.exchanges(after: last, limit: 500), let end = page.last?.id {
        for (_, exchange) in page
        where exchange.status == 200 && exchange.url.hasSuffix("/completions") {
          guard let request = try? JSONDecoder().decode(Request.self, from: Data(exchange.request))
          else { continue }
          for text in request.prompt.texts {
            recorded[Pair(model: request.model, text: Self.digest(text)), default: 0] += 1
          }
        }
        last = end
      }
    }
    var served: [Pair: Int] = [:]
    for pair in try await host.log().prices.pairs {
      served[Pair(model: pair.model, text: pair.prompt)] = pair.served
    }
    // Greetings and probes are no losses of the run, and the base is not one of its models.
    func isOwn(_ pair: Pair) -> Bool { texts.contains(pair.text) && pair.model != "reference" }
    return Moment(
      recorded: recorded.filter { isOwn($0.key) },
      served: served.filter { isOwn($0.key) }
    )
  }

  private static func digest(_ text: String) -> String {
    var digest = Digest()
    digest.update(text)
    return digest.description
  }

  /// A request for losses.
  private struct Request: Decodable {
    struct Prompt: Decodable {
      let texts: [String]

      init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let one = try? container.decode(String.self) {
          texts = [one]
        } else {
          texts = try container.decode([String].self)
        }
      }

    }

    let model: String
    let prompt: Prompt
  }
}
