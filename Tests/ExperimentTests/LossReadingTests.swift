import Experiment
import Testing

@Suite struct `readings of losses` {
  private let read = LossReading(
    loss: .measured(3),
    tokens: 2,
    tokenLogProbabilities: [-1, -2],
    method: "echo"
  )

  @Test func `are seen whole, by token, and by the first token`() {
    #expect(read.loss(.sum) == .measured(3))
    #expect(read.loss(.mean) == .measured(1.5))
    #expect(read.loss(.firstToken) == .measured(1))
    #expect(read.reason == nil && read.source == "echo")
  }

  @Test func `that are missing say why, and have no number in any view`() {
    let missing = LossReading.missing(reason: "null log-probability")
    for view in LossView.allCases { #expect(missing.loss(view) == nil) }
    #expect(missing.loss == nil && missing.tokens == 0 && missing.tokenLogProbabilities.isEmpty)
    #expect(missing.reason == "null log-probability" && missing.source == missing.reason)
  }

  @Test func `that are bounds stay bounds, and do not tell the first token`() {
    let bound = LossReading(
      loss: .censored(atLeast: 4),
      tokens: 2,
      tokenLogProbabilities: [],
      method: "top-20"
    )
    #expect(bound.loss(.sum) == .censored(atLeast: 4))
    #expect(bound.loss(.mean) == .censored(atLeast: 2))
    #expect(bound.loss(.firstToken) == nil)
  }

  @Test func `without tokens have no mean, and a first token that is no number is none`() {
    let odd = LossReading(
      loss: .measured(1),
      tokens: 0,
      tokenLogProbabilities: [-.infinity],
      method: "forward"
    )
    #expect(odd.loss(.mean) == nil && odd.loss(.firstToken) == nil)
  }

  @Test func `fill a matrix, which keeps bounds apart and gives nothing where there is nothing`() {
    var matrix = LossMatrix(models: ["m"], train: ["a", "b", "c"], queries: ["q"])
    matrix[model: 0, column: 0] = .measured(1)
    matrix[model: 0, column: 1] = .censored(atLeast: 2)
    matrix[model: 0, column: 2] = .measured(.nan)
    #expect(matrix[model: 0, column: 0] == .measured(1))
    #expect(matrix[model: 0, column: 1] == .censored(atLeast: 2))
    #expect(matrix[model: 0, column: 2] == nil && matrix[model: 0, column: 3] == nil)
    #expect(matrix.missing == 2 && matrix.censored == 1)
    matrix[model: 0, column: 1] = nil
    #expect(matrix.missing == 3 && matrix.censored == 0)
  }
}
