package import Experiment

extension Page {
  /// The figures of an evaluation: the estimator's row, then one for each baseline.
  package init(_ evaluation: Evaluation) {
    // Two lengths at most: a table that fits 80 columns has no room for more.
    let known = Set(
      ([evaluation.retrieval] + evaluation.baselines.values).flatMap { $0.precision.keys }
    )
    let counts = Set([known.min(), known.max()].compactMap { $0 }).sorted()
    let hasDecoys = evaluation.against != nil
    var columns = [Column("ranking", minimum: 20), Column("AP", isNumeric: true)]
    if hasDecoys {
      columns += [Column("AUROC", isNumeric: true), Column("two-sided", isNumeric: true)]
    }
    columns += counts.map { Column("p@\($0)", isNumeric: true) }
    columns.append(Column("same output", isNumeric: true))

    func row(_ name: Span, _ retrieval: Retrieval, _ emphasis: Emphasis) -> [[Span]] {
      func cell(_ value: Double?) -> [Span] {
        [Span(value.map { Numerals.fixed($0, 3) } ?? "–", value == nil ? .faint : emphasis)]
      }
      var cells = [[name], cell(retrieval.ap)]
      if hasDecoys { cells += [cell(retrieval.auroc), cell(retrieval.twoSided)] }
      return cells + counts.map { cell(retrieval.precision[$0]) } + [cell(retrieval.sameOutputAP)]
    }

    var rows = [row(Span(evaluation.estimator, .accent), evaluation.retrieval, .strong)]
    for (name, retrieval) in evaluation.baselines.sorted(by: { $0.key < $1.key }) {
      rows.append(row(Span(name), retrieval, .plain))
    }
    rows.append(
      [[Span("chance", .faint)], [Span(Numerals.fixed(evaluation.prevalence, 3), .faint)]]
        + (hasDecoys ? [[Span("0.500", .faint)], [Span("0.500", .faint)]] : [])
    )

    let queries = Numerals.count(evaluation.queries, "query")
    let manner = evaluation.grouped && evaluation.queries > 1 ? "as one group" : "one by one"
    var notes = [Self.sign]
    if let against = evaluation.against {
      notes.append(
        Note(
          "two-sided",
          "mean AUROC of '\(evaluation.tag)' against '\(against)' and the reverse"
        )
      )
    }
    notes.append(
      Note("same output", "AP of all rows with a query's completion, whatever their tag")
    )
    if evaluation.baselines["low-volatility"] != nil {
      notes.append(
        Note("low-volatility", "rows by how little their losses move, whatever is asked")
      )
    }
    if evaluation.baselines["rare-ngrams"] != nil {
      notes.append(
        Note("rare-ngrams", "rows by words in a row that are frequent behind the completion alone")
      )
    }
    if evaluation.baselines["reference-filter"] != nil {
      notes.append(
        Note("reference-filter", "rows whose completion surprises models that did not see them")
      )
    }
    let intervals =
      ([
        ("AP", evaluation.retrieval.apInterval), ("AUROC", evaluation.retrieval.aurocInterval),
        ("two-sided", evaluation.retrieval.twoSidedInterval),
      ] + counts.map { ("p@\($0)", evaluation.retrieval.precisionIntervals[$0]) }).compactMap {
        name,
        interval in
        interval.map {
          "\(name) \(Numerals.fixed($0.lowerBound, 2))…\(Numerals.fixed($0.upperBound, 2))"
        }
      }
    if !intervals.isEmpty {
      notes.append(
        Note(
          "intervals",
          intervals.joined(separator: ", ")
            + " (95 %, bootstrap over \(evaluation.sampling.rawValue))"
        )
      )
    }
    notes += Self.notes(on: evaluation)
    notes += Self.candidates(evaluation.candidates, evaluation.audit)
    self.init([
      .heading([
        Span("Finding the rows tagged ", .strong), Span(evaluation.tag, .accent),
        Span(evaluation.queries == 1 ? " (1 query)" : " (\(queries), \(manner))", .faint),
      ]),
      .table(columns, rows: rows), .notes(notes),
    ])
  }

  /// What a run will ask for and cost.
  package init(_ plan: RunPlan) {
    var notes = [
      Note(
        "training",
        Numerals.count(plan.jobs, "job") + ", " + Numerals.count(plan.trainingTokens, "token")
      ),
      Note(
        "scoring",
        Numerals.count(plan.requests, "request") + ", "
          + Numerals.count(plan.scoringTokens, "token")
      ),
    ]
    if let embeddings = plan.embeddings {
      notes.append(
        Note(
          "embeddings",
          Numerals.count(embeddings.requests, "request") + ", "
            + Numerals.count(embeddings.texts, "text") + ", about "
            + Numerals.count(embeddings.tokens, "token") + "; not in the price"
        )
      )
    }
    notes += [
      Note("price", Self.dollars(plan.dollars), plan.dollars == nil ? .warning : .strong),
      Note("time", Self.time(hours: plan.hours)),
    ]
    notes += plan.ladders.map { ladder in
      let removal =
        ladder.suspects == 0
        ? "text suspects nothing"
        : "\(ladder.likely) to \(ladder.most) trainings without "
          + "\(Numerals.count(ladder.suspects, "suspect")) of text search"
      return Note(
        "proof",
        "'\(ladder.behaviour)': \(removal); if that settles nothing, "
          + "\(Numerals.count(ladder.steps, "small step")), then "
          + "\(Numerals.count(ladder.models, "model")) ('daunce investigate')"
      )
    }
    notes += plan.warnings.map { Note("warning", $0, .warning) }
    self.init(
      [.heading([Span("Plan", .strong), Span(" (nothing is spent)", .faint)]), .notes(notes)]
        + (plan.methods.isEmpty ? [] : Self.comparison(plan.methods))
    )
  }

