import Experiment
import Testing

struct LossMatrixTests {
  @Test func `the first models keep their losses, bounds and gaps`() {
    var losses = LossMatrix(models: ["a", "b", "c"], train: ["x"], queries: ["q"])
    losses[model: 0, column: 0] = .measured(1)
    losses[model: 1, column: 1] = .censored(atLeast: 2)
    losses[model: 2, column: 1] = .measured(3)
    let few = losses.first(2)
    #expect(few.models == ["a", "b"] && few.train == ["x"] && few.queries == ["q"])
    #expect(few[model: 0, column: 0] == .measured(1) && few[model: 1, column: 0] == nil)
    #expect(few[model: 1, column: 1] == .censored(atLeast: 2))
    #expect(few.missing == 2 && few.censored == 1)
    #expect(losses.first(9).models == losses.models)
  }
}
