import Attribution
import Runs
import Configuration
import Experiment
import Foundation
import Kernels
import Hosts
import ReferenceModels
import Sandbox

/// A reader of bytes that must neither crash nor hang, whatever they are.
struct FileTarget: Sendable {
  /// What a whole and right input looks like.
  let seeds: [[UInt8]]
  /// Reads; what is wrong with what was read, or `nil`.
  let read: @Sendable (_ bytes: [UInt8]) async -> String?

  init(_ seeds: [String], read: @escaping @Sendable (_ bytes: [UInt8]) async -> String?) {
    self.seeds = seeds.map { Array($0.utf8) }
    self.read = read
  }

  init(bytes seeds: [[UInt8]], read: @escaping @Sendable (_ bytes: [UInt8]) async -> String?) {
    self.seeds = seeds
    self.read = read
  }

  /// The readers by name.
  ///
  /// - Parameter folder: Where inputs are written that are read as files.
  /// - Returns: Each reader with what is fed to it.
  /// - Throws: What the small run throws whose store and weights are damaged.
  static func all(in folder: URL) async throws -> [(name: String, target: FileTarget)] {
    wire + hosts + texts + (try await files(in: folder))
  }

  // MARK: Replies

  private static let errors = [
    #"{"error":{"message":"no","type":"t","param":null,"code":"c","metadata":{"raw":"r"}}}"#,
    #"{"error":"no"}"#, #"{"detail":[{"loc":["body"],"msg":"m"}]}"#,
    #"{"error":{"code":503,"message":"busy","status":"UNAVAILABLE"}}"#,
    #"{"object":"error","message":"m","code":400}"#, "<html><title>502</title></html>",
    #"{"choices":null,"error":{"message":"up","code":502}}"#,
  ]

  private static let wire: [(String, FileTarget)] = [
    (
      "json",
      FileTarget(errors) { bytes in
        let read = JSONReader.read(bytes) != nil
        return switch PlainJSON.read(bytes) {
        case .value, .tooDeep: nil
        case .malformed: read ? "JSONReader reads what is no JSON" : nil
        }
      }
    ),
    (
      "host-error",
      FileTarget(errors) { bytes in
        for status in [400, 404, 429, 500] {
          _ = HostError(status: status, fields: [], body: bytes, asked: "box")
        }
        _ = HostError.inside(bytes, asked: "box")
        return nil
      }
    ),
    (
      "command-report",
      FileTarget([
        #"{"progress":0.4}"#, #"{"job":"4711"}"#, #"{"error":"no"}"#,
        #"{"model":"m","checkpoints":["a","b"],"tokens":12,"hyperparameters":{"epochs":2}}"#,
      ]) { bytes in
        if case .progress(let done)? = CommandReport(bytes), !(0...1).contains(done) {
          return "progress \(done)"
        }
        return nil
      }
    ),
    (
      "request",
      FileTarget([
        "POST /v1/completions HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}",
        "POST /v1/files?a=%20b HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
        "GET / HTTP/1.0\r\nExpect: 100-continue\r\n\r\n",
      ]) { bytes in
        var reader = RequestReader()
        for start in stride(from: 0, to: bytes.count, by: 7) {
          reader.append(bytes[start..<min(start + 7, bytes.count)])
          for _ in 0..<9 {
            guard let step = try? reader.next() else { return nil }
            if step == .needsMore { break }
          }
        }
        return nil
      }
    ),
  ]

  // MARK: Fine-tuning hosts

  /// A host that answers every call with the next of the lines it was given.
  private final class Lines: Hosts.Host {
    let name = "lines"
    private let lines: [[UInt8]]
    private let state = Counter()

    init(_ bytes: [UInt8]) { lines = bytes.split(separator: 0x0A).map(Array.init) }

    func send(_ call: Call) async throws -> Reply {
      let turn = await state.next()
      guard turn < 60, !lines.isEmpty else { throw CancellationError() }
      return Reply(body: lines[min(turn, lines.count - 1)])
    }

    func wait(_ duration: Duration) async throws {}
  }

  private actor Counter {
    private var value = -1

    func next() -> Int {
      value += 1
      return value
    }
  }

  private struct NoLedger: Ledger {
    func add(_ resource: RemoteResource) throws {}
    func remove(_ resource: RemoteResource) throws {}
    func resources(job: String?) throws -> [RemoteResource] { [] }
    func isGone(_ resource: RemoteResource) throws -> Bool { false }
  }

  private static let hosts: [(String, FileTarget)] = ["openai", "together", "fireworks"].map {
    host in
    let job =
      #"{"id":"j1","name":"accounts/a/j1","object":"fine_tuning.job","status":"succeeded","#
      + #""state":"JOB_STATE_COMPLETED","model":"base","fine_tuned_model":"ft:m","#
      + #""model_output_name":"a/m","outputModel":"accounts/a/models/m","trained_tokens":12,"#
      + #""hyperparameters":{"n_epochs":"auto","batch_size":-1,"learning_rate_multiplier":null}}"#
    let lists = [
      #"{"object":"list","data":[],"has_more":false}"#, #"{"data":[]}"#,
      #"{"id":"f1","object":"file","filename":"x.jsonl","status":"processed","bytes":3}"#,
      #"{"id":"f1","status":"processed"}"#,
    ]
    return (
      host,
      FileTarget([
        (lists + [job, job]).joined(separator: "\n"), job,
        (lists + lists + [job]).joined(separator: "\n"),
      ]) { bytes in
        guard let profile = HostRegistry.builtIn[host]?.profile,
          let trainer = try? HostedTrainer(
            host: Lines(bytes),
            profile: profile,
            base: "base",
            ledger: NoLedger(),
            account: "a",
            pause: .zero
          )
        else { return "no profile" }
        let trained = try? await trainer.train(
          ModelJob(
            key: "k",
            start: nil,
            examples: [Example(id: "a", prompt: .text("p"), completion: "c")],
            hyperparameters: Hyperparameters(epochs: 1),
            seed: 1
          )
        ) { _ in }
        if let trained, trained.tokens < 0 { return "\(trained.tokens) tokens" }
        return trained.map(\.model.name).map { $0.isEmpty ? "a model without a name" : nil } ?? nil
      }
    )
  }

