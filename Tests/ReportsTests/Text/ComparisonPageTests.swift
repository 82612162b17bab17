import Experiment
import Reports
import Terminal
import TestSupport
import Testing

private let comparison: RunComparison = {
  func contender(
    _ run: String,
    jobs: (Int, of: Int),
    _ figures: [RunComparison.Measure: RunComparison.Figure],
    shared: [Double]
  ) -> RunComparison.Contender {
    RunComparison.Contender(
      run: run,
      estimator: "log-dc",
      view: .firstToken,
      cost: RunComparison.Cost(jobs: jobs.0, read: jobs.of, rows: 1200, dollars: 1.5),
      figures: figures,
      shared: shared
    )
  }
  func difference(_ value: Double, _ low: Double, _ high: Double) -> RunComparison.Difference {
    RunComparison.Difference(value: value, interval: low...high)
  }
  return RunComparison(
    contenders: [
      contender(
        "half.db",
        jobs: (20, of: 50),
        [.ap: .init(0.75), .reliability: .init(0.5), .above: .init(12)],
        shared: [1, 0.25]
      ),
      contender(
        "third.db",
        jobs: (20, of: 20),
        [
          .ap: .init(0.875, difference: difference(0.125, 0.0625, 0.25)),
          .reliability: .init(0.5, difference: difference(0, -0.125, 0.125)),
          .above: .init(14, difference: RunComparison.Difference(value: 2, interval: nil)),
        ],
        shared: [0.25, 1]
      ),
    ],
    tag: "t",
    against: nil,
    queries: 3,
    grouped: true,
    prevalence: 0.1,
    notes: ["left out: \u{1B}[31mridge"]
  )
}()

@Suite struct ComparisonPageTests {
  @Test func `cost, figures and differences stand in a table each`() {
    let text = Page(comparison).rendered(width: 100, style: .plain)
    let lines = text.split(separator: "\n").map { $0.split(separator: " ").joined(separator: " ") }
    for line in [
      "Compared on 3 queries as one group tagged t",
      "half.db 20 50 1,200 1.50",
      "half.db log-dc, first token 0.750 0.500 12.0 100 %",
      "third.db log-dc, first token 0.875 0.500 14.0 25 %",
      "third.db log-dc, first token +0.125 (0.063…0.250) none shown (−0.125…0.125) +2.0",
      "AP of the rows with the tag; chance 0.100",
      "jobs runs are cut to their first models, as many as the cheapest trained",
    ] { #expect(lines.contains(line), "\(line) in:\n\(text)") }
    #expect(!text.contains("\u{1B}") && !text.contains("two-sided"))
  }

  @Test func `the record has every measure, null where it cannot be told`() {
    let whole = Records.comparison(comparison)
    #expect(JSONSchema.published.faults(in: whole, as: "comparison") == [])
    let text = String(decoding: whole.bytes, as: UTF8.self)
    let record = #"""
      {"run":"third.db","estimator":"log-dc","view":"first-token","jobs":20,"jobsRead":20,\#
      "rowsTrained":1200,"dollars":1.5,"ap":0.875,"twoSided":null,"reliability":0.5,"above":14,\#
      "sharedTop":[0.25,1],"differences":{"ap":{"value":0.125,"low":0.0625,"high":0.25,\#
      "shown":true},"reliability":{"value":0,"low":-0.125,"high":0.125,"shown":false},\#
      "above":{"value":2,"low":null,"high":null,"shown":null}}}
      """#
    #expect(text.contains(record), "\(text)")
    #expect(text.hasPrefix(#"{"schema":1,"tag":"t","against":null,"queries":3,"grouped":true,"#))
  }
}
