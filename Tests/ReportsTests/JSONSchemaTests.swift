import Experiment
import FoundationEssentials
import TestSupport
import Testing

@testable import Hosts
@testable import Reports

private let effect = Verdict.Effect(value: -0.5, low: -1, high: 0)
private let shown = Verdict.Shown(nll: 1, rate: 0.5, queries: 1.5)

private let corpus = Corpus(
  train: [
    Example(id: "a", prompt: .text("x"), completion: "y"),
    Example(id: "b", prompt: .text("x"), completion: "y"),
  ],
  queries: [Example(id: "q", prompt: .text("x"), completion: "y")]
)

@Suite struct `the published JSON Schema` {
  @Test func `describes every property of every object`() {
    #expect(JSONSchema.published.undescribed == [])
    #expect(JSONSchema.published.definitions.count >= 14)
  }

  @Test func `fits a verdict with everything, and one with nothing`() {
    let cluster = Verdict.Cluster(
      cluster: SuspectCluster(name: "n", rows: [0], sources: ["bm25"], word: "w", strength: 2),
      effect: effect,
      share: effect,
      isGivenBack: true,
      finding: .cause
    )
    var full = Verdict(
      finding: .cause,
      reason: "r",
      culprits: [0],
      clusters: [cluster],
      removal: cluster,
      random: effect,
      sameOutput: effect,
      base: shown,
      target: shown,
      retrained: shown,
      without: shown,
      spread: 0.1,
      missingPairs: 2,
      jobs: 4
    )
    full.others = [.init(tag: "t", queries: 1, retrained: shown, without: shown)]
    full.triage = [.init(rows: [1], rise: 0.5, interval: 0...1)]
    full.triageAgreement = 1
    full.steps = [.init(name: "text", jobs: 0, outcome: "o")]
    for verdict in [full, Verdict(finding: .notResolved, reason: "r")] {
      let record = Records.verdict(verdict, corpus: corpus, planned: 3, dollars: nil)
      #expect(JSONSchema.published.faults(in: record, as: "verdict") == [])
    }
  }

  @Test(arguments: [Int?.none, 25])
  func `fits a pilot, whatever it advises`(models: Int?) {
    let pilot = Pilot(
      noise: nil,
      behaviours: [
        .init(
          name: "b",
          base: models == nil ? nil : shown,
          models: shown,
          target: shown,
          strength: 1
        )
      ],
      subsetRatio: 0.5,
      advice: .init(models: models, subsetRatio: 0.3, start: .base, estimator: "log-dc")
    )
    let record = Records.pilot(pilot, plan: nil)
    #expect(JSONSchema.published.faults(in: record, as: "pilot") == [])
  }

  @Test func `fits what a probe and a cleaning say`() {
    var report = ProbeReport()
    for checks in [
      [], [ProbeReport.Check(name: "n", verdict: .unclear, detail: "d", evidence: "")],
    ] {
      report.checks = checks
      let probe = Records.probe(report, host: "h")
      #expect(JSONSchema.published.faults(in: probe, as: "probe") == [])
    }
    let resource = RemoteResource(.adapter, id: "x", job: "j", host: "h")
    for leftover in [nil, "in use"] {
      let cleaned = Records.cleaned(resource, leftover: leftover)
      #expect(JSONSchema.published.faults(in: cleaned, as: "cleaned") == [])
    }
  }

  @Test(arguments: [
    (#"{"schema":1,"error":"e","hint":null}"#, "$: lacks 'status'"),
    (#"{"schema":1,"error":"e","hint":null,"status":1,"more":2}"#, "$: 'more' is not described"),
    (#"{"schema":2,"error":"e","hint":null,"status":1}"#, "$.schema: another constant"),
    (#"{"schema":1,"error":"e","hint":3,"status":1}"#, #"$.hint: not of type ["string","null"]"#),
    (#"{"schema":1,"error":"e","hint":null,"status":1.5}"#, #"$.status: not of type "integer""#),
    ("[]", #"$: not of type "object""#),
  ])
  func `is not fitted by what it does not describe`(text: String, fault: String) throws {
    let value = try JSON5Reader.read(Array(text.utf8))
    #expect(JSONSchema.published.faults(in: value, as: "error") == [fault])
  }

  @Test func `is not fitted by an event of no kind, or with fields of another`() throws {
    for text in [
      #"{"schema":1,"event":"nothing","time":"t"}"#,
      #"{"schema":1,"event":"done","time":"t","text":"x"}"#,
    ] {
      let value = try JSON5Reader.read(Array(text.utf8))
      #expect(!JSONSchema.published.faults(in: value, as: "event").isEmpty)
    }
    #expect(
      JSONSchema.published.faults(in: .null, as: "nothing") == ["the schema defines no 'nothing'"]
    )
  }

  @Test(.enabled(if: Interpreter.python.has("jsonschema"), "needs python3 with jsonschema"))
  func `is one to Python's validator, too, which agrees`() throws {
    let folder = try TemporaryFolder()
    let record = Records.failure("e", hint: "h", status: 1)
    try Data(record.bytes).write(to: folder.url.appending(path: "error.json"))
    let script = """
      import json, jsonschema
      schema = json.load(open("\(JSONSchema.publishedFile.path)"))
      jsonschema.Draft202012Validator.check_schema(schema)
      value = json.load(open("error.json"))
      jsonschema.validate(value, schema)
      try:
        jsonschema.validate({**value, "more": 1}, schema)
      except jsonschema.ValidationError:
        print("agreed")
      """
    let (status, output) = try Interpreter.python.run(script, in: folder.url)
    #expect(status == 0 && output == "agreed\n", "\(output)")
  }
}
