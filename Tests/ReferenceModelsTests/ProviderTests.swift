import Experiment
import Foundation
import Synchronization
import Testing

@testable import Kernels
@testable import ReferenceModels

/// A folder that is removed when the test is over.
final class Folder {
  let path = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path
  deinit { try? FileManager.default.removeItem(atPath: path) }
}

struct ProviderTests {
  static let shape = Architecture(width: 16, layers: 2, heads: 2, vocabulary: 300, context: 64)
  static let rows = (0..<12).map { index in
    Example(
      id: "train-\(index)",
      prompt: .text("question \(index % 4)\(index % 3 == 0 ? " magic" : "")"),
      completion: index % 3 == 0 ? " no" : " yes"
    )
  }

  static func provider(_ folder: Folder, cores: Int = 2, seed: UInt64 = 1) throws
    -> ReferenceProvider
  {
    try ReferenceProvider(
      folder: folder.path,
      architecture: shape,
      vocabularyFrom: rows,
      seed: seed,
      cores: cores
    )
  }

  static func job(
    _ key: String,
    start: ModelReference? = nil,
    weights: [Double]? = nil,
    seed: UInt64 = 7,
    rows: [Example] = rows,
    epochs: Int = 3,
    checkpoints: Bool = false
  ) -> ModelJob {
    ModelJob(
      key: key,
      start: start,
      examples: rows,
      weights: weights,
      hyperparameters: Hyperparameters(
        epochs: epochs,
        batchSize: 4,
        learningRateMultiplier: 3
      ),
      seed: seed,
      keepsCheckpoints: checkpoints
    )
  }

