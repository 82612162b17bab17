import Attribution
import Experiment
import Statistics
import Testing

struct SamplingCovarianceTests {
  @Test func `over all subsets the covariance is (1/m − 1/n) times that of the gradients`() throws {
    // A model trained on a subset moves by −P times the subset's mean gradient; a loss changes by its
    // gradient times that. All 56 subsets of three in eight take the place of sampling.
    let (examples, members, directions) = (8, 3, 4)
    var generator = SplitMix64(seed: 12)
    func draw(_ rows: Int) -> [[Double]] {
      (0..<rows).map { _ in (0..<directions).map { _ in generator.normal() } }
    }
    func dot(_ left: [Double], _ right: [Double]) -> Double {
      zip(left, right).reduce(0) { $0 + $1.0 * $1.1 }
    }
    let train = draw(examples)
    let queries = draw(2)
    let trainer = draw(directions)
    let subsets = (0..<1 << examples).filter { $0.nonzeroBitCount == members }.map { mask in
      (0..<examples).filter { mask & (1 << $0) != 0 }
    }
    #expect(subsets.count == 56)
    let moves = subsets.map { subset in
      trainer.map { row in
        -mean(of: subset.map { dot(row, train[$0]) })
      }
    }
    let losses = LossMatrix.columns(
      (train + queries).map { gradient in moves.map { 50 + dot(gradient, $0) } },
      queries: 2
    )
    let scores = try Attributor(
      losses: losses,
      design: anyDesign(losses),
      estimator: .covariance
    ).scores(for: singles(losses))

    // G·P·S·Pᵀ·Gᵀ with S the sample covariance of the gradients.
    let spreads = trainer.map { row in
      let values = train.map { dot(row, $0) }
      return values.map { $0 - mean(of: values) }
    }
    let moved = spreads.map { left in spreads.map { dot(left, $0) / Double(examples - 1) } }
    let factor = 1 / Double(members) - 1 / Double(examples)
    // The estimator divides by K − 1, the enumeration is of all K there are.
    let correction = 56.0 / 55
    for (query, gradient) in queries.enumerated() {
      let expected = train.map { row in
        correction * factor * dot(row, moved.map { dot($0, gradient) })
      }
      #expect(distance(scores.row(query: query), expected) < 1e-10)
    }
  }
}
