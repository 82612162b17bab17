import Statistics
import Testing

@testable import WhiteBox

/// Heavy-ball descent with decay on ½(θ − c)ᵀA(θ − c), one matrix and centre a step.
private struct QuadraticTraining {
  var steps: [(matrix: [[Double]], centre: [Double], step: StageEmbedding.Step)] = []

  init(seed: UInt64, count: Int, step: StageEmbedding.Step) {
    var generator = SplitMix64(seed: seed)
    for _ in 0..<count {
      let factor = (0..<3).map { _ in (0..<3).map { _ in 0.5 * generator.normal() } }
      let matrix = (0..<3).map { row in
        (0..<3).map { column in (0..<3).reduce(0) { $0 + factor[row][$1] * factor[column][$1] } }
      }
      steps.append((matrix, (0..<3).map { _ in generator.normal() }, step))
    }
  }

  func product(_ index: Int, _ vector: [Double]) -> [Double] {
    steps[index].matrix.map { dot($0, vector) }
  }

  func run(from start: (theta: [Double], velocity: [Double]))
    -> (theta: [Double], velocity: [Double])
  {
    var (theta, velocity) = start
    for (index, part) in steps.enumerated() {
      let gradient = product(index, zip(theta, part.centre).map { $0 - $1 })
      for place in theta.indices {
        velocity[place] =
          part.step.momentum * velocity[place] + gradient[place] + part.step.ridge * theta[place]
        theta[place] -= part.step.rate * velocity[place]
      }
    }
    return (theta, velocity)
  }
}

struct StageEmbeddingTests {
  @Test(arguments: [0, 0.9])
  func `of quadratic losses is the exact effect of skipping the stage`(momentum: Double) {
    let step = StageEmbedding.Step(rate: 0.1, momentum: momentum, ridge: 0.05)
    let stages = (1...3).map { QuadraticTraining(seed: UInt64($0), count: 7, step: step) }
    let before = stages[0].run(from: ([1, -2, 0.5], [0, 0, 0]))
    let after = stages[1].run(from: before)
    let factual = stages[2].run(from: after).theta
    let skipped = stages[2].run(from: before).theta
    let embedding = StageEmbedding(
      parameters: zip(after.theta, before.theta).map { $0 - $1 },
      velocity: zip(after.velocity, before.velocity).map { $0 - $1 },
      steps: stages[2].steps.map(\.step),
      hessianProduct: { stages[2].product($0, $1) }
    )
    let gradient = [0.3, -1, 2]
    let expected = dot(gradient, factual) - dot(gradient, skipped)
    #expect(abs(embedding.effect(onGradient: gradient) - expected) < 1e-12)
    #expect(abs(expected) > 1e-3)
  }
}