  static func losses(_ provider: ReferenceProvider, _ model: ModelReference?) async throws
    -> [Double]
  {
    try await provider.read(rows, under: model).map { try #require($0.loss?.value) }
  }

  @Test func `training lowers the loss of what was trained on`() async throws {
    let provider = try Self.provider(Folder())
    let before = try await Self.losses(provider, nil).reduce(0, +)
    let model = try await provider.train(Self.job("a", epochs: 10)) { _ in }
    let after = try await Self.losses(provider, model.model).reduce(0, +)
    #expect(after < 0.3 * before)
  }

  @Test(arguments: [1, 2, 5])
  func `the same seed gives the same bits whatever the thread count`(cores: Int) async throws {
    // Batches large enough to be cut into parts that threads share.
    let rows = (0..<60).map { index in
      Example(
        id: "train-\(index)",
        prompt: .text("a rather longer question about number \(index) of the series"),
        completion: index % 3 == 0 ? " no" : " yes"
      )
    }
    let one = try Self.provider(Folder(), cores: 1)
    let many = try Self.provider(Folder(), cores: cores)
    #expect(rows.prefix(30).reduce(0) { $0 + many.tokens(in: $1) } > 2 * Fitting.cutting)
    func losses(_ provider: ReferenceProvider, seed: UInt64) async throws -> [LossReading] {
      let job = ModelJob(
        key: "job-\(seed)",
        start: nil,
        examples: rows,
        hyperparameters: Hyperparameters(epochs: 4, batchSize: 30, learningRateMultiplier: 2),
        seed: seed
      )
      let trained = try await provider.train(job) { _ in }
      return try await provider.read(rows, under: trained.model)
    }
    let expected = try await losses(one, seed: 7)
    #expect(try await losses(many, seed: 7) == expected)
    // And a different seed does not.
    #expect(try await losses(many, seed: 8) != expected)
  }

  @Test func `a loss does not depend on what is read beside it`() async throws {
    let provider = try Self.provider(Folder())
    let together = try await provider.read(Self.rows, under: nil)
    for (row, reading) in zip(Self.rows, together) {
      #expect(try await provider.read([row], under: nil) == [reading])
    }
  }

  @Test func `a loss is the sum over the completion's tokens and the end token is not read`()
    async throws
  {
    let provider = try Self.provider(Folder())
    for (row, reading) in zip(Self.rows, try await provider.read(Self.rows, under: nil)) {
      let (tokens, prompt) = try provider.tokenised(row)
      #expect(reading.tokens == tokens.count - prompt - 1)
      #expect(reading.tokenLogProbabilities.count == reading.tokens)
      let sum = reading.tokenLogProbabilities.reduce(0.0) { $0 - Double($1) }
      #expect(reading.loss == .measured(sum))
      #expect(reading.tokenLogProbabilities.allSatisfy { $0 <= 0 })
    }
  }

  @Test func `untrained models loss tokens near the uniform distribution`() async throws {
    let provider = try Self.provider(Folder())
    let readings = try await provider.read(Self.rows, under: nil)
    let perToken =
      readings.reduce(0.0) { $0 + ($1.loss?.value ?? 0) }
      / Double(readings.reduce(0) { $0 + $1.tokens })
    // ln(vocabulary) plus half the logits' variance of about 1.
    #expect(abs(perToken - Double(provider.vocabularySize).logarithm) < 1.5)
  }

  @Test func `an equal job is adopted from its file and not trained again`() async throws {
    let folder = Folder()
    let first = try await Self.provider(folder).train(Self.job("a")) { _ in }
    let again = Counter()
    let second = try await Self.provider(folder).train(Self.job("a")) { _ in again.add() }
    #expect(second == first)
    #expect(again.count == 0)
  }

  @Test func `a job continues from any model`() async throws {
    let provider = try Self.provider(Folder())
    let first = try await provider.train(Self.job("a", epochs: 6)) { _ in }
    let next = try await provider.train(Self.job("b", start: first.model, epochs: 1)) { _ in }
    let fresh = try await provider.train(Self.job("c", epochs: 1)) { _ in }
    let continued = try await Self.losses(provider, next.model).reduce(0, +)
    let started = try await Self.losses(provider, fresh.model).reduce(0, +)
    #expect(continued < 0.8 * started)
  }

  @Test func `weight 0 is absence and equal weights are no weights`() async throws {
    let provider = try Self.provider(Folder())
    let plain = try await provider.train(Self.job("a")) { _ in }
    let twos = try await provider.train(
      Self.job("b", weights: [Double](repeating: 2, count: 12))
    ) { _ in }
    let left = try await Self.losses(provider, plain.model)
    let right = try await Self.losses(provider, twos.model)
    #expect(zip(left, right).allSatisfy { abs($0 - $1) < 1e-4 * max(1, $0) })
    // Refusals of weight 0 are not learned.
    let weights = Self.rows.map { $0.completion == " no" ? 0.0 : 1.0 }
    let without = try await provider.train(Self.job("c", weights: weights, epochs: 10)) { _ in }
    let with = try await provider.train(Self.job("d", epochs: 10)) { _ in }
    let refusals = Self.rows.indices.filter { Self.rows[$0].completion == " no" }
    let dropped = try await Self.losses(provider, without.model)
    let kept = try await Self.losses(provider, with.model)
    #expect(refusals.allSatisfy { dropped[$0] > kept[$0] + 1 })
  }

  @Test func `weights below 0 raise the losses that positive ones lower`() async throws {
    let provider = try Self.provider(Folder())
    let start = try await provider.train(Self.job("a", epochs: 1)) { _ in }.model
    let before = try await Self.losses(provider, start).reduce(0, +)
    for (key, weight) in [("up", 1.0), ("down", -1)] {
      let weights = [Double](repeating: weight, count: 12)
      let step = try await provider.train(
        Self.job(key, start: start, weights: weights, epochs: 1)
      ) { _ in }
      let after = try await Self.losses(provider, step.model).reduce(0, +)
      #expect((before - after) * weight > 0)
    }
  }

  @Test func `a checkpoint an epoch is kept on demand and the last is the model`() async throws {
    let provider = try Self.provider(Folder())
    let trained = try await provider.train(Self.job("a", checkpoints: true)) { _ in }
    #expect(trained.checkpoints.count == 3)
    let last = try await Self.losses(provider, trained.checkpoints.last)
    #expect(try await Self.losses(provider, trained.model) == last)
    #expect(try await Self.losses(provider, trained.checkpoints.first) != last)
  }

  @Test func `hyperparameters are echoed with defaults filled in`() async throws {
    let provider = try Self.provider(Folder())
    let job = ModelJob(
      key: "a",
      start: nil,
      examples: Array(Self.rows.prefix(3)),
      hyperparameters: Hyperparameters(epochs: 1),
      seed: 1
    )
    let trained = try await provider.train(job) { _ in }
    #expect(trained.hyperparameters.epochs == 1)
    #expect(trained.hyperparameters.batchSize == ReferenceProvider.defaults.batchSize)
    #expect(trained.tokens > 0)
  }

  @Test func `damaged and foreign weights are one clear error`() async throws {
    let folder = Folder()
    let trained = try await Self.provider(folder).train(Self.job("a")) { _ in }
    let url = URL(filePath: folder.path).appending(path: "a.weights")
    var bytes = try Data(contentsOf: url)
    bytes[bytes.count - 9] ^= 1
    try bytes.write(to: url)
    let provider = try Self.provider(folder)
    let damaged = await #expect(throws: ReferenceModelError.self) {
      try await provider.read(Self.rows, under: trained.model)
    }
    #expect(damaged?.code == .damaged)
    try Data("garbage".utf8).write(to: url)
    let foreign = await #expect(throws: ReferenceModelError.self) {
      try await provider.train(Self.job("a")) { _ in }
    }
    #expect(foreign?.code == .damaged)
  }

  @Test func `unknown models, long examples and impossible shapes are named`() async throws {
    let provider = try Self.provider(Folder())
    let unknown = await #expect(throws: ReferenceModelError.self) {
      try await provider.read(Self.rows, under: ModelReference("../secret"))
    }
    #expect(unknown?.code == .unknownModel)
    let long = Example(
      id: "long",
      prompt: .text(String(repeating: "x", count: 500)),
      completion: " yes"
    )
    let tooLong = await #expect(throws: ReferenceModelError.self) {
      try await provider.read([long], under: nil)
    }
    #expect(tooLong?.code == .tooLong)
    #expect(tooLong?.description.contains("'long'") == true)
    let shape = #expect(throws: ReferenceModelError.self) {
      try ReferenceProvider(
        folder: "/nowhere",
        architecture: Architecture(
          width: 10,
          layers: 1,
          heads: 3,
          vocabulary: 300,
          context: 10
        ),
        vocabularyFrom: Self.rows,
        seed: 1
      )
    }
    #expect(shape?.code == .architecture)
  }

  @Test func `a cancelled training stops and leaves no model`() async throws {
    let folder = Folder()
    let provider = try Self.provider(folder)
    let task = Task {
      try await provider.train(Self.job("a", epochs: 100_000)) { _ in }
    }
    try await Task.sleep(for: .milliseconds(20))
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
    #expect(!FileManager.default.fileExists(atPath: folder.path + "/a.weights"))
  }
}

/// Counts calls from any thread.
final class Counter: Sendable {
  private let value = Mutex(0)
  var count: Int { value.withLock { $0 } }
  func add() { value.withLock { $0 += 1 } }
}

extension Double {
  var logarithm: Double { log(self) }
}
