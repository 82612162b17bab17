import Attribution
import Runs
import Experiment
import Foundation
import ReferenceModels

/// A finished run of a tiny model, for what it leaves on disk.
struct SmallRun: Sendable {
  /// The store's bytes.
  let store: [UInt8]
  /// The bytes of a model's weights.
  let weights: [UInt8]
  /// What the model charges for an example.
  let loss: Loss?
  private let provider: ReferenceProvider

  /// A recorded exchange as a line.
  static let exchange =
    #"{"asked":1,"body":"{}","fields":[{"name":"a","value":"b"}],"key":"00","method":"POST","#
    + #""request":"{}","status":200,"took":3,"url":"http://127.0.0.1:1/v1/completions"}"#

  private static let examples = (0..<8).map {
    Example(
      id: "t\($0)",
      prompt: .text("question \($0)"),
      completion: " answer \($0 % 3)",
      tags: ["x"]
    )
  }

  /// Runs in a folder, and leaves its weights there.
  init(in folder: URL) async throws {
    let path = folder.appending(path: "run.db").path
    let corpus = Corpus(train: Self.examples, queries: Array(Self.examples.prefix(2)))
    let settings = RunSettings(
      name: "small",
      provider: "local",
      models: 6,
      subset: .ratio(0.5),
      start: .base,
      repeats: RunSettings.Repeats(train: 32, queries: 8)
    )
    let provider = try ReferenceProvider(
      folder: folder.path,
      architecture: Architecture(width: 8, layers: 1, heads: 1, vocabulary: 300, context: 64),
      vocabularyFrom: Self.examples,
      seed: 1,
      cores: 1
    )
    let run = try Run(
      store: RunStore(path: path),
      corpus: corpus,
      settings: settings,
      design: .random(examples: 8, models: 6, size: 4, start: .base, seed: 1),
      trainer: provider,
      scorer: provider,
      program: "mutate"
    )
    _ = try await run.execute()
    let record = try RunRecord(path: path)
    guard let model = record.models.first?.reference else {
      throw CocoaError(.fileReadCorruptFile)
    }
    self.provider = provider
    store = [UInt8](try Data(contentsOf: URL(filePath: path)))
    weights = [UInt8](
      try Data(contentsOf: folder.appending(path: "\(model.name).weights"))
    )
    loss = try await provider.read([Self.examples[0]], under: model)[0].loss
  }

  /// The loss under the model of that name; `nil` where it is refused.
  func loss(under name: String) async -> Loss? {
    try? await provider.read([Self.examples[0]], under: ModelReference(name)).first?.loss
  }
}
