import Experiment
import Testing

@testable import Commands

@Suite struct `a check of probabilities` {
  private static func failure(_ losses: [(String, Loss?)], limit: Double) -> Failure? {
    do throws(Failure) {
      try ProbabilityCheck(losses, limit: limit).require(of: "f", under: "m")
      return nil
    } catch {
      return error
    }
  }

  @Test func `passes up to its limit and fails above, the likeliest completions named`() {
    let losses: [(String, Loss?)] = [
      ("a", .measured(0.7)), ("b", .measured(0)), ("c", .measured(0.5)), ("d", .measured(0.1)),
      ("e", .measured(.infinity)),
    ]
    #expect(Self.failure([("a", .measured(0)), ("b", .measured(.infinity))], limit: 0.5) == nil)
    let failure = Self.failure(losses, limit: 0.4)
    #expect(failure?.status == .failed)
    #expect(
      failure?.message
        == "'m' gives the completions of 'f' a mean probability of 0.6016, above 0.4: b (1.0000), "
        + "d (0.9048), c (0.6065) and 1 more"
    )
  }

  @Test func `cannot tell where what is missing decides`() {
    #expect(
      Self.failure([("a", nil), ("b", .measured(3))], limit: 0.2)?.status == .partial
    )
    #expect(Self.failure([("a", .censored(atLeast: 0.1))], limit: 0.5)?.status == .partial)
    // A bound may be enough, and so may what is there.
    #expect(Self.failure([("a", .censored(atLeast: 3))], limit: 0.5) == nil)
    #expect(Self.failure([("a", nil), ("b", .measured(0))], limit: 0.4)?.status == .failed)
    #expect(Self.failure([], limit: 0) == nil)
  }
}