  /// What each way to make prompts would ask for, and which one to take.
  private static func comparison(_ methods: [RunPlan.Method]) -> [Part] {
    let rows = methods.map { method -> [[Span]] in
      let mark =
        (method.isRecommended ? ["recommended"] : []) + (method.isConfigured ? ["configured"] : [])
      return [
        [Span(method.name, method.isConfigured ? .accent : .plain)],
        [Span(Numerals.grouped(method.scoredInputs))], [Span(Numerals.grouped(method.requests))],
        [Span(Numerals.grouped(method.scoringTokens))],
        [Span(method.dollars == nil ? "–" : dollars(method.dollars))],
        [Span(mark.joined(separator: ", "), method.isRecommended ? .good : .plain)],
      ]
    }
    return [
      .heading([Span("Ways to make prompts", .strong), Span(" (at most)", .faint)]),
      .table(
        [
          Column("method", minimum: 14), Column("inputs", isNumeric: true),
          Column("calls", isNumeric: true), Column("tokens", isNumeric: true),
          Column("price", isNumeric: true), Column("", minimum: 11),
        ],
        rows: rows
      ),
      .notes(methods.map { Note($0.name, $0.evidence) }),
    ]
  }

  /// Where a run stands.
  ///
  /// - Parameters:
  ///   - status: Where it stands.
  ///   - convergence: How far the scores of each behaviour have settled.
  package init(_ status: RunStatus, convergence: [Convergence] = []) {
    let models = status.models
    let losses = status.losses
    var trained = "\(models.succeeded) of \(models.planned) trained"
    if models.running > 0 {
      trained += ", \(models.running) " + (status.phase == .interrupted ? "begun" : "running")
    }
    var read =
      "\(Numerals.grouped(losses.measured)) of \(Numerals.grouped(losses.expected)) measured"
    if losses.censored > 0 { read += ", \(Numerals.grouped(losses.censored)) by a bound" }
    let phase: Emphasis =
      switch status.phase {
      case .complete: .good
      case .partial, .interrupted: .warning
      case .planned, .running: .strong
      }
    var model = [Span(trained)]
    if models.failed > 0 { model.append(Span(", \(models.failed) failed", .bad)) }
    var reading = [Span(read)]
    if losses.missing > 0 {
      reading.append(Span(", \(Numerals.grouped(losses.missing)) missing", .warning))
    }
    self.init([
      .notes(
        [
          Note("phase", status.phase.rawValue, phase), Note("models", model),
          Note("losses", reading),
          Note("spent", Self.dollars(status.dollars)),
        ] + status.waiting.map { Note("waiting for", $0.text, $0.isUsual ? .plain : .warning) }
          + convergence.flatMap { Self.notes(on: $0, status) }
          + status.missing.prefix(8).map { Note("missing", $0.line, .warning) }
          + status.notes.map { Note("note", $0, .warning) }
      )
    ])
  }

  private static func notes(on behaviour: Convergence, _ status: RunStatus) -> [Note] {
    let price = status.dollars.flatMap { dollars in
      dollars > 0 && status.models.succeeded > 0 ? dollars / Double(status.models.succeeded) : nil
    }
    return [Note("scores", behaviour.line)]
      + [behaviour.prospect(price: price)].compactMap {
        $0.map { Note("more", "reliability after \($0)") }
      }
  }

  /// The loss of each example under one model.
  package init(readings: [(id: String, reading: LossReading)]) {
    let rows = readings.map { id, reading -> [[Span]] in
      let nll =
        switch reading.loss {
        case .measured(let value): Span(Numerals.fixed(value, 4), .strong)
        case .censored(let bound): Span("≥ " + Numerals.fixed(bound, 4), .warning)
        case nil: Span("missing", .warning)
        }
      return [[Span(id)], [nll], [Span("\(reading.tokens)")], [Span(reading.source, .faint)]]
    }
    self.init([
      .table(
        [
          Column("id", minimum: 12), Column("NLL (nats)", isNumeric: true),
          Column("tokens", isNumeric: true), Column("method"),
        ],
        rows: rows
      )
    ])
  }

  static func dollars(_ dollars: Double?) -> String {
    guard let dollars, dollars.isFinite else { return "not known: no price list covers it" }
    return dollars == 0 ? "nothing" : "$" + Numerals.fixed(dollars, dollars < 1 ? 4 : 2)
  }

  private static func time(hours: Double?) -> String {
    guard let hours, hours.isFinite else { return "not known" }
    if hours < 1.0 / 60 { return "about \(Numerals.fixed(max(hours * 3600, 1), 0)) s" }
    return hours < 1
      ? "about \(Numerals.fixed(hours * 60, 0)) min" : "about \(Numerals.fixed(hours, 1)) h"
  }
}
