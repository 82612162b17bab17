import Attribution
import Experiment
import Kernels
import ReferenceModels
import Statistics
import Testing
import WhiteBox

@testable import Validation

/// One small step of full-batch descent, to which every loss responds linearly.
private let step = Validation.Recipe.descent(
  GradientDescent(epochs: 1, batchSize: 1000, learningRate: 1e-4)
)

private func profiles(_ signals: LossMatrix) -> [QueryProfile] {
  signals.queries.enumerated().map { QueryProfile(name: $1, members: [$0]) }
}

private func scores(
  _ models: PerturbedModels,
  _ estimator: Estimator,
  shrinkage: Double? = nil
) throws -> [Double] {
  try Attributor(
    losses: models.signals,
    design: models.design,
    estimator: estimator,
    shrinkage: shrinkage
  ).scores(for: profiles(models.signals)).values
}

/// Gradients of training examples and queries at θ0.
private func gradients(_ workshop: Workshop) -> (train: DoubleMatrix, queries: DoubleMatrix) {
  let subject = workshop.subject
  return (
    subject.model.gradients(of: subject.train, at: workshop.target),
    subject.model.gradients(of: subject.queries, at: workshop.target)
  )
}

struct PerturbedModelsTests {
  @Test func `one small step on subsets gives the squared gradient matrix`() async throws {
    // Cov(Δθ) = η²(1/m − 1/n)·S, so cov = η²(1/m − 1/n)·G S Gqᵀ: weak fine-tuning is no influence
    // function but squares the dominant gradient directions.
    let workshop = try Workshop(smallSubject(), seed: 1, threads: 2)
    let models = try await PerturbedModels(
      Perturbation(models: 4000, ratio: 0.3, recipe: step, seed: 5),
      in: workshop
    )
    let (train, queries) = gradients(workshop)
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
    let found = try scores(models, .covariance)
    let scale = expected.reduce(0) { $0 + $1 * $1 }
    let error = zip(found, expected).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    #expect((error / scale).squareRoot() < 0.05)
  }

  @Test func `preconditioning undoes whatever the steps did`() async throws {
    // With K > p and λ → 0 only the span of the gradients is left: G (GᵀG)⁺ Gqᵀ.
    let workshop = try Workshop(smallSubject(), seed: 1, threads: 2)
    let models = try await PerturbedModels(
      Perturbation(models: 120, ratio: 0.5, recipe: step, seed: 6),
      in: workshop
    )
    let (train, queries) = gradients(workshop)
    let gram = product(train, train, transposingA: true)
    var damped = gram
    for place in 0..<gram.rows { damped[place, place] += 1e-9 }
    let factor = try #require(CholeskyFactor(damped.values, order: damped.rows))
    let expected = (0..<queries.rows).flatMap { query in
      let solved = factor.solve(Array(queries.row(query)))
      return (0..<train.rows).map { dot(Array(train.row($0)), solved) }
    }
    let found = try scores(models, .ridge, shrinkage: 1e-6)
    #expect((pearson(found, expected) ?? 0) > 0.9999)
  }

  @Test func `random weights enter the covariance with a variance of one third`() async throws {
    // On all data eq. 5 moves θ by H⁻¹·mean (2ξ − 1)g, so cov = (1/3n)·g H⁻¹ F H⁻¹ gq; the paper's
    // proof has 1 in the place of 1/3.
    let workshop = try Workshop(smallSubject(train: 300), seed: 1, threads: 2)
    let descent = GradientDescent(epochs: 120, batchSize: 300, learningRate: 1, ridge: 0)
    let models = try await PerturbedModels(
      Perturbation(
        models: 200,
        ratio: 1,
        recipe: .descent(descent),
        objective: .hessian,
        seed: 7
      ),
      in: workshop
    )
    let subject = workshop.subject
    let (train, queries) = gradients(workshop)
    let n = Double(train.rows)
    let hessian = subject.model.hessian(
      of: subject.train,
      at: workshop.target,
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
    let found = try scores(models, .covariance)
    #expect((pearson(found, expected) ?? 0) > 0.9)
    let slope = dot(found, expected) / dot(expected, expected)
    #expect(slope > 0.8 && slope < 1.4)
  }

  @Test func `design regression of weighted runs needs the weights`() async throws {
    let workshop = try Workshop(smallSubject(), seed: 1, threads: 2)
    let descent = GradientDescent(epochs: 10, batchSize: 16, learningRate: 0.3)
    let models = try await PerturbedModels(
      Perturbation(
        models: 60,
        ratio: 0.5,
        recipe: .descent(descent),
        objective: .hessian,
        seed: 8
      ),
      in: workshop
    )
    let truth = try await GroundTruth(
      .retraining,
      models: 100,
      size: 60,
      seeds: 1,
      recipe: workshop.subject.recipe,
      seed: 9,
      in: workshop
    )
    func lds(_ design: SubsetDesign, _ estimator: Estimator) throws -> Double {
      let scores = try Attributor(losses: models.signals, design: design, estimator: estimator)
        .scores(for: profiles(models.signals))
      let result = LinearDatamodelling(
        of: scores,
        subsets: truth.subsets,
        outcomes: truth.outcomes
      )
      return try #require(result.mean)
    }
    let plain = SubsetDesign(
      examples: models.design.examples,
      start: .target,
      seed: 0,
      draws: models.design.draws.map { SubsetDesign.Draw(seed: $0.seed, members: $0.members) }
    )
    let weighted = try lds(models.design, .designRegression)
    #expect(weighted > (try lds(models.design, .covariance)))
    #expect(abs(try lds(plain, .designRegression)) < weighted / 2)
  }

  @Test func `fewer models are the first of more`() async throws {
    let workshop = try Workshop(smallSubject(), seed: 1, threads: 2)
    let many = try await PerturbedModels(
      Perturbation(models: 9, ratio: 0.5, recipe: step, seed: 6),
      in: workshop
    )
    let few = try await PerturbedModels(
      Perturbation(models: 4, ratio: 0.5, recipe: step, seed: 6),
      in: workshop
    )
    let (signals, design) = many.first(4)
    #expect(signals.values == few.signals.values)
    #expect(design == few.design)
  }
}
