import Attribution
import Experiment
import Validation
import ReferenceModels
import Terminal
import WhiteBox

extension ValidationConfiguration {
  /// How the target is trained: to convergence where the loss is convex and no epochs are given.
  static func recipe(
    _ root: ConfigurationReader,
    _ family: Family
  ) throws(ConfigurationError) -> Recipe {
    let isConvex = family == .perceptron(hidden: [], activation: .tanh)
    let part = try root.object("training", keys: trainingKeys + ["tolerance"])
    guard isConvex, part?.has("epochs") != true else {
      let part = try root.required("training", part)
      try part.refuse(["tolerance"], "where training goes by steps")
      return .descent(try descent(part, from: open))
    }
    let tolerance = try part?.positive("tolerance")
    let steps = ["batchSize", "learningRate", "momentum", "optimizer", "schedule"]
    try part?.refuse(steps, "without 'epochs': training goes to convergence")
    return .convergence(
      ConvexFit(
        ridge: try part?.positive("ridge") ?? Defaults.Lab.ridge,
        tolerance: tolerance ?? Defaults.Lab.tolerance
      )
    )
  }

  static func settings(
    _ root: ConfigurationReader,
    _ recipe: Recipe
  ) throws(ConfigurationError) -> ValidationSettings {
    let truth = try root.object("truth", keys: truthKeys)
    let keys = ["models", "subsetRatio", "start", "training", "objectives"]
    let part = try root.part("perturbation", keys: keys)
    var settings = ValidationSettings(
      seed: try root.seed("seed") ?? Defaults.seed,
      truth: try Self.truth(of: truth),
      models: (try part.wholes("models", atLeast: 3) ?? Defaults.Lab.models).sorted(),
      ratio: try ratio(part, "subsetRatio") ?? Defaults.Lab.subsetRatio,
      start: try part.choice("start", Start.self) ?? Defaults.Lab.start,
      perturbations: try perturbations(part),
      damping: try root.amount("damping") ?? Defaults.Lab.damping,
      draws: try root.whole("draws", atLeast: 20) ?? Defaults.Lab.draws
    )
    if let further = try root.object("further", keys: truthKeys + ["training"]) {
      settings.further = try Self.truth(of: further)
      settings.further?.recipe = .descent(try training(further))
    }
    settings.methods = try methods(root)
    if let part = try root.object("valuation", keys: ["permutations", "subsets", "groups"]) {
      settings.valuation = ValidationSettings.ValuationBudget(
        permutations: try part.whole("permutations") ?? Defaults.Lab.permutations,
        subsets: try part.whole("subsets", atLeast: 3) ?? Defaults.Lab.valuationSubsets,
        groups: try part.whole("groups", atLeast: 2) ?? Defaults.Lab.valuationGroups
      )
    }
    settings.threshold = try root.choice("threshold", Threshold.Kind.self)
    settings.counterfactuals = try counterfactuals(root)
    let leftOut = ["groups", "size", "seeds", "epochs", "training"]
    if let part = try root.object("sensitivity", keys: leftOut) {
      settings.sensitivity = ValidationSettings.Sensitivity(
        groups: try part.whole("groups", atLeast: 3) ?? Defaults.Lab.leftOutGroups,
        size: try part.whole("size") ?? Defaults.Lab.leftOutSize,
        seeds: try part.whole("seeds") ?? Defaults.Lab.leftOutSeeds,
        epochs: (try part.wholes("epochs") ?? Defaults.Lab.leftOutEpochs).sorted(),
        recipe: try training(part)
      )
    }
    return settings
  }

  private static let truthKeys = ["models", "subsetRatio", "seeds"]

  private static func truth(
    of part: ConfigurationReader?
  ) throws(ConfigurationError) -> ValidationSettings.Truth {
    ValidationSettings.Truth(
      models: try part?.whole("models") ?? Defaults.Lab.truthModels,
      ratio: try ratio(part, "subsetRatio") ?? Defaults.Lab.subsetRatio,
      seeds: try part?.whole("seeds") ?? Defaults.Lab.truthSeeds
    )
  }

  /// Names of methods, each of which there must be.
  private static func methods(
    _ part: ConfigurationReader
  ) throws(ConfigurationError) -> [String]? {
    let known = AttributionMethod.all.map(\.name)
    let wanted = try part.texts("methods")
    for name in wanted ?? [] where !known.contains(name) {
      throw ConfigurationError(
        .badValue,
        path: part.full("methods"),
        "there is no method '\(name)'",
        hint: nearest(to: name, in: known).map { "did you mean '\($0)'?" }
          ?? "methods: \(known.joined(separator: ", "))"
      )
    }
    return wanted
  }

