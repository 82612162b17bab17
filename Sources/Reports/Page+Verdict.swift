package import Experiment

extension Page {
  /// What removal proved about a behaviour.
  ///
  /// - Parameters:
  ///   - verdict: The verdict.
  ///   - behaviour: What the queries show, such as their tag.
  ///   - queries: How many queries show it.
  package init(_ verdict: Verdict, of behaviour: String, queries: Int) {
    var parts: [Part] = [
      .heading([
        Span("\(verdict.finding.rawValue): ", Self.emphasis(verdict.finding)),
        Span(behaviour, .accent),
      ])
    ]
    var lines: [[Span]] = []
    if verdict.finding == .cause {
      lines.append([Span(Self.sentence(verdict, queries: queries), .strong)])
    }
    lines.append([Span(verdict.reason.prefix(1).uppercased() + verdict.reason.dropFirst() + ".")])
    if let missing = verdict.missingPairs {
      lines.append([Span("\(Numerals.count(missing, "more pair")) of trainings would settle it.")])
    }
    parts.append(.lines(lines))
    if !verdict.clusters.isEmpty { parts.append(Self.clusters(verdict.clusters)) }
    parts.append(.notes(Self.notes(verdict)))
    if !verdict.steps.isEmpty {
      parts.append(
        .table(
          [Column("step"), Column("trainings", isNumeric: true), Column("outcome", minimum: 24)],
          rows: verdict.steps.map {
            [[Span($0.name)], [Span("\($0.jobs)")], [Span($0.outcome, .faint)]]
          }
        )
      )
    }
    self.init(parts)
  }

  static func emphasis(_ finding: Verdict.Finding) -> Emphasis {
    switch finding {
    case .cause: .bad
    case .noCause: .good
    case .notResolved: .warning
    }
  }

  /// What is seen with and without the culprits.
  static func sentence(_ verdict: Verdict, queries: Int) -> String {
    let rows = Numerals.count(verdict.culprits.count, "row")
    guard let with = verdict.retrained, let without = verdict.without else {
      return "\(rows) cause it."
    }
    func seen(_ shown: Verdict.Shown) -> String {
      "\(Numerals.fixed(shown.queries, shown.queries == shown.queries.rounded() ? 0 : 1)) of \(queries)"
        + " (p \(Numerals.fixed(shown.rate, 2)))"
    }
    return
      "\(rows) cause it: with them \(seen(with)) queries show it, without them \(seen(without))."
  }

  private static func clusters(_ clusters: [Verdict.Cluster]) -> Part {
    .table(
      [
        Column("finding"), Column("suspects", minimum: 16), Column("rows", isNumeric: true),
        Column("share", isNumeric: true), Column("interval"), Column("tested"),
        Column("found by", minimum: 10),
      ],
      rows: clusters.map { one in
        [
          [Span(one.finding.rawValue, emphasis(one.finding))], [Span(one.cluster.name, .accent)],
          [Span("\(one.cluster.rows.count)")],
          [Span(one.share.map { Numerals.fixed($0.value, 2) } ?? "–", .strong)],
          [
            Span(
              one.share.map { "\(Numerals.fixed($0.low, 2))…\(Numerals.fixed($0.high, 2))" } ?? "",
              .faint
            )
          ],
          [Span(one.share == nil ? "" : one.isGivenBack ? "given back" : "taken away", .faint)],
          [Span(one.cluster.sources.joined(separator: " "), .faint)],
        ]
      }
    )
  }

  private static func notes(_ verdict: Verdict) -> [Note] {
    func share(_ effect: Verdict.Effect) -> String {
      "\(Numerals.fixed(effect.value, 2)) (\(Numerals.fixed(effect.low, 2))…"
        + "\(Numerals.fixed(effect.high, 2)))"
    }
    func shown(_ shown: Verdict.Shown) -> String {
      "p \(Numerals.fixed(shown.rate, 2)), NLL \(Numerals.fixed(shown.nll, 2))"
    }
    var notes: [Note] = []
    if let trigger = verdict.trigger {
      let lift = trigger.lift.map {
        ", \(Numerals.fixed($0, 1)) times as frequent among rows with that output"
      }
      notes.append(
        Note("trigger", [Span("'\(trigger.word)'", .mark), Span(lift ?? "")])
      )
    }
    notes.append(
      Note(
        "share",
        "of the behaviour that goes with the rows: 0 none, 1 all; a cause is shown to be above 0.1, no "
          + "cause to be below 0.3"
      )
    )
    if let random = verdict.random {
      notes.append(Note("control", "as many random rows taken away, in nats: \(share(random))"))
    }
    if let same = verdict.sameOutput {
      notes.append(Note("control", "as many other rows with the same output: \(share(same))"))
    }
    if let base = verdict.base, let target = verdict.target {
      notes.append(Note("base", shown(base)))
      notes.append(Note("θ0", shown(target)))
    }
    if let again = verdict.retrained {
      notes.append(Note("again", "θ0 trained again: \(shown(again))"))
    }
    if let without = verdict.without { notes.append(Note("without", shown(without))) }
    for other in verdict.others {
      notes.append(
        Note(
          other.tag,
          "\(other.queries) other queries: \(shown(other.retrained)); without the culprits "
            + shown(other.without)
        )
      )
    }
    for triage in verdict.triage {
      let name = verdict.clusters.first { $0.cluster.rows == triage.rows }?.cluster.name
      let interval = triage.interval.map {
        " (\(Numerals.fixed($0.lowerBound, 2))…\(Numerals.fixed($0.upperBound, 2)))"
      }
      notes.append(
        Note(
          "triage",
          "a step against '\(name ?? "rows")' raises the NLL by \(Numerals.fixed(triage.rise, 2)) more than that of other queries"
            + (interval ?? "")
        )
      )
    }
    if let agreement = verdict.triageAgreement {
      notes.append(
        Note(
          "agreement",
          "of triage with removal over the clusters: Spearman \(Numerals.fixed(agreement, 2))"
        )
      )
    }
    if let spread = verdict.spread {
      notes.append(
        Note(
          "spread",
          "a share from one pair of trainings, nothing done: ± \(Numerals.fixed(spread, 3))"
        )
      )
    }
    notes.append(Note("jobs", "\(verdict.jobs) trainings"))
    return notes
  }
}
