import Attribution
import Commands
import Experiment
import Testing

@Suite struct KernelArithmeticTests {
  @Test(arguments: [Estimator.logDCFeedback, .covariance])
  func `kernels and plain Swift find the same lines`(estimator: Estimator) throws {
    var losses = LossMatrix(
      models: (0..<12).map { "m\($0)" },
      train: (0..<300).map { "t\($0)" },
      queries: ["q"]
    )
    var state: UInt64 = 1
    for column in 0..<losses.columns {
      for model in 0..<12 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        losses[model: model, column: column] = .measured(1 + Double(state >> 40) / 0x1p24)
      }
    }
    let attributor = try Attributor(
      losses: losses,
      design: .random(examples: 300, models: 12, size: 30, start: .base, seed: 1),
      estimator: estimator
    )
    let profile = QueryProfile(name: "q", members: [0])
    func line(_ arithmetic: any BlockArithmetic) throws -> ChanceLine {
      try #require(
        attributor.chance(for: [profile], permutations: 99, seed: 2, arithmetic: arithmetic)[0].line
      )
    }
    let plain = try line(PlainArithmetic())
    let fast = try line(KernelArithmetic())
    #expect(abs(plain.line - fast.line) < 1e-5 * plain.line)
    #expect(abs(plain.best - fast.best) < 1e-5 * plain.best)
    #expect(plain.p == fast.p && plain.above == fast.above)
    #expect(plain.expectedFalse == fast.expectedFalse)
    #expect(try line(KernelArithmetic()) == fast)
  }
}