  private static func counterfactuals(
    _ root: ConfigurationReader
  ) throws(ConfigurationError) -> ValidationSettings.Counterfactuals? {
    let keys = ["methods", "queries", "removal", "brittleness", "tailPatch"]
    guard let part = try root.object("counterfactuals", keys: keys) else { return nil }
    var result = ValidationSettings.Counterfactuals(
      methods: try part.required("methods", methods(part)),
      queries: try part.whole("queries") ?? Defaults.Lab.counterfactualQueries
    )
    if let removal = try part.object("removal", keys: ["sizes", "seeds"]) {
      result.removal = ValidationSettings.Counterfactuals.RemovalTest(
        sizes: try removal.required("sizes", removal.wholes("sizes")).sorted(),
        seeds: try removal.whole("seeds") ?? Defaults.Lab.removalSeeds
      )
    }
    if let brittleness = try part.object("brittleness", keys: ["sizes"]) {
      let sizes = try brittleness.required("sizes", brittleness.wholes("sizes"))
      result.brittleness = Set(sizes).sorted()
    }
    if let patch = try part.object("tailPatch", keys: ["top", "learningRate"]) {
      let rate = try patch.positive("learningRate")
      result.tailPatch = ValidationSettings.Counterfactuals.TailPatchTest(
        top: try patch.whole("top") ?? Defaults.Lab.tailPatchTop,
        learningRate: try patch.required("learningRate", rate)
      )
    }
    return result
  }

  /// Steps whose epochs and rate must be said.
  private static let open = GradientDescent(
    epochs: 0,
    batchSize: Defaults.Lab.batchSize,
    learningRate: 0
  )

  private static let trainingKeys = [
    "epochs", "batchSize", "learningRate", "momentum", "optimizer", "schedule", "ridge",
  ]

  /// One recipe an objective: the shared one with what each changes.
  private static func perturbations(
    _ part: ConfigurationReader
  ) throws(ConfigurationError) -> [PerturbedObjective: GradientDescent] {
    let shared = try training(part)
    let names = PerturbedObjective.allCases.map(\.rawValue)
    var result: [PerturbedObjective: GradientDescent] = [.loss: shared]
    guard let wanted = try part.object("objectives", keys: names) else { return result }
    for objective in PerturbedObjective.allCases where wanted.has(objective.rawValue) {
      guard let changes = try wanted.object(objective.rawValue, keys: trainingKeys) else {
        continue
      }
      result[objective] = try descent(changes, from: shared)
    }
    return result
  }

  private static func training(
    _ part: ConfigurationReader
  ) throws(ConfigurationError) -> GradientDescent {
    try descent(part.part("training", keys: trainingKeys), from: open)
  }

  private enum Optimizer: String, CaseIterable {
    case sgd, adam
  }

  /// A recipe with what an object changes of another; one without epochs or rate must give them.
  private static func descent(
    _ part: ConfigurationReader,
    from base: GradientDescent
  ) throws(ConfigurationError) -> GradientDescent {
    var result = base
    result.epochs = try part.whole("epochs") ?? base.epochs
    if result.epochs == 0 { throw part.missing("epochs") }
    result.batchSize = try part.whole("batchSize") ?? base.batchSize
    result.learningRate =
      try part.positive("learningRate") ?? base.learningRate
    if result.learningRate == 0 { throw part.missing("learningRate") }
    let momentum = try part.number("momentum", "a number of 0 or more, below 1") {
      $0 >= 0 && $0 < 1
    }
    switch try part.choice("optimizer", Optimizer.self) {
    case .adam where momentum == nil: result.rule = .adam
    case .adam:
      throw ConfigurationError(
        .conflict,
        path: part.full("momentum"),
        "adam has a momentum of its own",
        hint: "leave 'momentum' out, or write optimizer: \"sgd\""
      )
    case .sgd: result.rule = .momentum(momentum ?? 0)
    case nil: if let momentum { result.rule = .momentum(momentum) }
    }
    result.schedule = try part.choice("schedule", GradientDescent.Schedule.self) ?? base.schedule
    result.ridge = try part.amount("ridge") ?? base.ridge
    return result
  }

  private static func ratio(
    _ part: ConfigurationReader?,
    _ key: String
  ) throws(ConfigurationError) -> Double? {
    try part?.number(key, "a share above 0, at most 1") { $0 > 0 && $0 <= 1 }
  }
}
