import Experiment
import Kernels
import ReferenceModels
import Statistics
import WhiteBox

extension AttributionMethod {
  /// Methods that read weights and gradients of the target.
  static let gradients: [AttributionMethod] = [
    gradient("graddot") { _ in GradientSimilarity() },
    gradient("gradcos") { _ in GradientSimilarity(isCosine: true) },
    gradient("tracin", applies: \.isDescended) {
      TracIn(checkpoints: try $0.path().checkpoints(8))
    },
    gradient("sgd-influence", applies: \.isDescended) { SGDInfluence(try $0.path()) },
    gradient("source", applies: \.isDescended) { context in
      SOURCE(
        segments: try context.path().segments(3, pointsEach: 2),
        basis: .layers(.sampled(seed: context.settings.seed))
      )
    },
    influence("influence-hessian") { ExactInverse(.hessian, damping: $0) },
    influence("influence") { ExactInverse(.gaussNewton, damping: $0) },
    influence("influence-fisher") { ExactInverse(.fisher(.data), damping: $0) },
    gradient("influence-cg") { context in
      InfluenceFunction(ConjugateGradients(.gaussNewton, damping: context.settings.damping))
    },
    AttributionMethod("influence-lissa", .weights) { context in
      try context.convergent("influence-lissa") { InfluenceFunction($0) }
    },
    AttributionMethod("fastif", .weights) { context in
      let candidates = max(1, context.count / 5)
      return try context.convergent("fastif") { FastInfluence(candidates: candidates, $0) }
    },
    gradient("influence-arnoldi") { context in
      InfluenceFunction(
        Arnoldi(.gaussNewton, damping: context.settings.damping, seed: context.settings.seed)
      )
    },
    influence("influence-ekfac") { _ in EKFAC(.sampled(seed: 0)) },
    gradient("relatif") { context in
      InfluenceFunction(
        ExactInverse(.gaussNewton, damping: .absolute(context.settings.damping)),
        relative: .loss
      )
    },
    gradient("relatif-theta") { context in
      InfluenceFunction(
        ExactInverse(.gaussNewton, damping: .absolute(context.settings.damping)),
        relative: .parameters
      )
    },
    gradient("trak") { context in
      TRAK(width: context.projection, damping: .relative(0.1), seed: context.settings.seed)
    },
    gradient("logra") { LoGra(width: 16, seed: $0.settings.seed) },
  ]

  private static func gradient(
    _ name: String,
    applies: @escaping @Sendable (MethodContext) -> Bool = { _ in true },
    _ make: @escaping @Sendable (MethodContext) throws -> any GradientMethod
  ) -> AttributionMethod {
    AttributionMethod(name, .weights, applies: applies) { context in
      context.output(try make(context).scores(context.problem()), by: name)
    }
  }

  /// An influence function whose self-scores g·C⁻¹·g come with it.
  private static func influence(
    _ name: String,
    _ inverse: @escaping @Sendable (Damping) -> any InverseCurvature
  ) -> AttributionMethod {
    gradient(name) { context in
      InfluenceFunction(inverse(.absolute(context.settings.damping)), includesSelfScores: true)
    }
  }
}

extension MethodContext {
  /// The target as gradient methods see it.
  nonisolated func problem() throws -> AttributionProblem {
    try AttributionProblem(
      task.model,
      train: task.train,
      queries: task.queries,
      parameters: target.parameters,
      ridge: task.recipe.ridge
    )
  }

  /// Whether the target was trained by steps, so that there is a path to look back on.
  nonisolated var isDescended: Bool {
    if case .descent = task.recipe { return true }
    return false
  }

  /// Width of random projections: below the number of training examples.
  nonisolated var projection: Int? {
    let width = min(512, count * 3 / 4)
    return width < target.parameters.count ? width : nil
  }

  /// Every step of the target's training.
  nonisolated func path() throws -> TrainingPath {
    guard case .descent(let descent) = task.recipe else {
      throw ValidationError(
        "cannot look back on the training of '\(task.name)'",
        cause: "it was trained to convergence, not by steps"
      )
    }
    return try TrainingPath(
      descent,
      task.model,
      from: task.model.initialParameters(seed: target.seed),
      on: task.train,
      seed: target.seed
    )
  }

  /// What a method found, by its name on the leaderboard.
  nonisolated func output(_ found: GradientScores, by name: String) -> MethodOutput {
    var output = MethodOutput(
      scores: scores(found.scores.values, by: name),
      selfScores: found.selfScores,
      passes: Double(found.work.gradients + found.work.products) / Double(count)
    )
    if found.work.unconverged > 0 {
      output.note = "\(found.work.unconverged) solutions stopped above the tolerance"
    }
    return output
  }

  /// A method on LiSSA with the smallest scale, of powers of ten, at which its recursion converges.
  nonisolated func convergent(
    _ name: String,
    _ make: (LiSSA) -> any GradientMethod
  ) throws -> MethodOutput {
    let problem = try problem()
    var scale = 1.0
    while true {
      let solver = LiSSA(
        .gaussNewton,
        damping: settings.damping,
        scale: scale,
        depth: 1000,
        batchSize: 8,
        seed: settings.seed
      )
      do {
        return output(try make(solver).scores(problem), by: name)
      } catch let error as WhiteBoxError where error.code == .diverged && scale < 1e4 {
        scale *= 10
      }
    }
  }
}
