import Experiment
import Kernels
package import Validation
import ReferenceModels
import Scenarios
import Statistics

extension ValidationConfiguration {
  /// Makes what is described here, and refuses settings that its examples make impossible.
  ///
  /// - Returns: The subject, and what a person should know about its data.
  /// - Throws: The first fault of a file, of the data, of the model's shape or of the settings.
  package func subject() throws -> (subject: Subject, notes: [String]) {
    do {
      let made = try made()
      try settings.check(examples: made.subject.train.count)
      return made
    } catch var error as ConfigurationError {
      error.file = file
      throw error
    }
  }

  private func made() throws -> (subject: Subject, notes: [String]) {
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
      let subject = try text(
        ExampleFile.read(path: train, role: .train),
        ExampleFile.read(path: queries, role: .query)
      )
      return (subject, [])
    case .scenario(let scenario, let train, let queries):
      let corpus = scenario.corpus(seed: settings.seed)
      func part(_ examples: [Example], _ wanted: Int?, stream: UInt64) -> [Example] {
        var generator = SplitMix64(seed: settings.seed, stream: stream)
        let count = min(wanted ?? examples.count, examples.count)
        return generator.sample(count, of: examples.count).map { examples[$0] }
      }
      let subject = try text(
        part(corpus.train, train, stream: 41),
        part(corpus.queries, queries, stream: 42)
      )
      return (subject, [])
    }
  }

  private func labelled(
    _ data: LabelledData,
    _ trainCount: Int,
    tags: [[String]]? = nil
  ) throws -> Subject {
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
    var digest = Digest()
    for value in data.features.values { digest.update(value.bitPattern) }
    for label in data.labels { digest.update(UInt64(label)) }
    return Subject(
      name: name,
      model: model,
      train: Array(0..<trainCount),
      queries: Array(trainCount..<data.labels.count),
      trainTags: tags.map { Array($0.prefix(trainCount)) },
      queryTags: tags.map { Array($0.dropFirst(trainCount)) },
      planted: planted,
      labelled: data,
      recipe: recipe,
      fingerprint: "\(digest) \(family) \(recipe)"
    )
  }

  private func text(
    _ train: [Example],
    _ queries: [Example]
  ) throws -> Subject {
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
    var digest = Digest()
    for example in train + queries { example.update(&digest) }
    return Subject(
      name: name,
      model: AdaptedTransformer(base, examples: data.sequences, adapter: adapter),
      train: Array(train.indices),
      queries: Array(train.count..<train.count + queries.count),
      trainTags: train.map(\.tags),
      queryTags: queries.map(\.tags),
      planted: planted,
      recipe: recipe,
      // A set is written in another order by every process.
      fingerprint: "\(digest) \(shape) \(adapter.rank) \(adapter.alpha) "
        + "\(adapter.places.map(\.rawValue).sorted()) \(epochs) \(recipe) "
        + "\(settings.seed)"
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

extension Digest {
  fileprivate mutating func update(_ number: UInt64) {
    update((0..<8).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) })
  }
}
