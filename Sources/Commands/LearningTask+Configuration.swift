import Experiment
import FoundationEssentials
import Kernels
import ReferenceModels
import Scenarios
import Statistics
import Validation

extension LearningTask {
  /// Makes what a configuration describes.
  ///
  /// - Parameter configuration: The configuration.
  /// - Returns: The task, and what a person should know about its data.
  /// - Throws: The first fault of a file, of the data or of the model's shape.
  static func make(
    _ configuration: ValidationConfiguration
  ) throws -> (task: LearningTask, notes: [String]) {
    switch configuration.data {
    case .generated(let recipe):
      let made = LabelledData.generated(recipe, seed: configuration.settings.seed)
      return (try labelled(configuration, made.data, made.trainCount, tags: made.tags), [])
    case .table(let file, let label, let train, let queries):
      let table = try TableFile.parse(bytes(of: file), label: label, file: file)
      let (first, second) = try split(
        table.labels.count,
        train,
        queries,
        of: file,
        seed: configuration.settings.seed
      )
      let data = try TabularData(train: table.rows(first), queries: table.rows(second))
      let task = try labelled(configuration, data.data, data.trainCount)
      return (task, data.note.map { [$0] } ?? [])
    case .tables(let train, let queries, let label):
      let data = try TabularData(
        train: TableFile.parse(bytes(of: train), label: label, file: train),
        queries: TableFile.parse(bytes(of: queries), label: label, file: queries)
      )
      let task = try labelled(configuration, data.data, data.trainCount)
      return (task, data.note.map { [$0] } ?? [])
    case .texts(let train, let queries):
      let task = try text(
        configuration,
        ExampleFile.read(path: train, role: .train),
        ExampleFile.read(path: queries, role: .query)
      )
      return (task, [])
    case .scenario(let scenario, let train, let queries):
      let seed = configuration.settings.seed
      let corpus = scenario.corpus(seed: seed)
      func part(_ examples: [Example], _ wanted: Int?, stream: UInt64) -> [Example] {
        var generator = SplitMix64(seed: seed, stream: stream)
        let count = min(wanted ?? examples.count, examples.count)
        return generator.sample(count, of: examples.count).map { examples[$0] }
      }
      let task = try text(
        configuration,
        part(corpus.train, train, stream: 41),
        part(corpus.queries, queries, stream: 42)
      )
      return (task, [])
    }
  }

  private static func labelled(
    _ configuration: ValidationConfiguration,
    _ data: LabelledData,
    _ trainCount: Int,
    tags: [[String]]? = nil
  ) throws -> LearningTask {
    let model: any DifferentiableModel
    switch configuration.family {
    case .perceptron(let hidden, let activation):
      model = MultilayerPerceptron(data, hidden: hidden, activation: activation)
    case .convolution(let images, let channels, let kernel, let activation):
      model = try ConvolutionalNetwork(
        data,
        images: images,
        channels: channels,
        kernel: kernel,
        activation: activation
      )
    case .transformer:
      throw ConfigurationError(
        .conflict,
        path: "model.kind",
        "a transformer reads texts, not features",
        hint: "use 'scenario', or 'train' and 'queries' in JSONL, or another kind of model"
      )
    }
    return LearningTask(
      name: configuration.name,
      model: model,
      train: Array(0..<trainCount),
      queries: Array(trainCount..<data.labels.count),
      trainTags: tags.map { Array($0.prefix(trainCount)) },
      queryTags: tags.map { Array($0.dropFirst(trainCount)) },
      planted: configuration.planted,
      labelled: data,
      recipe: configuration.recipe
    )
  }

  private static func text(
    _ configuration: ValidationConfiguration,
    _ train: [Example],
    _ queries: [Example]
  ) throws -> LearningTask {
    guard case .transformer(let shape, let adapter, let epochs) = configuration.family else {
      throw ConfigurationError(
        .conflict,
        path: "model.kind",
        "only a transformer reads texts",
        hint: "write kind: \"transformer\", or use 'generated' or 'csv' data"
      )
    }
    let data = try TextData(train: train, queries: queries, architecture: shape)
    // What the base has seen is what nobody planted.
    let planted = [configuration.planted.tag, configuration.planted.decoys]
    let clean = train.indices.filter { row in !planted.contains { train[row].tags.contains($0) } }
    let base = try data.base(
      trainedOn: clean,
      epochs: epochs,
      seed: configuration.settings.seed
    )
    return LearningTask(
      name: configuration.name,
      model: AdaptedTransformer(base, examples: data.sequences, adapter: adapter),
      train: Array(train.indices),
      queries: Array(train.count..<train.count + queries.count),
      trainTags: train.map(\.tags),
      queryTags: queries.map(\.tags),
      planted: configuration.planted,
      recipe: configuration.recipe
    )
  }

  /// Random rows to train on and others to ask.
  private static func split(
    _ count: Int,
    _ train: Int?,
    _ queries: Int?,
    of file: String,
    seed: UInt64
  ) throws(ConfigurationError) -> (train: [Int], queries: [Int]) {
    let asked = queries ?? (train.map { count - $0 } ?? count / 5)
    let trained = train ?? count - asked
    guard asked >= 1, trained >= 2, trained + asked <= count else {
      throw ConfigurationError(
        .badValue,
        path: "data.train",
        "'\(file)' has \(count) rows, not \(max(2, trained)) to train on and \(max(1, asked)) to ask",
        hint: "lower 'data.train' or 'data.queries'"
      )
    }
    var generator = SplitMix64(seed: seed, stream: 40)
    let order = generator.shuffled(Array(0..<count))
    return (Array(order[..<trained]), Array(order[trained..<trained + asked]))
  }

  private static func bytes(of file: String) throws(Failure) -> [UInt8] {
    do {
      return Array(try Data(contentsOf: URL(filePath: file)))
    } catch {
      let exists = FileManager.default.fileExists(atPath: file)
      throw Failure(
        .failed,
        "cannot read table '\(file)': \(exists ? "not a readable file" : "no such file")"
      )
    }
  }
}
