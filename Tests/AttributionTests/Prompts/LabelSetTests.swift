import Experiment
import Testing

@testable import Attribution

@Suite struct `labels that completions are out of` {
  private func rows(_ completions: [String]) -> [Example] {
    completions.enumerated().map {
      Example(id: "t\($0)", prompt: .text("row \($0)"), completion: $1)
    }
  }

  private func read(_ loss: Loss) -> LossReading {
    LossReading(loss: loss, tokens: 1, tokenLogProbabilities: [], method: "given")
  }

  @Test func `the loss is that of the label among all`() throws {
    let labels = try LabelSet(["A", "B", "C"], of: [])
    // Probabilities .5, .25 and .05 of the whole vocabulary: .625, .3125 and .0625 among the labels.
    let readings = [0.6931471805599453, 1.3862943611198906, 2.995732273553991].map {
      read(.measured($0))
    }
    let golden = [0.47000362924573563, 1.1631508098056809, 2.772588722239781]
    for own in 0..<3 {
      #expect(abs(try #require(labels.loss(of: own, readings: readings)) - golden[own]) < 1e-12)
    }
  }

  @Test func `a level that all labels share changes nothing, and nothing overflows`() throws {
    let labels = try LabelSet(["A", "B"], of: [])
    for level in [0.0, 1, 700, 1e6] {
      let loss = labels.loss(of: 0, readings: [read(.measured(level)), read(.measured(level + 1))])
      // log(1 + e⁻¹)
      #expect(abs(try #require(loss) - 0.31326168751822286) < 1e-9)
    }
    let alone = labels.loss(of: 1, readings: [read(.measured(0)), read(.measured(5_000))])
    #expect(alone == 5_000)
  }

  @Test func `bounds count as what they bound, and a missing loss leaves the example out`() throws {
    let labels = try LabelSet(["A", "B"], of: [])
    let bounded = labels.loss(of: 0, readings: [read(.measured(0)), read(.censored(atLeast: 0))])
    #expect(abs(try #require(bounded) - 0.6931471805599453) < 1e-12)
    #expect(labels.loss(of: 0, readings: [read(.measured(0)), .missing(reason: "null")]) == nil)
    #expect(labels.loss(of: 0, readings: [read(.measured(.nan)), read(.measured(1))]) == nil)
  }

  @Test func `labels are recognised in two to ten completions of five rows each`() {
    let two = LabelSet(
      recognisedIn: rows([" yes", "no"].flatMap { Array(repeating: $0, count: 5) })
    )
    #expect(two?.labels == ["no", "yes"])
    #expect(LabelSet(recognisedIn: rows(Array(repeating: "yes", count: 9))) == nil)
    #expect(
      LabelSet(
        recognisedIn: rows(Array(repeating: "yes", count: 9) + Array(repeating: "no", count: 4))
      )
        == nil
    )
    func numbers(_ count: Int) -> [Example] { rows((0..<5 * count).map { "\($0 % count)" }) }
    #expect(LabelSet(recognisedIn: numbers(10))?.labels.count == 10)
    #expect(LabelSet(recognisedIn: numbers(11)) == nil)
    #expect(LabelSet(recognisedIn: []) == nil)
  }

  @Test func `a variant keeps the white space of its example and all else`() throws {
    let labels = try LabelSet(["A", "B b"], of: [])
    let example = Example(id: "t", prompt: .text("p"), completion: " A\n", tags: ["x"])
    #expect(labels.variants(of: example).map(\.completion) == [" A\n", " B b\n"])
    #expect(labels.variants(of: example)[0] == example)
    #expect(labels.label(of: example) == 0)
    #expect(labels.label(of: Example(id: "t", prompt: .text("p"), completion: "C")) == nil)
  }

  @Test func `given labels are two or more, different, and hold every completion`() throws {
    #expect(try LabelSet([" A", "B "], of: rows(["A", " B"])).labels == ["A", "B"])
    for (labels, completions) in [
      (["A"], ["A"]), (["A", " A"], ["A"]), (["A", ""], ["A"]), (["A", "B"], ["A", "C"]),
    ] {
      let error = #expect(throws: AttributionError.self) {
        try LabelSet(labels, of: rows(completions))
      }
      #expect(error?.code == .invalidDesign)
    }
  }

  @Test func `what is left open is filled in for optimised prompts alone`() throws {
    let train = rows((0..<10).map { $0 % 2 == 0 ? "A" : "B" })
    func labels(_ method: PromptPerturbation.Method, _ labels: [String]?) throws -> [String]? {
      try PromptPerturbation(method: method, labels: labels).resolved(for: train).labels
    }
    #expect(try labels(.bdpl, nil) == ["A", "B"])
    #expect(try labels(.bdpl, []) == [])
    #expect(try labels(.bdpl, ["B", "A", "C"]) == ["B", "A", "C"])
    #expect(try labels(.random, nil) == nil)
    #expect(try PromptPerturbation(method: .bdpl).resolved(for: rows(["x"])).labels == nil)
  }
}
