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
    guard let part = try root.object("training", keys: trainingKeys + ["tolerance"]) else {
      if isConvex { return .convergence(ConvexFit(ridge: 1e-3, tolerance: 1e-6)) }
      _ = try root.required("training", Int?.none)
      return .convergence(ConvexFit(ridge: 1e-3))
    }
    let tolerance = try part.number("tolerance", "a number above 0") { $0 > 0 }
    if part.has("epochs") || !isConvex {
      try part.refuse(["tolerance"], "where training goes by steps")
      return .descent(
        try descent(part, from: GradientDescent(epochs: 0, batchSize: 32, learningRate: 0))
      )
    }
    let steps = ["batchSize", "learningRate", "momentum", "optimizer", "schedule"]
    try part.refuse(steps, "without 'epochs': training goes to convergence")
    let ridge = try part.number("ridge", "a number above 0") { $0 > 0 }
    return .convergence(ConvexFit(ridge: ridge ?? 1e-3, tolerance: tolerance ?? 1e-6))
  }

  static func settings(
    _ root: ConfigurationReader,
    _ recipe: Recipe
  ) throws(ConfigurationError) -> ValidationSettings {
    let truth = try root.object("truth", keys: ["models", "subsetRatio", "seeds"])
    let changed = try root.object(
      "perturbation",
      keys: ["models", "subsetRatio", "start", "training", "objectives"]
    )
    let part = try root.required("perturbation", changed)
    var settings = ValidationSettings(
      seed: try root.seed("seed") ?? 0,
      truth: ValidationSettings.Truth(
        models: try truth?.whole("models") ?? 100,
        ratio: try ratio(truth, "subsetRatio") ?? 0.5,
        seeds: try truth?.whole("seeds") ?? 1
      ),
      models: (try part.wholes("models", atLeast: 3) ?? [50]).sorted(),
      ratio: try ratio(part, "subsetRatio") ?? 0.5,
      start: try part.choice("start", Start.self) ?? .target,
      perturbations: try perturbations(part)
    )
    let onwards = [
      "models", "subsetRatio", "seeds", "training",
    ]
    if let further = try root.object("further", keys: onwards) {
      settings.further = ValidationSettings.Truth(
        models: try further.whole("models") ?? 100,
        ratio: try ratio(further, "subsetRatio") ?? 0.5,
        seeds: try further.whole("seeds") ?? 1,
        recipe: .descent(try training(further))
      )
    }
    settings.damping = try root.number("damping", "a number of 0 or more") { $0 >= 0 } ?? 0
    settings.draws = try root.whole("draws", atLeast: 20) ?? settings.draws
    settings.methods = try methods(root)
    if let part = try root.object("valuation", keys: ["permutations", "subsets", "groups"]) {
      settings.valuation = ValidationSettings.ValuationBudget(
        permutations: try part.whole("permutations") ?? 10,
        subsets: try part.whole("subsets", atLeast: 3) ?? 100,
        groups: try part.whole("groups", atLeast: 2) ?? 20
      )
    }
    settings.threshold = try root.choice("threshold", Threshold.Kind.self)
    settings.counterfactuals = try counterfactuals(root)
    let keys = ["groups", "size", "seeds", "epochs", "training"]
    if let part = try root.object("sensitivity", keys: keys) {
      settings.sensitivity = ValidationSettings.Sensitivity(
        groups: try part.whole("groups", atLeast: 3) ?? 50,
        size: try part.whole("size") ?? 1,
        seeds: try part.whole("seeds") ?? 5,
        epochs: (try part.wholes("epochs") ?? [1]).sorted(),
        recipe: try training(part)
      )
    }
    return settings
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
      methods: try part.required("methods", methods(part))
    )
    result.queries = try part.whole("queries") ?? result.queries
    if let removal = try part.object("removal", keys: ["sizes", "seeds"]) {
      result.removal = ValidationSettings.Counterfactuals.RemovalTest(
        sizes: try removal.required("sizes", removal.wholes("sizes")).sorted(),
        seeds: try removal.whole("seeds") ?? 1
      )
    }
    if let brittleness = try part.object("brittleness", keys: ["sizes"]) {
      let sizes = try brittleness.required("sizes", brittleness.wholes("sizes"))
      result.brittleness = Set(sizes).sorted()
    }
    if let patch = try part.object("tailPatch", keys: ["top", "learningRate"]) {
      let rate = try patch.number("learningRate", "a number above 0") { $0 > 0 }
      result.tailPatch = ValidationSettings.Counterfactuals.TailPatchTest(
        top: try patch.whole("top") ?? 5,
        learningRate: try patch.required("learningRate", rate)
      )
    }
    return result
  }

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
    let inner = try part.required("training", part.object("training", keys: trainingKeys))
    return try descent(inner, from: GradientDescent(epochs: 0, batchSize: 32, learningRate: 0))
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
    if result.epochs == 0 { _ = try part.required("epochs", Int?.none) }
    result.batchSize = try part.whole("batchSize") ?? base.batchSize
    result.learningRate =
      try part.number("learningRate", "a number above 0") { $0 > 0 } ?? base.learningRate
    if result.learningRate == 0 { _ = try part.required("learningRate", Double?.none) }
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
    result.ridge = try part.number("ridge", "a number of 0 or more") { $0 >= 0 } ?? base.ridge
    return result
  }

  private static func ratio(
    _ part: ConfigurationReader?,
    _ key: String
  ) throws(ConfigurationError) -> Double? {
    try part?.number(key, "a share above 0, at most 1") { $0 > 0 && $0 <= 1 }
  }
}
