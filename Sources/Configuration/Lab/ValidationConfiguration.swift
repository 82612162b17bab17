import Experiment
package import Validation
package import ReferenceModels
package import Scenarios
import WhiteBox

/// What `daunce validate` reads from its file.
package struct ValidationConfiguration: Sendable {
  /// Where the examples come from.
  package enum Data: Sendable, Hashable {
    /// Made up on the spot.
    case generated(GeneratedRecipe)
    /// A table, of which so many random rows are trained on and so many asked.
    case table(file: String, label: String?, train: Int?, queries: Int?)
    /// Two tables.
    case tables(train: String, queries: String, label: String?)
    /// Texts in JSONL.
    case texts(train: String, queries: String)
    /// An embedded scenario, of which so many random rows are trained on and so many asked.
    case scenario(Scenario, train: Int?, queries: Int?)
  }

  /// Which family of models.
  package enum Family: Sendable, Hashable {
    /// Softmax regression where nothing is hidden.
    case perceptron(hidden: [Int], activation: Activation)
    /// A convolutional network on images of a shape.
    case convolution(ImageShape, channels: [Int], kernel: Int, activation: Activation)
    /// Adapters on a transformer that was trained for some epochs on the rows without a plant.
    case transformer(Architecture, LowRankAdapter, baseEpochs: Int)
  }

  /// The file, for messages; `nil` when the caller knows it better.
  package var file: String?
  /// The subject's name.
  package var name: String
  /// Where the examples come from.
  package var data: Data
  /// Which family of models.
  package var family: Family
  /// How the target and retrained models are trained.
  package var recipe: Recipe
  /// Tags of planted examples and of decoys.
  package var planted: (tag: String, decoys: String)
  /// What is done.
  package var settings: ValidationSettings

  /// Reads a configuration file.
  package static func read(file: String) throws(ConfigurationError) -> ValidationConfiguration {
    try ConfigurationReader.reading(file: file) { bytes, folder, name throws(ConfigurationError) in
      var configuration = try ValidationConfiguration(
        json5: bytes,
        folder: folder,
        defaultName: name
      )
      configuration.file = file
      return configuration
    }
  }

  /// Reads a file's content; relative paths are put behind `folder`, which is empty or ends in a slash.
  package init(
    json5: [UInt8],
    folder: String,
    defaultName: String
  ) throws(ConfigurationError) {
    let root = try ConfigurationReader(
      json5: json5,
      folder: folder,
      keys: [
        "name", "seed", "data", "model", "training", "truth", "further", "perturbation", "damping",
        "valuation", "counterfactuals", "sensitivity", "planted", "methods", "threshold", "draws",
      ]
    )
    name = try root.text("name") ?? defaultName
    data = try Self.data(root)
    family = try Self.family(root)
    recipe = try Self.recipe(root, family)
    let tags = try root.object("planted", keys: ["tag", "decoys"])
    planted = (
      try tags?.text("tag") ?? Defaults.Lab.planted.tag,
      try tags?.text("decoys") ?? Defaults.Lab.planted.decoys
    )
    if case .scenario(let scenario, _, _) = data, tags == nil {
      planted = (scenario.plantedTag, scenario.decoyTag)
    }
    settings = try Self.settings(root, recipe)
  }

  private static func data(
    _ root: ConfigurationReader
  ) throws(ConfigurationError) -> Data {
    let keys = ["generated", "csv", "label", "scenario", "train", "queries"]
    let part = try root.part("data", keys: keys)
    let sources = ["generated", "csv", "scenario"].filter(part.has)
    guard sources.count <= 1 else {
      let cause = "has both '\(sources[0])' and '\(sources[1])'"
      throw root.fault(.conflict, "data", cause, hint: "keep one of them")
    }
    switch sources.first {
    case "generated":
      try part.refuse(["label", "train", "queries"], "beside 'generated'")
      guard let recipe = try generated(part) else { break }
      return .generated(recipe)
    case "csv":
      return .table(
        file: try part.required("csv", part.file),
        label: try part.text("label"),
        train: try part.whole("train"),
        queries: try part.whole("queries")
      )
    case "scenario":
      try part.refuse(["label"], "beside 'scenario'")
      return .scenario(
        try part.required("scenario", part.choice("scenario", Scenario.self)),
        train: try part.whole("train"),
        queries: try part.whole("queries")
      )
    default: break
    }
    let train = try part.required("train", part.file)
    let queries = try part.required("queries", part.file)
    guard train.hasSuffix(".csv") else {
      try part.refuse(["label"], "beside texts")
      return .texts(train: train, queries: queries)
    }
    return .tables(train: train, queries: queries, label: try part.text("label"))
  }

  private static func generated(
    _ data: ConfigurationReader
  ) throws(ConfigurationError) -> GeneratedRecipe? {
    let keys = [
      "train", "queries", "features", "classes", "flipped", "triggered", "decoys",
      "triggeredQueries",
    ]
    guard let part = try data.object("generated", keys: keys) else { return nil }
    func share(_ key: String) throws(ConfigurationError) -> Double? {
      try part.number(key, "a share from 0 to 1") { $0 >= 0 && $0 <= 1 }
    }
    var recipe = GeneratedRecipe()
    recipe.train = try part.whole("train") ?? recipe.train
    recipe.queries = try part.whole("queries", atLeast: 0) ?? recipe.queries
    recipe.features = try part.whole("features") ?? recipe.features
    recipe.classes = try part.whole("classes") ?? recipe.classes
    recipe.flipped = try share("flipped") ?? recipe.flipped
    recipe.triggered = try share("triggered") ?? recipe.triggered
    recipe.decoys = try share("decoys") ?? recipe.decoys
    recipe.triggeredQueries =
      try part.whole("triggeredQueries", atLeast: 0) ?? recipe.triggeredQueries
    if let problem = recipe.problem {
      throw data.fault(.badValue, "generated", "is impossible: \(problem)")
    }
    return recipe
  }

  private enum Kind: String, CaseIterable {
    case softmax, perceptron, convolution, transformer

    /// The keys that shape it.
    var keys: [String] {
      switch self {
      case .softmax: []
      case .perceptron: ["hidden", "activation"]
      case .convolution: ["image", "channels", "kernel", "activation"]
      case .transformer:
        ["width", "layers", "heads", "vocabulary", "context", "rank", "alpha", "baseEpochs"]
      }
    }
  }

  private static func family(
    _ root: ConfigurationReader
  ) throws(ConfigurationError) -> Family {
    var keys = Set(Kind.allCases.flatMap(\.keys)).sorted()
    let part = try root.part("model", keys: ["kind"] + keys)
    let kind = try part.required("kind", part.choice("kind", Kind.self))
    keys.removeAll(where: kind.keys.contains)
    try part.refuse(keys, "for kind '\(kind.rawValue)'")
    let activation = try part.choice("activation", Activation.self)
    switch kind {
    case .softmax: return .perceptron(hidden: [], activation: .tanh)
    case .perceptron:
      let hidden = try part.required("hidden", part.wholes("hidden"))
      return .perceptron(
        hidden: hidden,
        activation: activation ?? Defaults.Lab.perceptronActivation
      )
    case .convolution:
      let keys = ["channels", "height", "width"]
      let image = try part.part("image", keys: keys)
      return .convolution(
        ImageShape(
          channels: try image.whole("channels") ?? Defaults.Lab.imageChannels,
          height: try image.required("height", image.whole("height")),
          width: try image.required("width", image.whole("width"))
        ),
        channels: try part.wholes("channels") ?? Defaults.Lab.channels,
        kernel: try part.whole("kernel") ?? Defaults.Lab.kernel,
        activation: activation ?? Defaults.Lab.convolutionActivation
      )
    case .transformer:
      let usual = Defaults.Lab.transformer
      let shape = Architecture(
        width: try part.whole("width") ?? usual.width,
        layers: try part.whole("layers") ?? usual.layers,
        heads: try part.whole("heads") ?? usual.heads,
        vocabulary: try part.whole("vocabulary") ?? usual.vocabulary,
        context: try part.whole("context") ?? usual.context
      )
      if let problem = shape.problem {
        throw root.fault(.badValue, "model", "is impossible: \(problem)")
      }
      let rank = try part.whole("rank") ?? Defaults.Lab.rank
      let alpha = try part.positive("alpha")
      return .transformer(
        shape,
        LowRankAdapter(rank: rank, alpha: alpha ?? Double(2 * rank)),
        baseEpochs: try part.whole("baseEpochs", atLeast: 0) ?? Defaults.Lab.baseEpochs
      )
    }
  }
}
