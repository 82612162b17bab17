import Experiment
import Foundation
import Store
import TestSupport
import Testing

/// Runs whose prompts are optimised on a host, killed in the middle of an optimisation.
struct OptimisationInterruptionTests {
  @Test(.timeLimit(.minutes(3)))
  func `an optimisation that is killed goes on where it was, to the same bytes`() async throws {
    let place = try OptimisedPlace()
    let calm = try await SandboxProcess(in: place.url, "--folder", "calm")
    try place.configure("calm", at: calm)
    let whole = try await place.daunce("run", "calm.json5")
    try #require(whole.status == 0, "\(whole.notes)")
    #expect(whole.notes.contains(" of \(OptimisedPlace.inputs) inputs"), "\(whole.notes)")
    let expected = try await place.losses(of: "calm.db")
    let needed = try await place.served(at: calm)
    try await calm.stop()

    let host = try await SandboxProcess(in: place.url, "--folder", "box")
    // Slowly, so that the moment is noticed in time on a busy machine, too.
    try place.configure("run", at: host, scorer: "requestsPerMinute: 3600,")
    // θ0's losses come first, then the prompt of each model is sought.
    var lost = 0
    for inputs in [150, 300, OptimisedPlace.inputs + 150] {
      let run = try DaunceProcess(["run", "run.json5", "-q"], in: place.url)
      let store = place.url.appending(path: "run.db")
      await run.send(
        SIGKILL,
        when: {
          OptimisedPlace.answers(in: store) >= OptimisedPlace.columns + inputs
        }
      )
      #expect(try await run.ending().status == -SIGKILL)
      let moment = try await place.moment()
      // What was answered but not on the disk yet, in this session or an earlier one.
      let recorded = try OptimisedPlace.recorded(in: place.url.appending(path: "run.db"))
      lost = try await place.served(at: host).reduce(0) {
        $0 + max(0, $1.value - (recorded[$1.key] ?? 0))
      }
      #expect(moment.made < 3)
      #expect(moment.optimising > 0)
    }
    try place.configure("run", at: host)
    #expect(try await place.daunce("run", "run.json5", "-q").status == 0)
    #expect(try await place.losses(of: "run.db") == expected)
    let served = try await place.served(at: host)
    #expect(Set(served.keys) == Set(needed.keys))
    // Every session greets its host; the run's own texts are what may not be paid for again.
    let own = try OptimisedPlace.recorded(in: place.url.appending(path: "calm.db"))
    let again = own.keys.reduce(0) { $0 + max(0, (served[$1] ?? 0) - (needed[$1] ?? 0)) }
    #expect(again <= lost)
    try await host.stop()
  }
}

/// A folder with a small job for the sandbox.
private struct OptimisedPlace: ~Copyable {
  static let samples = 3
  static let batchSize = 4
  static let columns = 19
  static let epochs = 20
  /// Most inputs of one optimisation: in each of two steps an epoch all samples and the best prompt.
  static let inputs = epochs * 2 * (samples + 1) * batchSize
  private let temporary: TemporaryFolder

  var url: URL { temporary.url }

  init() throws {
    let temporary = try TemporaryFolder()
    let colours = ["red", "blue", "green", "white"]
    for (name, count) in [("train", 16), ("queries", 3)] {
      let lines = (0..<count).map { number in
        let animal = ["cat", "dog", "owl"][number % 3]
        let verb = ["is", "was"][number / 2 % 2]
        return Example(
          id: "\(name)\(number)",
          prompt: .text("What colour \(verb) the \(animal) of house \(number + count)?"),
          completion: " " + colours[number * 7 % 4]
        )
      }.map { ExampleFile.line(for: $0, includingIdentity: true) + [0x0A] }
      try Data(lines.joined()).write(to: temporary.url.appending(path: "\(name).jsonl"))
    }
    self.temporary = temporary
  }

  /// Writes a configuration.
  func configure(_ name: String, at host: SandboxProcess, scorer: String = "") throws {
    let text = """
      {
        data: { train: "train.jsonl", queries: "queries.jsonl" },
        target: { model: "reference" },
        scorer: { provider: "sandbox", baseURL: "\(host.url)", \(scorer) concurrency: 1 },
        perturbation: {
          kind: "prompt", method: "bdpl", models: 3, subsetSize: 8, seed: 3,
          length: 3, samples: \(Self.samples), epochs: \(Self.epochs), batchSize: \(Self.batchSize), labels: [],
        },
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

  /// How often the host read each text.
  func served(at host: SandboxProcess) async throws -> [String: Int] {
    Dictionary(
      try await host.log().prices.pairs.map { ($0.prompt, $0.served) },
      uniquingKeysWith: +
    )
  }

  /// How often each of the rows' texts, with and without prompts, was recorded, by its digest.
  static func recorded(in store: URL) throws -> [String: Int] {
    var counts: [String: Int] = [:]
    let store = try RunDatabase.reader(path: store.path)
    for (_, exchange) in try store.exchanges(after: 0, limit: 10_000) {
      let request = try? JSONSerialization.jsonObject(with: Data(exchange.request))
      let prompt = (request as? [String: Any])?["prompt"]
      let texts = prompt as? [String] ?? [prompt as? String].compactMap(\.self)
      for text in texts where text.contains(" of house ") {
        var digest = Digest()
        digest.update(text)
        counts[digest.description, default: 0] += 1
      }
    }
    return counts
  }

  /// How many texts were recorded, of a store that may not be there yet.
  static func answers(in store: URL) -> Int {
    (try? recorded(in: store).values.reduce(0, +)) ?? 0
  }

  /// Perturbed models made, and replies kept that have a prompt in front, so far.
  func moment() async throws -> (made: Int, optimising: Int) {
    let store = try RunDatabase.reader(path: url.appending(path: "run.db").path)
    let made = try store.standing().models.dropFirst().count { $0.status == .succeeded }
    let optimising = try store.exchanges(after: 0, limit: 10_000).count {
      String(decoding: $0.exchange.request, as: UTF8.self).contains("Definition: ")
    }
    return (made, optimising)
  }
}
