import Experiment
import Kernels
import ReferenceModels
import Statistics
import WhiteBox

extension Method {
  /// Methods that read weights and gradients of the target.
  static let gradients: [Method] = [
    gradient("graddot", selfScores: { $0.squaredNorms() }) { _ in GradientSimilarity() },
    gradient("gradcos") { _ in GradientSimilarity(isCosine: true) },
    gradient("tracin", applies: \.isDescended) { bench in
      TracIn(checkpoints: try bench.checkpoints(8))
    },
    influence("influence-hessian") { ExactInverse(.hessian, damping: $0) },
    influence("influence") { ExactInverse(.gaussNewton, damping: $0) },
    influence("influence-fisher") { ExactInverse(.empiricalFisher, damping: $0) },
    gradient("influence-cg") { bench in
      InfluenceFunction(ConjugateGradients(.gaussNewton, damping: bench.settings.damping))
    },
    influence("influence-ekfac") { _ in EKFAC(.sampledFisher(seed: 0)) },
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
  ]

  private static func gradient(
    _ name: String,
    applies: @escaping @Sendable (Bench) -> Bool = { _ in true },
    selfScores: (@Sendable (AttributionProblem) throws -> [Double])? = nil,
    _ make: @escaping @Sendable (Bench) throws -> any GradientMethod
  ) -> Method {
    Method(name, .weights, applies: applies) { bench in
      let problem = try bench.problem()
      let found = try make(bench).scores(problem)
      return Outcome(
        scores: bench.scores(found.scores.values, by: name),
        selfScores: try selfScores?(problem),
        passes: Double(found.work.gradients + found.work.products)
          / Double(bench.subject.train.count)
      )
    }
  }

  /// An influence function whose self-scores g·C⁻¹·g come with it.
  private static func influence(
    _ name: String,
    _ inverse: @escaping @Sendable (Damping) -> any InverseCurvature
  ) -> Method {
    Method(name, .weights) { bench in
      let problem = try bench.problem()
      let inverse = inverse(.absolute(bench.settings.damping))
      var work = Work()
      let train = problem.trainGradients(work: &work)
      // Queries and training examples share one factorisation.
      let queries = problem.queryGradients(work: &work)
      let both = DoubleMatrix(
        rows: queries.rows + train.rows,
        columns: train.columns,
        values: queries.values + train.values
      )
      let solved = try inverse.solve(both, for: problem, work: &work)
      let scores = product(solved.rows(Array(0..<queries.rows)), train, transposingB: true)
      return Outcome(
        scores: bench.scores(scores.values, by: name),
        selfScores: (0..<train.rows).map { row in
          dot(Array(solved.row(queries.rows + row)), Array(train.row(row)))
        },
        passes: Double(work.gradients + work.products) / Double(train.rows)
      )
    }
  }
}

extension AttributionProblem {
  /// ‖g‖² of every training example.
  func squaredNorms() -> [Double] {
    var work = Work()
    let gradients = trainGradients(work: &work)
    return (0..<gradients.rows).map { row in gradients.row(row).reduce(0) { $0 + $1 * $1 } }
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

  /// Points of the target's training, evenly spaced, each with the learning rates since the last.
  nonisolated func checkpoints(_ count: Int) throws -> [Checkpoint] {
    var result: [Checkpoint] = []
    var rate = 0.0
    let training = Workshop.training(of: subject, seed: workshop.seed)
    let end = try workshop.parameters(of: training) { step in
      if step.index > 0, step.index * count % step.count < count, rate > 0 {
        result.append(Checkpoint(parameters: step.parameters, rate: rate))
        rate = 0
      }
      rate += step.learningRate
    }
    result.append(Checkpoint(parameters: end, rate: rate))
    return result
  }
}
