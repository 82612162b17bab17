import Experiment
import Kernels
import ReferenceModels
import Statistics
import Testing

@testable import WhiteBox

struct CurvatureTests {
  private func matrix(_ curvature: Curvature, _ problem: AttributionProblem) throws -> DoubleMatrix
  {
    var work = Work()
    return try MeanCurvature(curvature, of: problem, work: &work).matrix(work: &work)
  }

  @Test func `a linear model's Hessian is its Gauss–Newton matrix`() throws {
    let problem = try Problems.softmax()
    let hessian = try matrix(.hessian, problem)
    #expect(distance(hessian.values, from: try matrix(.gaussNewton, problem).values) < 1e-13)
  }

  @Test(arguments: [Curvature.hessian, .gaussNewton, .fisher(.data), .fisher(.sampled(seed: 3))])
  func `matrices agree with products, ridge included`(curvature: Curvature) throws {
    for problem in [try Problems.softmax(ridge: 0.1), try Problems.perceptron(ridge: 0.1)] {
      var work = Work()
      let mean = MeanCurvature(curvature, of: problem, work: &work)
      let matrix = try mean.matrix(work: &work)
      var generator = SplitMix64(seed: 1)
      let vector = problem.parameters.map { _ in generator.normal() }
      let column = DoubleMatrix(rows: vector.count, columns: 1, values: vector)
      let expected = product(matrix, column).values
      #expect(distance(mean.product(with: vector, work: &work), from: expected) < 1e-12)
      let row = DoubleMatrix(rows: 1, columns: vector.count, values: vector)
      let all = mean.products(with: row, over: Array(problem.train.indices), work: &work)
      #expect(distance(all.values, from: expected) < 1e-12)
      #expect(distance(matrix.transposed.values, from: matrix.values) < 1e-12)
    }
  }

  @Test func `sampled Fisher matrices average to the Gauss–Newton matrix`() throws {
    let problem = try Problems.perceptron()
    let expected = try matrix(.gaussNewton, problem).values
    var mean = [Double](repeating: 0, count: expected.count)
    for seed in 0..<200 {
      let one = try matrix(.fisher(.sampled(seed: UInt64(seed))), problem).values
      for place in mean.indices { mean[place] += one[place] / 200 }
    }
    #expect(distance(mean, from: expected) < 0.05)
    #expect(distance(try matrix(.fisher(.data), problem).values, from: expected) > 0.1)
  }
}

struct InfluenceTests {
  @Test func `every solver reaches the exact inverse on a small problem`() throws {
    let problem = try Problems.softmax(ridge: 0.1)
    let exact = try InfluenceFunction(ExactInverse(.hessian)).values(problem)
    let solvers: [(any InverseCurvature, Double)] = [
      (ConjugateGradients(.hessian, tolerance: 1e-9), 1e-7),
      (ConjugateGradients(.gaussNewton, tolerance: 1e-9), 1e-7),
      (LiSSA(.hessian, scale: 1, depth: 250, batchSize: 40), 1e-8),
      (Arnoldi(.hessian, iterations: 15, rank: 15), 1e-8),
    ]
    for (solver, tolerance) in solvers {
      let scores = try InfluenceFunction(solver).scores(problem)
      #expect(distance(scores.scores.values, from: exact) < tolerance, "\(solver.name)")
      #expect(scores.work.unconverged == 0)
    }
  }

  @Test func `LiSSA's damping is added to the curvature`() throws {
    let problem = try Problems.softmax()
    let exact = ExactInverse(.hessian, damping: .absolute(0.3))
    let lissa = LiSSA(.hessian, damping: 0.3, scale: 2, depth: 200, batchSize: 40)
    let expected = try InfluenceFunction(exact).values(problem)
    #expect(distance(try InfluenceFunction(lissa).values(problem), from: expected) < 1e-8)
  }

  @Test func `LiSSA on samples of the training set is right on average`() throws {
    let problem = try Problems.softmax()
    let exact = ExactInverse(.hessian, damping: .absolute(0.2))
    let lissa = LiSSA(
      .hessian,
      damping: 0.2,
      scale: 10,
      depth: 150,
      batchSize: 4,
      repeats: 2,
      seed: 3
    )
    let expected = try InfluenceFunction(exact).values(problem)
    let found = try InfluenceFunction(lissa).values(problem)
    #expect(try #require(pearson(found, expected)) > 0.99)
    #expect(try InfluenceFunction(lissa).values(problem) == found)
  }

  @Test func `Arnoldi keeps the dominant directions and the signs of their eigenvalues`() throws {
    let problem = try Problems.perceptron()
    var work = Work()
    let matrix = try MeanCurvature(.hessian, of: problem, work: &work).matrix(work: &work)
    let eigen = try #require(SymmetricEigen(matrix.values, order: matrix.rows))
    let expected = eigen.values.sorted { abs($0) > abs($1) }.prefix(12)
    let basis = try Arnoldi(.hessian, iterations: 43, rank: 12).basis(of: problem, work: &work)
    #expect(distance(basis.values, from: Array(expected)) < 1e-8)
    #expect(basis.values.contains { $0 < 0 })
    // The space of a random vector ends where a shift of all logits begins.
    #expect(work.products < 2 * 43 * 30)
  }

