import Experiment
import Kernels
import ReferenceModels
import Statistics
import WhiteBox

extension Method {
  /// Methods that read weights and gradients of the target.
  static let gradients: [Method] = [
    gradient("graddot") { _ in GradientSimilarity() },
    gradient("gradcos") { _ in GradientSimilarity(isCosine: true) },
    gradient("tracin", applies: \.isDescended) {
      TracIn(checkpoints: try $0.path().checkpoints(8))
    },
    gradient("sgd-influence", applies: \.isDescended) { SGDInfluence(try $0.path()) },
    gradient("source", applies: \.isDescended) { bench in
      SOURCE(
        segments: try bench.path().segments(3, pointsEach: 2),
        basis: .layers(.sampled(seed: bench.settings.seed))
      )
    },
    influence("influence-hessian") { ExactInverse(.hessian, damping: $0) },
    influence("influence") { ExactInverse(.gaussNewton, damping: $0) },
    influence("influence-fisher") { ExactInverse(.fisher(.data), damping: $0) },
    gradient("influence-cg") { bench in
      InfluenceFunction(ConjugateGradients(.gaussNewton, damping: bench.settings.damping))
    },
    Method("influence-lissa", .weights) { bench in
      try bench.convergent("influence-lissa") { InfluenceFunction($0) }
    },
    Method("fastif", .weights) { bench in
      let candidates = max(1, bench.subject.train.count / 5)
      return try bench.convergent("fastif") { FastInfluence(candidates: candidates, $0) }
    },
    gradient("influence-arnoldi") { bench in
      InfluenceFunction(
        Arnoldi(.gaussNewton, damping: bench.settings.damping, seed: bench.settings.seed)
      )
    },
    influence("influence-ekfac") { _ in EKFAC(.sampled(seed: 0)) },
    gradient("relatif") { bench in
      InfluenceFunction(
        ExactInverse(.gaussNewton, damping: .absolute(bench.settings.damping)),
        relative: .loss
      )
    },
    gradient("relatif-theta") { bench in
      InfluenceFunction(
        ExactInverse(.gaussNewton, damping: .absolute(bench.settings.damping)),
        relative: .parameters
      )
    },
    gradient("trak") { bench in
      TRAK(width: bench.projection, damping: .relative(0.1), seed: bench.settings.seed)
    },
    gradient("logra") { LoGra(width: 16, seed: $0.settings.seed) },
  ]

  private static func gradient(
    _ name: String,
    applies: @escaping @Sendable (Bench) -> Bool = { _ in true },
    _ make: @escaping @Sendable (Bench) throws -> any GradientMethod
  ) -> Method {
    Method(name, .weights, applies: applies) { bench in
      bench.outcome(try make(bench).scores(bench.problem()), by: name)
    }
  }

  /// An influence function whose self-scores g·C⁻¹·g come with it.
  private static func influence(
    _ name: String,
    _ inverse: @escaping @Sendable (Damping) -> any InverseCurvature
  ) -> Method {
    gradient(name) { bench in
      InfluenceFunction(inverse(.absolute(bench.settings.damping)), includesSelfScores: true)
    }
  }
}

extension Bench {
  /// The target as gradient methods see it.
  nonisolated func problem() throws -> AttributionProblem {
    try AttributionProblem(
      subject.model,
      train: subject.train,
      queries: subject.queries,
      parameters: workshop.target,
      ridge: subject.recipe.ridge
    )
  }

  /// Whether the target was trained by steps, so that there is a path to look back on.
  nonisolated var isDescended: Bool {
    if case .descent = subject.recipe { return true }
    return false
  }

  /// Width of random projections: below the number of training examples.
  nonisolated var projection: Int? {
    let width = min(512, subject.train.count * 3 / 4)
    return width < workshop.target.count ? width : nil
  }

  /// Every step of the target's training.
  nonisolated func path() throws -> TrainingPath {
    guard case .descent(let descent) = subject.recipe else {
      throw ValidationError(
        "cannot look back on the training of '\(subject.name)'",
        cause: "it was trained to convergence, not by steps"
      )
    }
    return try TrainingPath(
      descent,
      subject.model,
      from: subject.model.initialParameters(seed: workshop.seed),
      on: subject.train,
      seed: workshop.seed
    )
  }

  /// What a method found, by its name on the leaderboard.
  nonisolated func outcome(_ found: GradientScores, by name: String) -> Method.Outcome {
    var outcome = Method.Outcome(
      scores: scores(found.scores.values, by: name),
      selfScores: found.selfScores,
      passes: Double(found.work.gradients + found.work.products) / Double(subject.train.count)
    )
    if found.work.unconverged > 0 {
      outcome.note = "\(found.work.unconverged) solutions stopped above the tolerance"
    }
    return outcome
  }

  /// A method on LiSSA with the smallest scale, of powers of ten, at which its recursion converges.
  nonisolated func convergent(
    _ name: String,
    _ make: (LiSSA) -> any GradientMethod
  ) throws -> Method.Outcome {
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
        return outcome(try make(solver).scores(problem), by: name)
      } catch let error as WhiteBoxError where error.code == .diverged && scale < 1e4 {
        scale *= 10
      }
    }
  }
}
