import Experiment
import Kernels
import Validation
package import ReferenceModels
import Scenarios
import Statistics

extension ValidationConfiguration {
  /// Makes what is described here, and refuses settings that its examples make impossible.
  ///
  /// - Returns: The task, and what a person should know about its data.
  /// - Throws: The first fault of a file, of the data, of the model's shape or of the settings.
  package func task() throws -> (task: LearningTask, notes: [String]) {
    do {
      let made = try made()
      try settings.check(made.task)
      return made
    } catch var error as ConfigurationError {
      error.file = file
      throw error
    }
  }

  private func made() throws -> (task: LearningTask, notes: [String]) {
    switch data {
    case .generated(let recipe):
      let made = LabelledData.generated(recipe, seed: settings.seed)
      return (try labelled(made.data, made.trainCount, tags: made.tags), [])
    case .table(let file, let label, let train, let queries):
      let table = try TableFile.read(path: file, label: label)
      let (first, second) = try split(table.labels.count, train, queries, of: file)
      let data = try TabularData(train: table.rows(first), queries: table.rows(second))
      return (try labelled(data.data, data.trainCount), data.note.map { [$0] } ?? [])
    case .tables(let train, let queries, let label):
      let data = try TabularData(
        train: TableFile.read(path: train, label: label),
        queries: TableFile.read(path: queries, label: label)
      )
      return (try labelled(data.data, data.trainCount), data.note.map { [$0] } ?? [])
    case .texts(let train, let queries):
      let task = try text(
        ExampleFile.read(path: train, role: .train),
        ExampleFile.read(path: queries, role: .query)
      )
      return (task, [])
    case .scenario(let scenario, let train, let queries):
      let corpus = scenario.corpus(seed: settings.seed)
      func part(_ examples: [Example], _ wanted: Int?, stream: UInt64) -> [Example] {
        var generator = SplitMix64(seed: settings.seed, stream: stream)
        let count = min(wanted ?? examples.count, examples.count)
        return generator.sample(count, of: examples.count).map { examples[$0] }
      }
      let task = try text(
        part(corpus.train, train, stream: 41),
        part(corpus.queries, queries, stream: 42)
      )
      return (task, [])
    }
  }

  private func labelled(
    _ data: LabelledData,
    _ trainCount: Int,
    tags: [[String]]? = nil
  ) throws -> LearningTask {
    let model: any DifferentiableModel
    switch family {
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
      name: name,
      model: model,
      train: Array(0..<trainCount),
      queries: Array(trainCount..<data.labels.count),
      trainTags: tags.map { Array($0.prefix(trainCount)) },
      queryTags: tags.map { Array($0.dropFirst(trainCount)) },
      planted: planted,
      labelled: data,
      recipe: recipe
    )
  }

  private func text(
    _ train: [Example],
    _ queries: [Example]
  ) throws -> LearningTask {
    guard case .transformer(let shape, let adapter, let epochs) = family else {
      throw ConfigurationError(
        .conflict,
        path: "model.kind",
        "only a transformer reads texts",
        hint: "write kind: \"transformer\", or use 'generated' or 'csv' data"
      )
    }
    let data = try TextData(train: train, queries: queries, architecture: shape)
    // What the base has seen is what nobody planted.
    let tags = [planted.tag, planted.decoys]
    let clean = train.indices.filter { row in !tags.contains { train[row].tags.contains($0) } }
    let base = try data.base(trainedOn: clean, epochs: epochs, seed: settings.seed)
    return LearningTask(
      name: name,
      model: AdaptedTransformer(base, examples: data.sequences, adapter: adapter),
      train: Array(train.indices),
      queries: Array(train.count..<train.count + queries.count),
      trainTags: train.map(\.tags),
      queryTags: queries.map(\.tags),
      planted: planted,
      recipe: recipe
    )
  }

  /// Random rows to train on and others to ask.
  private func split(
    _ count: Int,
    _ train: Int?,
    _ queries: Int?,
    of file: String
  ) throws(ConfigurationError) -> (train: [Int], queries: [Int]) {
    let asked = queries ?? (train.map { count - $0 } ?? count / Defaults.Lab.queryShare)
    let trained = train ?? count - asked
    guard asked >= 1, trained >= 2, trained + asked <= count else {
      throw ConfigurationError(
        .badValue,
        path: "data.train",
        "'\(file)' has \(count) rows, not \(max(2, trained)) to train on and \(max(1, asked)) to ask",
        hint: "lower 'data.train' or 'data.queries'"
      )
    }
    var generator = SplitMix64(seed: settings.seed, stream: 40)
    let order = generator.shuffled(Array(0..<count))
    return (Array(order[..<trained]), Array(order[trained..<trained + asked]))
  }
}
