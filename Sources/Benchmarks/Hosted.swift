import Attribution
import Runs
import Experiment
import Foundation
import Hosts
import Synchronization
import Transport

/// What `hosted` asks of whom.
private struct Order {
  let url: String
  let replies: Int
  let inFlight: Int
  /// Where the store is left; `nil` deletes it.
  let path: String?

  init?(_ words: ArraySlice<String>) {
    let words = Array(words)
    guard (3...4).contains(words.count), let replies = Int(words[1]), replies >= 100,
      let inFlight = Int(words[2]), inFlight > 0
    else { return nil }
    (url, self.replies, self.inFlight) = (words[0], replies, inFlight)
    path = words.count == 4 ? words[3] : nil
  }
}

/// A whole run over HTTP against a server that answers every scoring request with one reply.
///
/// It is what `daunce run` does with trained models: every request is written, sent, answered, parsed
/// and recorded, every reply and every loss is on the disk at the end. The server is that of
/// `bench/run.sh`; the examples are stretches of the text that its reply spells, so that each loss is
/// measured.
///
/// - Parameter words: `URL N IN_FLIGHT [STORE]`: base URL, replies (at least 100), requests at once, and
///   where the store is left, which is deleted otherwise.
/// - Throws: What a run throws, or a file.
func hosted(_ words: ArraySlice<String>) async throws {
  guard let order = Order(words) else {
    print("usage: Benchmarks hosted URL N IN_FLIGHT [STORE]")
    exit(64)
  }
  let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  let store = try RunStore(path: order.path ?? folder.appending(path: "run.db").path)
  let client = HTTPClient(
    engine: try HTTPEngine(),
    limits: RateLimiter.Limits(concurrency: order.inFlight)
  )
  func host(_ archive: (any Archive)?) throws -> HostConnection {
    HostConnection(
      profile: HostDefinition.openai.profile,
      baseURL: order.url,
      key: Secret("sk-benchmark"),
      client: client,
      record: archive
    )
  }

  let models = max(2, min(100, order.replies / 2000))
  let rows = order.replies / models
  let tokens = try await tokens(spelledBy: try host(nil))
  let text = Array(tokens.joined().utf8)
  let starts = tokens.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.utf8.count) }
  func spelled(_ range: Range<Int>) -> String {
    String(decoding: text[starts[range.lowerBound]..<starts[range.upperBound]], as: UTF8.self)
  }
  let examples = (0..<rows).map { row in
    // Up to two tokens at the front may be the server's own, and any at the end generated.
    let start = row % 3
    let end = tokens.count - 1 - row / 3 % (tokens.count / 2)
    let middle = end - tokens.count / 3
    return Example(
      id: "\(row)",
      prompt: .text(spelled(start..<middle)),
      completion: spelled(middle..<end)
    )
  }
  var settings = RunSettings(
    name: "hosted",
    provider: "mock",
    models: models - 1,
    subset: .ratio(0.3),
    start: .target,
    repeats: RunSettings.Repeats(train: 0, queries: 0)
  )
  settings.target = ModelReference(NamingTrainer.model)
  let run = try Run(
    store: store,
    corpus: Corpus(train: Array(examples.dropLast()), queries: examples.suffix(1)),
    settings: settings,
    design: SubsetDesign.random(
      examples: rows - 1,
      models: models - 1,
      size: settings.subsetSize(of: rows - 1),
      start: .target,
      seed: 1
    ),
    trainer: NamingTrainer(),
    scorer: HostedScorer(
      endpoint: ScoringEndpoint(
        host: try host(store),
        profile: ScoringProfile(by: .echo),
        baseURL: order.url
      ),
      serving: DirectServing(base: nil),
      method: .echo,
      concurrency: order.inFlight
    ),
    program: "benchmarks"
  )
  let step = max(order.replies / 10, 1)
  let next = Mutex(step)
  let start = ContinuousClock.now
  let status = try await run.execute { event in
    let isDue = next.withLock { next in
      guard event.progress.pairs >= next else { return false }
      next += step
      return true
    }
    if isDue { print("\(event.progress.pairs) pairs: \(residentMemory()) MiB resident") }
  }
  let seconds = (ContinuousClock.now - start) / .seconds(1)
  let losses = status.losses
  guard losses.measured == losses.expected else {
    print("\(losses.expected - losses.measured) of \(losses.expected) losses are not measured")
    exit(1)
  }
  let rate = Int(Double(rows * models) / seconds)
  print("hosted: n=\(rows * models) secs=\(seconds.formatted) rps=\(rate)")
}

/// The tokens of the reply that the server gives to every request.
private func tokens(spelledBy host: HostConnection) async throws -> [String] {
  let body = JSON.object(["model": .string(NamingTrainer.model), "prompt": "", "echo": true]).bytes
  let reply = try await host.send(
    Call("POST", "/completions", body: .json(body), purpose: .read)
  )
  let choice = JSONReader.read(reply.body)?["choices"]?[0]
  let tokens = choice?["logprobs"]?["tokens"]?.array?.compactMap(\.string) ?? []
  guard tokens.count >= 12 else {
    print("the server does not answer with the log-probabilities of 12 tokens or more")
    exit(1)
  }
  return tokens
}

/// Memory that this process has in use now, in MiB.
private func residentMemory() -> Int {
  // Foundation reads nothing from a file that says it is empty, as those of /proc do.
  let file = open("/proc/self/statm", O_RDONLY)
  defer { close(file) }
  var bytes = [UInt8](repeating: 0, count: 256)
  let count = read(file, &bytes, bytes.count)
  let text = String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
  let pages = text.split(separator: " ").dropFirst().first.flatMap { Int($0) }
  return (pages ?? 0) * Int(getpagesize()) / (1 << 20)
}

/// A trainer that gives every model another name of the one the server has.
private struct NamingTrainer: Trainer {
  static let model = "mock-model"

  var identity: String { "naming" }

  var trainerCapabilities: TrainerCapabilities {
    TrainerCapabilities(
      continuesTuned: true,
      weighted: true,
      minimumExamples: 1,
      parallelJobs: 1
    )
  }

  func train(
    _ job: ModelJob,
    progress: @escaping @Sendable (TrainingProgress) -> Void
  ) async throws -> TrainedModel {
    TrainedModel(
      // What follows an @ is a part of the name that replies leave out.
      model: ModelReference("\(Self.model)@\(job.seed)"),
      checkpoints: [],
      hyperparameters: job.hyperparameters,
      tokens: 0
    )
  }
}