  @Test func `conjugate gradients that stop early are counted`() throws {
    let problem = try Problems.softmax()
    let solver = ConjugateGradients(.hessian, tolerance: 1e-9, iterations: 3)
    let scores = try InfluenceFunction(solver).scores(problem)
    #expect(scores.work == Work(gradients: 45, products: 5 * 3 * 40, unconverged: 5))
  }

  @Test func `influence foretells the losses after leaving examples out`() throws {
    let problem = try Problems.softmax(ridge: 0.05)
    let scores = try InfluenceFunction(ExactInverse(.hessian)).values(problem)
    let before = problem.model.losses(of: problem.queries, at: problem.parameters)
    let model = try #require(problem.model as? MultilayerPerceptron)
    for example in [0, 7, 22] {
      var weights = [Double](repeating: 1, count: 40)
      let step = 1e-3
      weights[example] -= step
      let parameters = try ConvexFit(ridge: 0.05, tolerance: 1e-12)
        .fit(model, on: problem.train, weights: weights, from: problem.parameters)
      let after = model.losses(of: problem.queries, at: parameters)
      for query in after.indices {
        let effect = (after[query] - before[query]) / step * 40
        #expect(abs(effect - scores[query * 40 + example]) < 0.01 * (0.1 + abs(effect)))
      }
    }
  }

  @Test(arguments: Problems.Deep.allCases)
  func `EK-FAC's basis is complete and its eigenvalues sum to the squared gradients`(
    kind: Problems.Deep
  ) throws {
    let problem = try kind.make()
    var work = Work()
    let gradients = problem.trainGradients(work: &work)
    let points = [problem.parameters]
    let basis = try LayerEigenbasis(.data, of: problem, at: points, work: &work)
    #expect(
      distance(basis.applying({ _, _ in 1 }, to: gradients).values, from: gradients.values) < 1e-12
    )
    // The trace of the mean outer product is the same in every orthonormal basis.
    var unit = DoubleMatrix(rows: gradients.columns, columns: gradients.columns)
    for place in 0..<unit.rows { unit[place, place] = 1 }
    let applied = basis.applying({ value, _ in value }, to: unit)
    let trace = (0..<unit.rows).reduce(0.0) { $0 + applied[$1, $1] }
    let squares = gradients.rowProducts(with: gradients).reduce(0, +)
    #expect(abs(trace - squares / Double(problem.train.count)) < 1e-10 * trace)
  }

  @Test func `methods work on images and on sequences`() throws {
    for problem in [try Problems.convolutional(), try Problems.sequences()] {
      let exact = ExactInverse(.fisher(.data), damping: .absolute(0.1))
      let expected = try InfluenceFunction(exact).values(problem)
      let iterative = ConjugateGradients(.fisher(.data), damping: 0.1, tolerance: 1e-8)
      #expect(distance(try InfluenceFunction(iterative).values(problem), from: expected) < 1e-6)
      let methods: [any GradientMethod] = [
        GradientSimilarity(isCosine: true), InfluenceFunction(EKFAC(.sampled(seed: 1))),
        TRAK(width: 20, damping: .relative(0.1)), LoGra(width: 4),
        FastInfluence(candidates: 3, exact),
      ]
      for method in methods {
        let values = try method.values(problem)
        #expect(Set(values).count > 3, "\(method.name)")
      }
    }
  }

  @Test func `EK-FAC with sampled labels is near the Gauss–Newton influence`() throws {
    let problem = try Problems.softmax()
    let exact = ExactInverse(.gaussNewton, damping: .absolute(0.05))
    let expected = try InfluenceFunction(exact).values(problem)
    let ekfac = InfluenceFunction(EKFAC(.sampled(seed: 2), damping: .absolute(0.05)))
    let found = try ekfac.values(problem)
    #expect(try #require(pearson(found, expected)) > 0.9)
    #expect(try ekfac.values(problem) == found)
    let other = InfluenceFunction(EKFAC(.sampled(seed: 3), damping: .absolute(0.05)))
    #expect(try other.values(problem) != found)
  }

  @Test func `RelatIF divides by the example's own change`() throws {
    let problem = try Problems.softmax()
    let inverse = ExactInverse(.hessian)
    var work = Work()
    let gradients = problem.trainGradients(work: &work)
    let solved = try inverse.solve(gradients, for: problem, work: &work)
    let own = gradients.rowProducts(with: solved).map { $0.squareRoot() }
    let change = solved.rowProducts(with: solved).map { $0.squareRoot() }
    let plain = try InfluenceFunction(inverse).values(problem)
    for (relative, divisors) in [(InfluenceFunction.Relative.loss, own), (.parameters, change)] {
      let found = try InfluenceFunction(inverse, relative: relative).values(problem)
      let expected = plain.enumerated().map { $1 / divisors[$0 % 40] }
      #expect(distance(found, from: expected) < 1e-10)
    }
  }

  @Test func `FastIF scores the nearest examples as influence does and no others`() throws {
    for problem in [try Problems.softmax(), try Problems.perceptron()] {
      let inverse = ExactInverse(.gaussNewton, damping: .absolute(0.1))
      let plain = try InfluenceFunction(inverse).values(problem)
      let all = try FastInfluence(candidates: 100, inverse).values(problem)
      #expect(distance(all, from: plain) < 1e-12)
      let few = try FastInfluence(candidates: 6, inverse).scores(problem).scores
      let count = problem.train.count
      for query in problem.queries.indices {
        let scored = (0..<count).filter { few.values[query * count + $0] != 0 }
        #expect(scored.count == 6)
        for example in scored {
          #expect(few.measurable[example])
          let place = query * count + example
          #expect(abs(few.values[place] - plain[place]) < 1e-12 * (1 + abs(plain[place])))
        }
      }
      #expect(few.measurable.contains(false))
    }
  }

  @Test func `FastIF's candidates for softmax regression are neighbours by features`() throws {
    let data = Problems.data(count: 45, seed: 3)
    let problem = try Problems.softmax()
    let inverse = ExactInverse(.gaussNewton, damping: .absolute(0.1))
    let scores = try FastInfluence(candidates: 1, inverse).scores(problem).scores
    for query in 0..<5 {
      let distances = (0..<40).map { example in
        zip(data.features.row(example), data.features.row(40 + query))
          .reduce(0.0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
      }
      let nearest = try #require((0..<40).min { distances[$0] < distances[$1] })
      #expect(scores.row(query: query).enumerated().filter { $1 != 0 }.map(\.offset) == [nearest])
    }
  }
}

