package import ReferenceModels

/// What is studied: a family of models, its examples, and how its models are trained.
package struct Subject: Sendable {
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
  /// A key of everything above that decides what a training gives.
  package var fingerprint: String

  /// Creates a subject.
  package init(
    name: String,
    model: any DifferentiableModel,
    train: [Int],
    queries: [Int],
    trainTags: [[String]]? = nil,
    queryTags: [[String]]? = nil,
    planted: (tag: String, decoys: String) = ("trigger", "decoy"),
    labelled: LabelledData? = nil,
    recipe: Recipe,
    fingerprint: String
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
    self.fingerprint = fingerprint
  }
}

/// How one model is trained.
package enum Recipe: Sendable, Hashable, Codable {
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
}
