import Experiment
import Glibc
import Kernels
import ReferenceModels
import Statistics
import Testing

@testable import WhiteBox

struct GradientMethodTests {
  @Test func `cosines are products of gradients divided by their norms`() throws {
    let problem = try Problems.perceptron()
    var work = Work()
    let train = problem.trainGradients(work: &work)
    let queries = problem.queryGradients(work: &work)
    let products = try GradientSimilarity().scores(problem)
    let cosines = try GradientSimilarity(isCosine: true).values(problem)
    for query in 0..<4 {
      for example in 0..<30 {
        let (left, right) = (Array(queries.row(query)), Array(train.row(example)))
        let expected = dot(left, right)
        let norms = (dot(left, left) * dot(right, right)).squareRoot()
        #expect(abs(products.scores.values[query * 30 + example] - expected) < 1e-12)
        #expect(abs(cosines[query * 30 + example] - expected / norms) < 1e-12)
      }
    }
    #expect(products.work == work)
    #expect(work == Work(gradients: 34))
  }

  @Test func `self-scores are what an example would score as its own query`() throws {
    let problem = try Problems.softmax()
    let own = try AttributionProblem(
      problem.model,
      train: problem.train,
      queries: problem.train,
      parameters: problem.parameters,
      ridge: problem.ridge
    )
    let count = own.train.count
    let inverse = ExactInverse(.hessian)
    for method: any GradientMethod in [
      GradientSimilarity(), InfluenceFunction(inverse, includesSelfScores: true),
    ] {
      let found = try method.scores(own)
      let selfScores = try #require(found.selfScores)
      for example in 0..<count {
        let expected = found.scores.values[example * count + example]
        #expect(abs(selfScores[example] - expected) < 1e-10 * (1 + abs(expected)))
      }
    }
    let plain = try InfluenceFunction(inverse).values(problem)
    let other = try InfluenceFunction(inverse, includesSelfScores: true).values(problem)
    #expect(distance(other, from: plain) < 1e-10)
  }

  @Test func `TRAK averages scores and doubts of its ensemble separately`() throws {
    let problem = try Problems.softmax()
    let other = problem.parameters.map { 0.5 * $0 + 0.1 }
    let ensemble = [problem.parameters, other]
    let damping = Damping.absolute(0.3)
    let parts = try ensemble.map { try TRAK(damping: damping, ensemble: [$0]).values(problem) }
    let doubts = ensemble.map { parameters in
      problem.model.losses(of: problem.train, at: parameters).map { 1 - exp(-$0) }
    }
    let expected = parts[0].indices.map { place in
      let example = place % 40
      let plain = zip(parts, doubts).map { $0[place] / $1[example] }
      return (plain[0] + plain[1]) / 2 * (doubts[0][example] + doubts[1][example]) / 2
    }
    let found = try TRAK(damping: damping, ensemble: ensemble).values(problem)
    #expect(distance(found, from: expected) < 1e-10)
  }

  @Test func `a square projection changes nothing in TRAK without damping to speak of`() throws {
    let problem = try Problems.softmax()
    let plain = try TRAK(damping: .relative(1e-9)).values(problem)
    let turned = try TRAK(width: 15, damping: .relative(1e-9), seed: 4).values(problem)
    #expect(distance(turned, from: plain) < 1e-4)
    let few = try TRAK(width: 6, damping: .relative(0.1), seed: 4).values(problem)
    #expect(try TRAK(width: 6, damping: .relative(0.1), seed: 4).values(problem) == few)
    #expect(try TRAK(width: 6, damping: .relative(0.1), seed: 5).values(problem) != few)
  }

  @Test func `LoGra wider than every layer is influence by the layers' Fisher matrices`() throws {
    let softmax = try Problems.softmax(ridge: 0)
    let exact = ExactInverse(.fisher(.data), damping: .relative(0.1))
    let expected = try InfluenceFunction(exact).values(softmax)
    #expect(distance(try LoGra(width: 9).values(softmax), from: expected) < 1e-10)
  }

  @Test func `LoGra's projections follow their seed and keep what matters`() throws {
    let problem = try Problems.perceptron()
    let few = try LoGra(width: 3, seed: 1).values(problem)
    #expect(try LoGra(width: 3, seed: 1).values(problem) == few)
    #expect(try LoGra(width: 3, seed: 2).values(problem) != few)
    #expect(try #require(pearson(few, try LoGra(width: 9).values(problem))) > 0.5)
  }
}
