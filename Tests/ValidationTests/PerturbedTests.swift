import Attribution
import Experiment
import Kernels
import ReferenceModels
import Runs
import Statistics
import Testing

/// One small step of full-batch descent, to which every loss responds linearly.
private let step = Recipe.descent(
  GradientDescent(epochs: 1, batchSize: 1000, learningRate: 1e-4)
)

/// Perturbed models of a target.
private func perturbed(
  _ target: TargetModel,
  models: Int,
  ratio: Double,
  recipe: Recipe = step,
  objective: PerturbedObjective = .loss,
  seed: UInt64
) async throws -> DesignLosses {
  let count = target.task.train.count
  let design = try SubsetDesign.random(
    examples: count,
    models: models,
    size: SubsetDesign.size(ratio: ratio, of: count),
    start: .target,
    seed: seed
  )
  return try await DesignRunner(threads: 2).losses(
    of: objective.isWeighted ? design.signed : design,
    by: SubsetTrainer(target, recipe: recipe, objective: objective)
  )
}

private func scores(
  _ models: DesignLosses,
  _ estimator: Estimator,
  shrinkage: Double? = nil,
  design: SubsetDesign? = nil
) throws -> Scores {
  try Attributor(
    losses: models.losses,
    design: design ?? models.design,
    estimator: estimator,
    shrinkage: shrinkage
  ).scores(
    for: models.losses.queries.enumerated().map { QueryProfile(name: $1, members: [$0]) }
  )
}

/// Gradients of training examples and queries at θ0.
private func gradients(_ target: TargetModel) -> (train: DoubleMatrix, queries: DoubleMatrix) {
  let task = target.task
  return (
    task.model.gradients(of: task.train, at: target.parameters),
    task.model.gradients(of: task.queries, at: target.parameters)
  )
}

struct PerturbedTests {
  @Test func `one small step on subsets gives the squared gradient matrix`() async throws {
    // Cov(Δθ) = η²(1/m − 1/n)·S, so cov = η²(1/m − 1/n)·G S Gqᵀ: weak fine-tuning is no influence
    // function but squares the dominant gradient directions.
    let target = try TargetModel(smallTask(), seed: 1)
    let models = try await perturbed(target, models: 4000, ratio: 0.3, seed: 5)
    let (train, queries) = gradients(target)
    let n = Double(train.rows)
    let centre = (0..<train.columns).map { column in
      mean(of: (0..<train.rows).map { train[$0, column] })
    }
    var centred = train
    for row in 0..<train.rows {
      for column in 0..<train.columns { centred[row, column] -= centre[column] }
    }
    let left = product(train, centred, transposingB: true)
    let right = product(centred, queries, transposingB: true)
    let expected = product(left, right).transposed.values.map {
      1e-8 * (1 / (0.3 * n) - 1 / n) * $0 / (n - 1)
    }
    let found = try scores(models, .covariance).values
    let scale = expected.reduce(0) { $0 + $1 * $1 }
    let error = zip(found, expected).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    #expect((error / scale).squareRoot() < 0.05)
  }

  @Test func `preconditioning undoes whatever the steps did`() async throws {
    // With K > p and λ → 0 only the span of the gradients is left: G (GᵀG)⁺ Gqᵀ.
    let target = try TargetModel(smallTask(), seed: 1)
    let models = try await perturbed(target, models: 120, ratio: 0.5, seed: 6)
    let (train, queries) = gradients(target)
    let gram = product(train, train, transposingA: true)
    var damped = gram
    for place in 0..<gram.rows { damped[place, place] += 1e-9 }
    let factor = try #require(CholeskyFactor(damped.values, order: damped.rows))
    let expected = (0..<queries.rows).flatMap { query in
      let solved = factor.solve(Array(queries.row(query)))
      return (0..<train.rows).map { dot(Array(train.row($0)), solved) }
    }
    let found = try scores(models, .ridge, shrinkage: 1e-6).values
    #expect((pearson(found, expected) ?? 0) > 0.9999)
  }

  @Test func `random weights enter the covariance with a variance of one third`() async throws {
    // On all data eq. 5 moves θ by H⁻¹·mean (2ξ − 1)g, so cov = (1/3n)·g H⁻¹ F H⁻¹ gq; the paper's
    // proof has 1 in the place of 1/3.
    let target = try TargetModel(smallTask(train: 300), seed: 1)
    let descent = GradientDescent(epochs: 120, batchSize: 300, learningRate: 1, ridge: 0)
    let models = try await perturbed(
      target,
      models: 200,
      ratio: 1,
      recipe: .descent(descent),
      objective: .hessian,
      seed: 7
    )
    let task = target.task
    let (train, queries) = gradients(target)
    let n = Double(train.rows)
    let hessian = task.model.hessian(
      of: task.train,
      at: target.parameters,
      ridge: 1e-3,
      gaussNewton: true
    )
    let factor = try #require(CholeskyFactor(hessian.values, order: hessian.rows))
    func solved(_ rows: DoubleMatrix) -> DoubleMatrix {
      DoubleMatrix(
        rows: rows.rows,
        columns: rows.columns,
        values: (0..<rows.rows).flatMap { factor.solve(Array(rows.row($0))) }
      )
    }
    let left = product(solved(train), train, transposingB: true)
    let right = product(train, solved(queries), transposingB: true)
    let expected = product(left, right).transposed.values.map { $0 / (n * n) / 3 }
    let found = try scores(models, .covariance).values
    #expect((pearson(found, expected) ?? 0) > 0.9)
    let slope = dot(found, expected) / dot(expected, expected)
    #expect(slope > 0.8 && slope < 1.4)
  }

  @Test func `design regression of weighted runs needs the weights`() async throws {
    let target = try TargetModel(smallTask(), seed: 1)
    let descent = GradientDescent(epochs: 10, batchSize: 16, learningRate: 0.3)
    let models = try await perturbed(
      target,
      models: 60,
      ratio: 0.5,
      recipe: .descent(descent),
      objective: .hessian,
      seed: 8
    )
    var generator = SplitMix64(seed: 9, stream: 11)
    let halves = (0..<100).map { _ in generator.sample(60, of: 120) }
    let retrained = try await DesignRunner(threads: 2).losses(
      of: .sets(halves, of: 120, start: .base, seeds: [9]),
      by: SubsetTrainer(target)
    )
    let truth = GroundTruth(losses: retrained.losses, design: retrained.design)
    func lds(_ design: SubsetDesign, _ estimator: Estimator) throws -> Double {
      let result = LinearDatamodelling(
        of: try scores(models, estimator, design: design),
        subsets: truth.subsets,
        outcomes: truth.outcomes
      )
      return try #require(result.mean)
    }
    let plain = SubsetDesign(
      examples: 120,
      start: .target,
      seed: 0,
      subsets: models.design.subsets.map { Subset(seed: $0.seed, members: $0.members) }
    )
    let weighted = try lds(models.design, .designRegression)
    #expect(weighted > (try lds(models.design, .covariance)))
    #expect(abs(try lds(plain, .designRegression)) < weighted / 2)
  }

  @Test func `fewer models are the first of more`() async throws {
    let target = try TargetModel(smallTask(), seed: 1)
    let many = try await perturbed(target, models: 9, ratio: 0.5, seed: 6)
    let few = try await perturbed(target, models: 4, ratio: 0.5, seed: 6)
    #expect(many.first(4).losses.values == few.losses.values)
    #expect(many.first(4).losses.models == few.losses.models)
    #expect(many.first(4).design == few.design)
  }
}