struct InfluenceErrorTests {
  @Test func `an indefinite Hessian is named by exact and iterative solvers`() throws {
    let problem = try Problems.perceptron()
    for solver: any InverseCurvature in [ExactInverse(.hessian), ConjugateGradients(.hessian)] {
      let error = #expect(throws: WhiteBoxError.self) {
        try InfluenceFunction(solver).scores(problem)
      }
      #expect(error?.code == .singular)
      #expect(error?.description.contains("hint: use the Gauss–Newton matrix") == true)
    }
  }

  @Test func `a singular Gauss–Newton matrix is named`() throws {
    // A shift of all classes' weights changes no probability.
    let problem = try Problems.softmax()
    let bare = try AttributionProblem(
      problem.model,
      train: problem.train,
      queries: problem.queries,
      parameters: problem.parameters
    )
    let error = #expect(throws: WhiteBoxError.self) {
      try InfluenceFunction(ExactInverse(.gaussNewton)).scores(bare)
    }
    #expect(error?.code == .singular)
  }

  @Test func `LiSSA that diverges is stopped and named`() throws {
    let problem = try Problems.softmax()
    let error = #expect(throws: WhiteBoxError.self) {
      try InfluenceFunction(LiSSA(.hessian, scale: 0.05, depth: 1000)).scores(problem)
    }
    #expect(error?.code == .diverged)
    #expect(error?.description.contains("raise the scale") == true)
  }

  @Test func `problems and settings that mean nothing are refused`() throws {
    let problem = try Problems.softmax()
    let model = problem.model
    var broken = problem.parameters
    broken[2] = .nan
    let bad: [([Int], [Int], [Double], Double)] = [
      ([], [41], problem.parameters, 0), ([1], [], problem.parameters, 0),
      ([1], [41], broken, 0), ([1], [41], [1], 0), ([1], [41], problem.parameters, -1),
      ([1], [41], problem.parameters, .nan),
    ]
    for (train, queries, parameters, ridge) in bad {
      #expect(throws: WhiteBoxError.self) {
        try AttributionProblem(
          model,
          train: train,
          queries: queries,
          parameters: parameters,
          ridge: ridge
        )
      }
    }
    let methods: [any GradientMethod] = [
      TracIn(checkpoints: []), TRAK(width: 0), LoGra(width: 0), TRAK(),
      SOURCE(segments: [], basis: .exact(.hessian)),
      FastInfluence(candidates: 0, ExactInverse(.gaussNewton)),
      InfluenceFunction(LiSSA(.hessian, scale: 0)), InfluenceFunction(Arnoldi(.hessian, rank: 0)),
    ]
    for method in methods {
      #expect(throws: WhiteBoxError.self, "\(method.name)") { try method.scores(problem) }
    }
  }
}
