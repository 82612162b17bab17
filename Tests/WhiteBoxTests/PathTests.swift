import Experiment
import Kernels
import ReferenceModels
import Statistics
import Testing

@testable import WhiteBox

struct PathTests {
  @Test(arguments: [0.0, 0.9])
  func `SGD-influence is the derivative of the very training with respect to weights`(
    momentum: Double
  ) throws {
    let model = MultilayerPerceptron(Problems.data(count: 16, seed: 6), hidden: [4])
    let train = Array(0..<13)
    let descent = GradientDescent(
      epochs: 3,
      batchSize: 4,
      learningRate: 0.1,
      rule: .momentum(momentum),
      schedule: .cosine,
      ridge: 0.02
    )
    let start = model.initialParameters(seed: 2)
    let path = try TrainingPath(descent, model, from: start, on: train, seed: 5)
    let problem = try AttributionProblem(
      model,
      train: train,
      queries: [13, 14, 15],
      parameters: path.end
    )
    let found = try SGDInfluence(path).scores(problem)
    #expect(found.work.gradients == 3 + 3 * 13)
    #expect(found.work.products == 3 * 3 * 13)
    // Weight 1 + ε on one example in every batch it is in.
    func losses(_ example: Int, _ change: Double) throws -> [Double] {
      let end = try descent.train(
        model,
        from: start,
        on: train,
        seed: 5,
        objective: { batch, members, logits in
          var seed = batch.lossGradient(ofLogits: logits)
          for (row, member) in members.enumerated() where member == example {
            for column in 0..<seed.columns { seed[row, column] *= 1 + change }
          }
          return seed
        }
      )
      return model.losses(of: [13, 14, 15], at: end)
    }
    for example in train {
      let step = 1e-5
      let (up, down) = (try losses(example, step), try losses(example, -step))
      for query in 0..<3 {
        let slope = -(up[query] - down[query]) / (2 * step)
        let score = found.scores.row(query: query)[query * 13 + example]
        #expect(abs(score - slope) < 1e-6 * (0.01 + abs(slope)))
      }
    }
  }

  @Test func `a path's checkpoints and segments cover every step once`() throws {
    let model = MultilayerPerceptron(Problems.data(count: 12, seed: 6))
    let descent = GradientDescent(
      epochs: 5,
      batchSize: 5,
      learningRate: 0.2,
      rule: .momentum(0.5),
      schedule: .linear
    )
    let start = model.initialParameters(seed: 0)
    let path = try TrainingPath(descent, model, from: start, on: Array(0..<12), seed: 1)
    #expect(path.steps.count == 15)
    let total = path.steps.reduce(0) { $0 + $1.rate }
    let checkpoints = path.checkpoints(4)
    #expect(checkpoints.count == 4)
    #expect(abs(checkpoints.reduce(0) { $0 + $1.rate } - total) < 1e-12)
    #expect(checkpoints.last?.parameters == path.end)
    let segments = path.segments(3, pointsEach: 2)
    #expect(segments.map(\.points.count) == [2, 2, 2])
    #expect(abs(segments.reduce(0) { $0 + $1.time } - 2 * total) < 1e-12)
    #expect(segments.last?.points.last == path.end)
    #expect(segments[0].points[1] == path.steps[5].parameters)
  }

  @Test func `SOURCE after endless training is influence over the number of examples`() throws {
    let problem = try Problems.softmax()
    let segment = TrainingPath.Segment(points: [problem.parameters], time: 1e6)
    let exact = try InfluenceFunction(ExactInverse(.gaussNewton)).values(problem)
    let source = SOURCE(segments: [segment], basis: .exact(.gaussNewton))
    #expect(distance(try source.values(problem), from: exact.map { $0 / 40 }) < 1e-9)
    let layers = SOURCE(segments: [segment], basis: .layers(.data))
    let ekfac = InfluenceFunction(EKFAC(.data, damping: .absolute(0)))
    let expected = try ekfac.values(problem).map { $0 / 40 }
    #expect(distance(try layers.values(problem), from: expected) < 1e-9)
  }

  @Test func `SOURCE after a moment of training is the product of gradients`() throws {
    let problem = try Problems.perceptron()
    let products = try GradientSimilarity().values(problem)
    for basis in [SOURCE.Basis.exact(.hessian), .layers(.sampled(seed: 1))] {
      let segment = TrainingPath.Segment(points: [problem.parameters], time: 1e-7)
      let scores = try SOURCE(segments: [segment], basis: basis).values(problem)
      #expect(distance(scores, from: products.map { 1e-7 * $0 / 30 }) < 1e-5)
    }
  }

  @Test func `two stretches of SOURCE at one point are one of their joint length`() throws {
    let problem = try Problems.perceptron(ridge: 0.05)
    let points = [problem.parameters]
    for basis in [SOURCE.Basis.exact(.gaussNewton), .layers(.data)] {
      let whole = SOURCE(segments: [.init(points: points, time: 5)], basis: basis)
      let halves = SOURCE(
        segments: [.init(points: points, time: 2), .init(points: points, time: 3)],
        basis: basis
      )
      let expected = try whole.values(problem)
      #expect(distance(try halves.values(problem), from: expected) < 1e-10)
    }
  }

  @Test(arguments: [0, 0.5])
  func `SOURCE on the segments of a run agrees with the run's own adjoint`(
    momentum: Double
  ) throws {
    let model = MultilayerPerceptron(Problems.data(count: 45, seed: 3))
    let train = Array(0..<40)
    let descent = GradientDescent(
      epochs: 80,
      batchSize: 40,
      learningRate: 0.05,
      rule: .momentum(momentum),
      ridge: 0.01
    )
    let start = model.initialParameters(seed: 0)
    let path = try TrainingPath(descent, model, from: start, on: train, seed: 5)
    let problem = try AttributionProblem(
      model,
      train: train,
      queries: Array(40..<45),
      parameters: path.end,
      ridge: 0.01
    )
    let exact = try SGDInfluence(path).values(problem)
    let source = SOURCE(
      segments: path.segments(8, pointsEach: 2),
      basis: .exact(.gaussNewton)
    )
    let values = try source.values(problem)
    #expect(distance(values, from: exact) < 0.05)
  }

  @Test func `paths of Adam are refused`() throws {
    let model = MultilayerPerceptron(Problems.data(count: 12, seed: 6))
    let descent = GradientDescent(epochs: 1, batchSize: 5, learningRate: 0.1, rule: .adam)
    let error = #expect(throws: WhiteBoxError.self) {
      try TrainingPath(
        descent,
        model,
        from: model.initialParameters(seed: 0),
        on: Array(0..<12),
        seed: 1
      )
    }
    #expect(error?.description.contains("momentum instead of Adam") == true)
  }
}
