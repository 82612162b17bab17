import Experiment
import Terminal
import TestSupport
import Testing

@testable import Reports

/// A record as it is written, once the published schema has found no fault with it.
private func text(_ value: JSONValue, _ name: String) -> String {
  #expect(JSONSchema.published.faults(in: value, as: name) == [])
  return String(decoding: value.bytes, as: UTF8.self)
}

private let line = ChanceLine(
  line: 0.4,
  best: 0.5,
  median: 0.3,
  p: 0.02,
  above: 1,
  expectedFalse: 0.06,
  aboveByFDR: 2,
  lineByFDR: nil,
  rows: 7,
  permutations: 119,
  isExhaustive: true,
  commonShare: 0.1
)

@Suite struct RecordsTests {
  @Test func `findings have the contract's fields and no number that is not one`() {
    let findings = QueryFindings(
      query: "q\"1",
      queries: 1,
      text: "ask",
      estimator: "corr",
      reason: nil,
      chance: .line(line),
      examples: [
        RankedExample(
          rank: 1,
          id: "a",
          score: 0.5,
          interval: 0.25...1,
          tags: ["t"],
          text: "x\ny",
          sharedWords: ["x"]
        ),
        RankedExample(
          rank: 2,
          id: "b",
          score: .nan,
          interval: nil,
          tags: [],
          text: "",
          sharedWords: []
        ),
      ],
      evidence: TextEvidence(
        sameCompletion: 1,
        sameCompletionInCorpus: 2,
        bm25Overlap: 3,
        top: 20,
        enriched: [EnrichedWord(word: "w", top: 2, corpus: 3, lift: 4.5)],
        verdict: nil
      ),
      reliability: Reliability(
        models: 2,
        planned: 3,
        signalToNoise: .infinity,
        repeats: 4,
        stability: 0.75,
        notMeasurable: 5,
        missing: 6,
        censored: 7
      )
    )
    #expect(
      text(Records.findings(findings), "findings")
        == #"{"schema":1,"query":"q\"1","queries":1,"text":"ask","#
        + #""estimator":"corr","reason":null,"#
        + #""sign":"positive = the example helps the query (its presence lowers the loss)","#
        + #""chance":{"line":0.4,"p":0.02,"above":1,"expectedFalse":0.06,"fdr":0.06,"aboveByFDR":2,"#
        + #""lineByFDR":null,"best":0.5,"median":0.3,"rows":7,"permutations":119,"exhaustive":true,"#
        + #""commonShare":0.1},"chanceReason":null,"#
        + #""examples":[{"rank":1,"id":"a","score":0.5,"low":0.25,"high":1,"tags":["t"],"#
        + #""text":"x\ny","sharedWords":["x"],"aboveChance":true},"#
        + #"{"rank":2,"id":"b","score":null,"low":null,"high":null,"tags":[],"text":"","#
        + #""sharedWords":[],"aboveChance":false}],"#
        + #""evidence":{"top":20,"sameCompletion":1,"sameCompletionInCorpus":2,"bm25Overlap":3,"#
        + #""enriched":[{"word":"w","top":2,"corpus":3,"lift":4.5}],"phrases":[],"verdict":null},"#
        + #""reliability":{"models":2,"planned":3,"signalToNoise":null,"repeats":4,"#
        + #""stability":0.75,"notMeasurable":5,"missing":6,"censored":7,"#
        + #""sampling":"models","candidates":null,"commonShare":null},"audit":null}"#
    )
  }

  @Test func `a plan keeps unknown losses unknown`() {
    let plan = RunPlan(
      jobs: 1,
      trainingTokens: 2,
      requests: 3,
      scoringTokens: 4,
      scoredInputs: 0,
      dollars: nil,
      hours: 0.5,
      warnings: ["w"]
    )
    #expect(
      text(Records.plan(plan), "plan") == #"{"schema":1,"jobs":1,"trainingTokens":2,"requests":3,"#
        + #""scoringTokens":4,"scoredInputs":0,"dollars":null,"hours":0.5,"warnings":["w"],"#
        + #""candidates":null,"methods":[],"ladders":[],"embeddings":null}"#
    )
  }

  @Test func `a status counts models and losses`() {
    var status = RunStatus(
      phase: .running,
      models: .init(planned: 4, succeeded: 3, running: 2, failed: 1),
      losses: .init(expected: 8, measured: 7, missing: 6, censored: 5),
      dollars: 0,
      notes: ["n"]
    )
    status.missing = [.init(reason: "r", count: 6, examples: ["a", "b"])]
    let convergence = Convergence(
      behaviour: "b",
      models: 3,
      curve: [.init(models: 3, reliability: 0.5)],
      expected: [.init(models: 6, reliability: 0.75)],
      above: 2,
      stability: 0.25
    )
    #expect(
      text(Records.status(status, convergence: [convergence]), "status")
        == #"{"schema":1,"phase":"running","models":{"planned":4,"#
        + #""succeeded":3,"running":2,"failed":1},"losses":{"expected":8,"measured":7,"#
        + #""missing":6,"censored":5},"dollars":0,"notes":["n"],"#
        + #""missing":[{"reason":"r","count":6,"examples":["a","b"]}],"waiting":[],"#
        + #""convergence":[{"behaviour":"b","models":3,"above":2,"stability":0.25,"#
        + #""curve":[{"models":3,"reliability":0.5}],"#
        + #""expected":[{"models":6,"reliability":0.75}]}]}"#
    )
  }

  @Test func `a status tells what is waited for, since when and in which words`() {
    let status = RunStatus(
      phase: .running,
      models: .init(planned: 1, succeeded: 0, running: 1, failed: 0),
      losses: .init(expected: 1, measured: 0, missing: 0, censored: 0),
      dollars: nil,
      waiting: [
        Wait("a place", words: "8 \"a\" day", since: 60, until: 120),
        Wait("a job", words: "queued", since: 0, isUsual: true),
      ]
    )
    #expect(
      text(Records.status(status), "status").hasSuffix(
        #""waiting":[{"for":"a place","since":"1970-01-01T00:01:00Z","#
          + #""until":"1970-01-01T00:02:00Z","words":"8 \"a\" day"},{"for":"a job","#
          + #""since":"1970-01-01T00:00:00Z","until":null,"words":"queued"}],"convergence":[]}"#
      )
    )
  }

  @Test func `an evaluation lists baselines by name and precision by count`() {
    func retrieval(_ ap: Double, _ auroc: Double?) -> Retrieval {
      var retrieval = Retrieval(
        ap: ap,
        apInterval: nil,
        auroc: auroc,
        twoSided: auroc,
        twoSidedInterval: nil,
        precision: [20: 0.25, 5: 1],
        sameOutputAP: nil
      )
      retrieval.aurocInterval = 0.25...0.75
      retrieval.precisionIntervals = [5: 0.5...1]
      return retrieval
    }
    let evaluation = Evaluation(
      estimator: "corr",
      tag: "t",
      against: "d",
      queries: 2,
      grouped: true,
      prevalence: 0.5,
      retrieval: retrieval(0.75, 0.5),
      baselines: ["z": retrieval(0, nil), "bm25": retrieval(1, 1)],
      chances: [
        EvaluatedChance(chance: .line(line), tagged: 1),
        EvaluatedChance(chance: .unknown(reason: "why"), tagged: 0),
      ],
      candidates: 9,
      audit: AuditEstimate(top: 3, audited: 4, above: 1, rest: 12, share: 0.25...0.75)
    )
    let rest =
      #""apInterval":null,"auroc":AUROC,"aurocInterval":[0.25,0.75],"twoSided":AUROC,"twoSidedInterval":null,"#
      + #""precision":{"5":1,"20":0.25},"precisionIntervals":{"5":[0.5,1]},"sameOutputAP":null"#
    func filled(_ auroc: String) -> String {
      rest.split(separator: "AUROC", omittingEmptySubsequences: false).joined(separator: auroc)
    }
    #expect(
      text(Records.evaluation(evaluation), "evaluation")
        == #"{"schema":1,"estimator":"corr","tag":"t","#
        + #""against":"d","queries":2,"grouped":true,"prevalence":0.5,"commonShare":null,"#
        + #""sign":"positive = the example helps the query (its presence lowers the loss)","#
        + #""chance":[{"line":0.4,"p":0.02,"above":1,"expectedFalse":0.06,"fdr":0.06,"aboveByFDR":2,"#
        + #""lineByFDR":null,"best":0.5,"median":0.3,"rows":7,"permutations":119,"exhaustive":true,"#
        + #""commonShare":0.1,"tagged":1,"reason":null},{"tagged":0,"reason":"why"}],"#
        + #""candidates":9,"audit":{"top":3,"audited":4,"above":1,"rest":12,"#
        + #""shareInterval":[0.25,0.75],"recall":0.5,"recallInterval":[0.25,0.5]},"#
        + #""ap":0.75,"# + filled("0.5") + #","baselines":{"bm25":{"ap":1,"# + filled("1")
        + #"},"z":{"ap":0,"# + filled("null") + "}}}"
    )
  }

  @Test(arguments: [
    (Loss?.some(.measured(1.5)), "1.5", "true"), (.censored(atLeast: 2), "2", "false"),
    (nil, "null", "false"),
  ])
  func `a loss is exact only when it was measured`(loss: Loss?, nll: String, exact: String) {
    let reading =
      loss.map {
        LossReading(loss: $0, tokens: 3, tokenLogProbabilities: [], method: "forward")
      } ?? .missing(reason: "null log-probability")
    #expect(
      text(Records.read(reading, id: "a"), "scoreLine")
        == "{\"schema\":1,\"id\":\"a\",\"nll\":\(nll),\"tokens\":\(reading.tokens),\"method\":\"\(reading.source)\","
        + "\"exact\":\(exact),\"reason\":\(loss == nil ? "\"null log-probability\"" : "null")}"
    )
  }

  @Test func `shared words are marked whole, case ignored, the three rarest only`() {
    #expect(
      Page.marked("A Cat, concat cat: dog", words: ["cat", "x", "y", "dog"]) == [
        Page.Span("A "), Page.Span("Cat", .mark), Page.Span(", concat "), Page.Span("cat", .mark),
        Page.Span(": dog"),
      ]
    )
    #expect(Page.marked("a_b", words: ["b"]) == [Page.Span("a_"), Page.Span("b", .mark)])
    #expect(Page.marked("", words: ["a"]).isEmpty)
    #expect(Page.marked("a b", words: []) == [Page.Span("a b")])
  }

  @Test func `a failure is told with its schema, and as the last event with its time`() {
    #expect(
      text(Records.failure("no", hint: nil, status: 1), "error")
        == #"{"schema":1,"error":"no","hint":null,"status":1}"#
    )
    #expect(
      text(Records.event(.failed("no", hint: "yes", status: 64), time: 61), "event")
        == #"{"schema":1,"event":"failed","time":"1970-01-01T00:01:01Z","error":"no","hint":"yes","#
        + #""status":64}"#
    )
  }

  @Test(
    arguments: [
      (
        CommandEvent.note("x\u{1B}"), #""note","time":"1970-01-01T00:00:00Z","text":"x\u001b""#,
        "x\u{1B}"
      ),
      (.remark("x"), #""note","time":"1970-01-01T00:00:00Z","text":"x""#, "note: x"),
      (.warning("x"), #""warning","time":"1970-01-01T00:00:00Z","text":"x""#, "warning: x"),
      (
        .model("model-1", .failed, reason: "r"),
        #""model","time":"1970-01-01T00:00:00Z","name":"model-1","status":"failed","reason":"r""#,
        "model-1 failed: r"
      ),
      (
        .model("target", .trained),
        #""model","time":"1970-01-01T00:00:00Z","name":"target","status":"trained","reason":null"#,
        nil
      ),
      (
        .step(Verdict.Step(name: "text", jobs: 2, outcome: "o")),
        #""step","time":"1970-01-01T00:00:00Z","step":"text","jobs":2,"outcome":"o""#,
        "text (2 trainings): o"
      ),
      (
        .waiting(Wait("a job", words: "queued", since: 0)),
        #""waiting","time":"1970-01-01T00:00:00Z","for":"a job","since":"1970-01-01T00:00:00Z","#
          + #""until":null,"words":"queued""#,
        "waiting for a job since 1970-01-01T00:00:00Z: queued"
      ), (.done(status: 3), #""done","time":"1970-01-01T00:00:00Z","status":3"#, nil),
    ] as [(CommandEvent, String, String?)]
  )
  func `an event is an object for programs and a line for people`(
    event: CommandEvent,
    object: String,
    line: String?
  ) {
    #expect(
      text(Records.event(event, time: 0), "event") == #"{"schema":1,"event":"# + object + "}"
    )
    #expect(event.line == line)
  }

  @Test func `progress has the line's numbers, and what is unknown is null`() {
    var written: [String] = []
    var line = ProgressLine(
      medium: .events { text(Records.event(CommandEvent($0), time: 0), "event") },
      style: .plain
    )
    written.append(line.begin("training", unit: "models", total: 4, now: .zero))
    let figures = [
      ProgressLine.Figure("dollars", 0.5, "$0.50"), ProgressLine.Figure("failed", 1, "1 failed"),
    ]
    written.append(line.update(2, detail: "d", figures: figures, now: .seconds(4)))
    let start = #"{"schema":1,"event":"progress","time":"1970-01-01T00:00:00Z","task":"training","#
    #expect(
      written == [
        start + #""unit":"models","done":0,"total":4,"rate":null,"secondsLeft":null,"detail":"","#
          + #""waiting":"","ended":false}"#,
        start + #""unit":"models","done":2,"total":4,"rate":0.5,"secondsLeft":4,"detail":"d","#
          + #""waiting":"","ended":false,"dollars":0.5,"failed":1}"#,
      ]
    )
  }

  @Test func `a plan as an event is the whole plan`() {
    let plan = RunPlan(
      jobs: 1,
      trainingTokens: 2,
      requests: 3,
      scoringTokens: 4,
      scoredInputs: 0,
      dollars: nil,
      hours: nil,
      warnings: []
    )
    #expect(
      text(Records.event(.plan(plan), time: 0), "event").hasSuffix(
        #""plan":"# + text(Records.plan(plan), "plan") + "}"
      )
    )
  }
}
