package import Experiment

/// A learning task: a family of models, its examples, and how its models are trained.
package struct LearningTask: Sendable {
  /// Its name in reports.
  package var name: String
  /// The models and all examples.
  package var model: any DifferentiableModel
  /// Positions of the training examples: N.
  package var train: [Int]
  /// Positions of the queries: Q.
  package var queries: [Int]
  /// Tags of each training example, such as `trigger`, `decoy` or `flipped`.
  package var trainTags: [[String]]
  /// Tags of each query.
  package var queryTags: [[String]]
  /// Tags of planted examples, and of those with the same output and another cause.
  package var planted: (tag: String, decoys: String)
  /// Class of every example by position, and its features; `nil` for text.
  package var labelled: LabelledData?
  /// How the target and retrained models are trained from their initial parameters.
  package var recipe: Recipe

  package init(
    name: String,
    model: any DifferentiableModel,
    train: [Int],
    queries: [Int],
    trainTags: [[String]]? = nil,
    queryTags: [[String]]? = nil,
    planted: (tag: String, decoys: String) = ("trigger", "decoy"),
    labelled: LabelledData? = nil,
    recipe: Recipe
  ) {
    self.name = name
    self.model = model
    self.train = train
    self.queries = queries
    self.trainTags = trainTags ?? train.map { _ in [] }
    self.queryTags = queryTags ?? queries.map { _ in [] }
    self.planted = planted
    self.labelled = labelled
    self.recipe = recipe
  }

  /// Ids of the training examples.
  package var trainIDs: [String] { train.indices.map { "train-\($0)" } }
  /// Ids of the queries.
  package var queryIDs: [String] { queries.indices.map { "query-\($0)" } }

  /// Adds all that decides what a training gives and reads.
  package func add(to key: inout ContentKey) {
    model.add(to: &key)
    key.add("train", train)
    key.add("queries", queries)
    recipe.add(to: &key)
  }
}

/// How one model is trained.
package enum Recipe: Sendable, Hashable {
  /// To the minimum of a convex loss.
  case convergence(ConvexFit)
  /// By so many steps.
  case descent(GradientDescent)

  /// λ of the penalty ½λ‖θ‖².
  package var ridge: Double {
    switch self {
    case .convergence(let fit): fit.ridge
    case .descent(let descent): descent.ridge
    }
  }

  /// Adds all of it.
  package func add(to key: inout ContentKey) {
    switch self {
    case .convergence(let fit):
      key.add("recipe", "convergence")
      key.add("tolerance", fit.tolerance)
    case .descent(let descent):
      key.add("recipe", "descent")
      key.add("epochs", descent.epochs)
      key.add("batchSize", descent.batchSize)
      key.add("learningRate", descent.learningRate)
      switch descent.rule {
      case .momentum(let momentum): key.add("momentum", momentum)
      case .adam: key.add("rule", "adam")
      }
      key.add("schedule", descent.schedule.rawValue)
    }
    key.add("ridge", ridge)
  }
}
