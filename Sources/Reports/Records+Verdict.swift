package import Experiment

extension Records {
  /// `verify --json`.
  ///
  /// - Parameters:
  ///   - verdict: The verdict.
  ///   - corpus: The examples, for ids.
  ///   - planned: Trainings that were expected.
  ///   - dollars: What the run has spent; `nil` when unknown.
  /// - Returns: One object.
  package static func verdict(
    _ verdict: Verdict,
    corpus: Corpus,
    planned: Int,
    dollars: Double?
  ) -> JSONValue {
    func ids(_ rows: [Int]) -> JSONValue { .strings(rows.map { corpus.train[$0].id }) }
    func effect(_ effect: Verdict.Effect?) -> [(String, JSONValue)] {
      [
        ("effect", .number(effect?.value)), ("low", .number(effect?.low)),
        ("high", .number(effect?.high)),
      ]
    }
    func cluster(_ one: Verdict.Cluster) -> JSONValue {
      .object(
        [
          ("name", .string(one.cluster.name)), ("rows", ids(one.cluster.rows)),
          ("sources", .strings(one.cluster.sources)),
        ] + effect(one.effect) + [
          (
            "share",
            one.share.map {
              .object([
                ("value", .number($0.value)), ("low", .number($0.low)), ("high", .number($0.high)),
              ])
            } ?? .null
          ), ("tested", .string(one.isGivenBack ? "given back" : "taken away")),
          ("verdict", .string(one.finding.rawValue)),
        ]
      )
    }
    func control(_ one: Verdict.Effect?) -> JSONValue { one.map { .object(effect($0)) } ?? .null }
    func shown(_ shown: Verdict.Shown?) -> JSONValue {
      shown.map {
        .object([
          ("nll", .number($0.nll)), ("rate", .number($0.rate)), ("queries", .number($0.queries)),
        ])
      } ?? .null
    }
    return .object([
      ("schema", .integer(schema)), ("verdict", .string(verdict.finding.rawValue)),
      ("reason", .string(verdict.reason)), ("culprits", ids(verdict.culprits)),
      (
        "trigger",
        verdict.trigger.map {
          .object([("word", .string($0.word)), ("lift", .number($0.lift))])
        } ?? .null
      ), ("clusters", .array(verdict.clusters.map(cluster))),
      ("removal", verdict.removal.map(cluster) ?? .null),
      (
        "controls",
        .object([
          ("random", control(verdict.random)), ("sameOutput", control(verdict.sameOutput)),
        ])
      ),
      (
        "behaviour",
        .object([
          ("base", shown(verdict.base)), ("target", shown(verdict.target)),
          ("retrained", shown(verdict.retrained)), ("without", shown(verdict.without)),
        ])
      ),
      (
        "others",
        .array(
          verdict.others.map {
            .object([
              ("tag", .string($0.tag)), ("queries", .integer($0.queries)),
              ("retrained", shown($0.retrained)), ("without", shown($0.without)),
            ])
          }
        )
      ),
      (
        "steps",
        .array(verdict.steps.map { .object(members(of: $0)) })
      ),
      (
        "triage",
        .array(
          verdict.triage.map {
            .object([
              ("rows", ids($0.rows)), ("rise", .number($0.rise)),
              ("low", .number($0.interval?.lowerBound)), ("high", .number($0.interval?.upperBound)),
            ])
          }
        )
      ), ("triageAgreement", .number(verdict.triageAgreement)), ("spread", .number(verdict.spread)),
      ("missingPairs", verdict.missingPairs.map { .integer($0) } ?? .null),
      ("jobs", .object([("planned", .integer(planned)), ("used", .integer(verdict.jobs))])),
      ("dollars", .number(dollars)),
    ])
  }
  static func members(of step: Verdict.Step) -> [(String, JSONValue)] {
    [
      ("step", .string(step.name)), ("jobs", .integer(step.jobs)),
      ("outcome", .string(step.outcome)),
    ]
  }
}