  // MARK: Texts of users

  private static let rows = [
    #"{"id":"a","tags":["t"],"prompt":"p","completion":" c"}"# + "\n"
      + #"{"messages":[{"role":"user","content":"q"},{"role":"assistant","content":"a"}]}"#,
    #"{"messages":[{"role":"user","content":[{"type":"text","text":"x"}]},"#
      + #"{"role":"assistant","content":null,"tool_calls":[{"id":"1","weight":0}]}],"tools":[]}"#,
  ]

  private static let configuration = """
    { name: "n", data: { train: "t.jsonl", queries: "q.jsonl" }, target: { base: "b", epochs: 2 },
      trainer: { provider: "box.json5", hyperparameters: { epochs: 1, batchSize: 8 } },
      scorer: { provider: "vllm", baseURL: "http://127.0.0.1:1/v1" }, perturbation: { models: 25,
      start: "base", seed: 7, ratio: .1 }, estimator: "auto", budget: { dollars: 1.5 } }
    """

  private static let laboratory = """
    { name: "n", seed: 1, data: { generated: { rows: 50 } }, model: { kind: "logistic" },
      training: { epochs: 3 }, truth: { subsets: 10, seeds: 2 }, methods: ["trak"], draws: 10 }
    """

  private static let texts: [(String, FileTarget)] = [
    (
      "examples",
      FileTarget(rows) { bytes in
        guard let read = try? ExampleFile.parse(bytes, role: .train, file: "f") else { return nil }
        return read.isEmpty || read.contains { $0.completion.isEmpty } ? "an empty completion" : nil
      }
    ),
    (
      "configuration",
      FileTarget([configuration]) { bytes in
        _ = try? RunConfiguration(json5: bytes, folder: "", defaultName: "n")
        return nil
      }
    ),
    (
      "laboratory",
      FileTarget([laboratory]) { bytes in
        _ = try? ValidationConfiguration(json5: bytes, folder: "", defaultName: "n")
        return nil
      }
    ),
    (
      "profile",
      FileTarget([
        """
        { name: "box", title: "Box", baseURL: "http://127.0.0.1:1/v1", scoring: { methods: ["echo"],
          batch: 4, tokenizer: "vllm", members: { a: [1, null] } }, training: { wire: "openai" } }
        """
      ]) { bytes in
        _ = try? HostProfile.read(json5: bytes)
        return nil
      }
    ),
    (
      "prices",
      FileTarget(["{ date: \"2026-01-01\", hosts: { box: { m: { training: 3, hour: 2.5 } } } }"]) {
        bytes in
        _ = try? PriceList(json5: bytes)
        return nil
      }
    ),
    (
      "table",
      FileTarget(["a,b,label\n1,2,x\n3,4,y\n1,2,x\n3,4,y\n", "1,2,0\n3,4e2,1\n"]) { bytes in
        guard let table = try? TableFile.parse(bytes, file: "t") else { return nil }
        return table.features.values.allSatisfy(\.isFinite) ? nil : "a feature that is no number"
      }
    ),
  ]

  // MARK: Files

  private static func files(in folder: URL) async throws -> [(String, FileTarget)] {
    let run = try await SmallRun(in: folder)
    let names = Counter()
    @Sendable func written(_ bytes: [UInt8], _ name: String) throws -> String {
      let url = folder.appending(path: name)
      try Data(bytes).write(to: url)
      return url.path
    }
    return [
      (
        "recording",
        FileTarget([SmallRun.exchange + "\n" + SmallRun.exchange]) { bytes in
          guard let path = try? written(bytes, "recording.jsonl"),
            let recording = try? Recording(path: path)
          else { return nil }
          _ = try? recording.exchanges(limit: 9)
          _ = try? recording.exchange("00", occurrence: 0)
          return nil
        }
      ),
      (
        "weights",
        FileTarget(bytes: [run.weights]) { bytes in
          // Models are kept by name.
          let name = "damaged-\(await names.next())"
          guard let path = try? written(bytes, "\(name).weights") else { return nil }
          defer { try? FileManager.default.removeItem(atPath: path) }
          guard let loss = await run.loss(under: name) else { return nil }
          return loss == run.loss
            ? nil : "\(loss) from damaged weights, not \(String(describing: run.loss))"
        }
      ),
      (
        "store",
        FileTarget(bytes: [run.store]) { bytes in
          for ending in ["-wal", "-shm"] {
            try? FileManager.default.removeItem(at: folder.appending(path: "damaged.db" + ending))
          }
          guard let path = try? written(bytes, "damaged.db"),
            let record = try? RunRecord(path: path)
          else { return nil }
          _ = try? Study(record).findings(top: 3)
          _ = try? record.targetReadings()
          return nil
        }
      ),
    ]
  }
}
