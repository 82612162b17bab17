import Experiment
import Testing

struct ContentKeyTests {
  private func key(_ change: (inout ContentKey) -> Void) -> String {
    var key = ContentKey("test", version: 1)
    change(&key)
    return key.text
  }

  @Test func `lists are told apart by their parts, their ends and whether there are any`() {
    let keys = [
      key { $0.add("a", [1, 2, 3]) }, key { $0.add("a", [1, 3, 2]) },
      key { $0.add("b", [1, 2, 3]) },
      key { $0.add("a", nil as [Int]?) }, key { $0.add("a", [Int]()) },
      key {
        $0.add("a", [1])
        $0.add("a", [2, 3])
      },
      key { $0.add("a", [1.5]) }, key { $0.add("a", [-1.5]) },
    ]
    #expect(Set(keys).count == keys.count)
    #expect(key { $0.add("a", [0.0]) } == key { $0.add("a", [-0.0]) })
  }

  @Test func `lists have this encoding, which no version changes`() {
    let text = key {
      $0.add("members", [0, 258, -1])
      $0.add("weights", [0.5, -2])
    }
    #expect(text == "7bbc44c89fbf0608588816af05b2fdc6")
  }
}

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
