package import Experiment

/// The JSON objects outsiders read: fields are added, never renamed.
///
/// Each has a `schema` number, so that a reader can tell an old file from a new one, and whatever
/// carries scores says what their sign means. A number that is not known or not finite is `null`.
package enum Records {
  /// Version of the records; grows when the meaning of a field changes.
  package static let schema = 1
  /// What a positive score means, in one sentence.
  package static let sign = "positive = the example helps the query (its presence lowers the loss)"

  /// One line of `top --json`: the list for one query or group.
  package static func findings(_ findings: QueryFindings) -> JSONValue {
    let examples = findings.examples.map { example in
      JSONValue.object([
        ("rank", .integer(example.rank)), ("id", .string(example.id)),
        ("score", .number(example.score)),
        ("low", .number(example.interval?.lowerBound)),
        ("high", .number(example.interval?.upperBound)),
        ("tags", .strings(example.tags)), ("text", .string(example.text)),
        ("sharedWords", .strings(example.sharedWords)),
        ("aboveChance", findings.listedAbove.map { .bool(example.rank <= $0) } ?? .null),
      ])
    }
    return .object([
      ("schema", .integer(schema)), ("query", .string(findings.query)),
      ("queries", .integer(findings.queries)), ("text", .string(findings.text)),
      ("estimator", .string(findings.estimator)), ("reason", .string(findings.reason)),
      ("sign", .string(sign)), ("chance", chance(findings.chance.line)),
      ("chanceReason", .string(findings.chance.reason)), ("examples", .array(examples)),
      ("evidence", evidence(findings.evidence)), ("reliability", reliability(findings.reliability)),
      ("audit", audit(findings.audit)),
    ])
  }

  /// `plan --json`.
  package static func plan(_ plan: RunPlan) -> JSONValue {
    let methods = plan.methods.map { method in
      JSONValue.object([
        ("method", .string(method.name)), ("scoredInputs", .integer(method.scoredInputs)),
        ("requests", .integer(method.requests)), ("scoringTokens", .integer(method.scoringTokens)),
        ("dollars", .number(method.dollars)), ("configured", .bool(method.isConfigured)),
        ("recommended", .bool(method.isRecommended)), ("evidence", .string(method.evidence)),
      ])
    }
    return .object([
      ("schema", .integer(schema)), ("jobs", .integer(plan.jobs)),
      ("trainingTokens", .integer(plan.trainingTokens)), ("requests", .integer(plan.requests)),
      ("scoringTokens", .integer(plan.scoringTokens)),
      ("scoredInputs", .integer(plan.scoredInputs)), ("dollars", .number(plan.dollars)),
      ("hours", .number(plan.hours)), ("warnings", .strings(plan.warnings)),
      ("candidates", plan.candidates.map { .integer($0) } ?? .null),
      ("methods", .array(methods)),
      (
        "ladders",
        .array(
          plan.ladders.map {
            .object([
              ("behaviour", .string($0.behaviour)), ("suspects", .integer($0.suspects)),
              ("removal", .object([("likely", .integer($0.likely)), ("most", .integer($0.most))])),
              ("steps", .integer($0.steps)), ("models", .integer($0.models)),
            ])
          }
        )
      ),
      (
        "embeddings",
        plan.embeddings.map {
          .object([
            ("texts", .integer($0.texts)), ("requests", .integer($0.requests)),
            ("tokens", .integer($0.tokens)),
          ])
        } ?? .null
      ),
    ])
  }

  /// `status --json`.
  ///
  /// - Parameters:
  ///   - status: Where the run stands.
  ///   - convergence: How far the scores of each behaviour have settled.
  /// - Returns: The record.
  package static func status(
    _ status: RunStatus,
    convergence: [Convergence] = []
  ) -> JSONValue {
    .object([
      ("schema", .integer(schema)), ("phase", .string(status.phase.rawValue)),
      (
        "models",
        .object([
          ("planned", .integer(status.models.planned)),
          ("succeeded", .integer(status.models.succeeded)),
          ("running", .integer(status.models.running)),
          ("failed", .integer(status.models.failed)),
        ])
      ),
      (
        "losses",
        .object([
          ("expected", .integer(status.losses.expected)),
          ("measured", .integer(status.losses.measured)),
          ("missing", .integer(status.losses.missing)),
          ("censored", .integer(status.losses.censored)),
        ])
      ),
      ("dollars", .number(status.dollars)), ("notes", .strings(status.notes)),
      (
        "missing",
        .array(
          status.missing.map {
            .object([
              ("reason", .string($0.reason)), ("count", .integer($0.count)),
              ("examples", .strings($0.examples)),
            ])
          }
        )
      ),
      ("waiting", .array(status.waiting.map { .object(members(of: $0)) })),
      ("convergence", .array(convergence.map(Self.convergence))),
    ])
  }

  static func members(of wait: Wait) -> [(String, JSONValue)] {
    [
      ("for", .string(wait.subject)), ("since", .string(Wait.time(wait.since))),
      ("until", .string(wait.until.map(Wait.time))), ("words", .string(wait.words)),
    ]
  }

  /// `evaluate --json`, also what `demo --json` holds as `evaluation`.
  package static func evaluation(_ evaluation: Evaluation) -> JSONValue {
    let baselines = evaluation.baselines.sorted { $0.key < $1.key }.map { name, retrieval in
      JSONValue.Member(name, .object(members(of: retrieval)))
    }
    return .object(
      [
        JSONValue.Member("schema", .integer(schema)),
        JSONValue.Member("estimator", .string(evaluation.estimator)),
        JSONValue.Member("tag", .string(evaluation.tag)),
        JSONValue.Member("against", .string(evaluation.against)),
        JSONValue.Member("queries", .integer(evaluation.queries)),
        JSONValue.Member("grouped", .bool(evaluation.grouped)),
        JSONValue.Member("prevalence", .number(evaluation.prevalence)),
        JSONValue.Member("commonShare", .number(evaluation.commonShare)),
        JSONValue.Member("sign", .string(sign)),
        JSONValue.Member("chance", .array(evaluation.chances.map(chance))),
        JSONValue.Member("candidates", evaluation.candidates.map { .integer($0) } ?? .null),
        JSONValue.Member("audit", audit(evaluation.audit)),
      ] + members(of: evaluation.retrieval) + [JSONValue.Member("baselines", .object(baselines))]
    )
  }

  /// One line of `score --json`: what one model charges for one example.
  package static func read(_ reading: LossReading, id: String) -> JSONValue {
    let isExact = if case .measured = reading.loss { true } else { false }
    return .object([
      ("schema", .integer(schema)), ("id", .string(id)), ("nll", .number(reading.loss?.value)),
      ("tokens", .integer(reading.tokens)), ("method", .string(reading.source)),
      ("exact", .bool(isExact)),
      ("reason", reading.reason.map { .string($0) } ?? .null),
    ])
  }

  private static func members(of retrieval: Retrieval) -> [JSONValue.Member] {
    let precision = retrieval.precision.sorted { $0.key < $1.key }.map { count, share in
      JSONValue.Member("\(count)", .number(share))
    }
    let intervals = retrieval.precisionIntervals.sorted { $0.key < $1.key }
      .map { JSONValue.Member("\($0)", interval($1)) }
    return [
      JSONValue.Member("ap", .number(retrieval.ap)),
      JSONValue.Member("apInterval", interval(retrieval.apInterval)),
      JSONValue.Member("auroc", .number(retrieval.auroc)),
      JSONValue.Member("aurocInterval", interval(retrieval.aurocInterval)),
      JSONValue.Member("twoSided", .number(retrieval.twoSided)),
      JSONValue.Member("twoSidedInterval", interval(retrieval.twoSidedInterval)),
      JSONValue.Member("precision", .object(precision)),
      JSONValue.Member("precisionIntervals", .object(intervals)),
      JSONValue.Member("sameOutputAP", .number(retrieval.sameOutputAP)),
    ]
  }

  private static func interval(_ interval: ClosedRange<Double>?) -> JSONValue {
    interval.map { .array([.number($0.lowerBound), .number($0.upperBound)]) } ?? .null
  }

  /// `null` where there is no line.
  static func chance(_ line: ChanceLine?) -> JSONValue {
    line.map { .object(members(of: $0)) } ?? .null
  }

  private static func chance(_ evaluated: EvaluatedChance) -> JSONValue {
    .object(
      (evaluated.chance.line.map(members) ?? [])
        + [
          JSONValue.Member("tagged", .integer(evaluated.tagged)),
          JSONValue.Member("reason", .string(evaluated.chance.reason)),
        ]
    )
  }

  static func members(of line: ChanceLine) -> [JSONValue.Member] {
    [
      JSONValue.Member("line", .number(line.line)), JSONValue.Member("p", .number(line.p)),
      JSONValue.Member("above", .integer(line.above)),
      JSONValue.Member("expectedFalse", .number(line.expectedFalse)),
      JSONValue.Member("fdr", .number(line.falseShare)),
      JSONValue.Member("aboveByFDR", .integer(line.aboveByFDR)),
      JSONValue.Member("lineByFDR", .number(line.lineByFDR)),
      JSONValue.Member("best", .number(line.best)),
      JSONValue.Member("median", .number(line.median)),
      JSONValue.Member("rows", .integer(line.rows)),
      JSONValue.Member("permutations", .integer(line.permutations)),
      JSONValue.Member("exhaustive", .bool(line.isExhaustive)),
      JSONValue.Member("commonShare", .number(line.commonShare)),
    ]
  }

  private static func evidence(_ evidence: TextEvidence) -> JSONValue {
    func list(_ words: [EnrichedWord]) -> JSONValue {
      .array(
        words.map { word in
          .object([
            ("word", .string(word.word)), ("top", .integer(word.top)),
            ("corpus", .integer(word.corpus)), ("lift", .number(word.lift)),
          ])
        }
      )
    }
    return .object([
      ("top", .integer(evidence.top)), ("sameCompletion", .integer(evidence.sameCompletion)),
      ("sameCompletionInCorpus", .integer(evidence.sameCompletionInCorpus)),
      ("bm25Overlap", .integer(evidence.bm25Overlap)), ("enriched", list(evidence.enriched)),
      ("phrases", list(evidence.phrases)),
      ("verdict", .string(evidence.verdict)),
    ])
  }

  /// `signalToNoise` is `null` both when nothing was read twice and when repeats agree exactly
  /// (an infinite ratio); `repeats` tells the two apart.
  private static func audit(_ audit: AuditEstimate?) -> JSONValue {
    guard let audit else { return .null }
    return .object([
      ("top", .integer(audit.top)), ("audited", .integer(audit.audited)),
      ("above", .integer(audit.above)), ("rest", .integer(audit.rest)),
      ("shareInterval", interval(audit.share)), ("recall", .number(audit.recall)),
      ("recallInterval", interval(audit.recallInterval)),
    ])
  }

  private static func reliability(_ reliability: Reliability) -> JSONValue {
    .object([
      ("models", .integer(reliability.models)), ("planned", .integer(reliability.planned)),
      ("signalToNoise", .number(reliability.signalToNoise)),
      ("repeats", .integer(reliability.repeats)), ("stability", .number(reliability.stability)),
      ("notMeasurable", .integer(reliability.notMeasurable)),
      ("missing", .integer(reliability.missing)), ("censored", .integer(reliability.censored)),
      ("sampling", .string(reliability.sampling.rawValue)),
      ("candidates", reliability.candidates.map { .integer($0) } ?? .null),
      ("commonShare", .number(reliability.commonShare)),
    ])
  }
}
