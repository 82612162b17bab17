import Experiment
import Testing

@Suite struct `keys of content` {
  private func key(_ add: (inout ContentKey) -> Void) -> String {
    var key = ContentKey("job", version: 1)
    add(&key)
    return key.text
  }

  @Test func `are the same in every version`() {
    // Written down with the encoding; a change of it loses every key that stores hold.
    var key = ContentKey("job", version: 1)
    key.add("text", "e\u{301}")
    key.add("none", String?.none)
    key.add("whole", -1)
    key.add("seed", UInt64.max)
    key.add("number", 0.1)
    key.add("yes", true)
    key.add("list", ["a", ""])
    key.add("rows", [Example(id: "x", prompt: .text("p"), completion: "c").trainingDigest])
    #expect(key.text == "04b8b31434e3eabcd6c2de908046665b")
  }

  @Test func `tell apart what a shorter text would not`() {
    let keys = [
      key { $0.add("a", "bc") }, key { $0.add("ab", "c") }, key { $0.add("a", String?.none) },
      key { $0.add("a", "") }, key { $0.add("a", 0) }, key { $0.add("a", Int?.none) },
      key { $0.add("a", false) }, key { $0.add("a", [String]()) },
      key { $0.add("a", ["b", "c"]) }, key { $0.add("a", ["bc"]) },
      key { $0.add("a", [String]?.none) }, key { _ in },
    ]
    // A name means one kind of value: under one name, nothing is nothing, and 0, false and no texts are 0.
    #expect(Set(keys).count == keys.count - 4)
  }

  @Test func `know the kind and version they are of`() {
    #expect(ContentKey("job", version: 1).text != ContentKey("job", version: 2).text)
    #expect(ContentKey("job", version: 1).text != ContentKey("run", version: 1).text)
  }

  @Test func `take numbers by their bits, and minus zero for zero`() {
    #expect(key { $0.add("x", 0.1 + 0.2) } != key { $0.add("x", 0.3) })
    #expect(key { $0.add("x", -0.0) } == key { $0.add("x", 0.0) })
  }

  @Test func `of rows heed order and weights, not ids and tags`() {
    func row(_ id: String, _ text: String) -> Digest {
      Example(id: id, prompt: .text(text), completion: "c", tags: [id]).trainingDigest
    }
    let rows = [row("1", "a"), row("2", "b")]
    #expect(key { $0.add("rows", rows) } == key { $0.add("rows", [row("x", "a"), row("y", "b")]) })
    #expect(key { $0.add("rows", rows) } != key { $0.add("rows", rows.reversed()) })
    #expect(key { $0.add("rows", rows) } == key { $0.add("rows", rows, weights: [1, 1]) })
    #expect(key { $0.add("rows", rows) } != key { $0.add("rows", rows, weights: [1, -1]) })
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
    #expect(text == "58b7c142355de8e950f205dea1053fab")
  }
}
