package import Experiment

extension Page {
  /// Runs and estimators side by side: what they cost, what they reach, how they differ from the first.
  package init(_ comparison: RunComparison) {
    let measures = RunComparison.Measure.allCases.filter { measure in
      comparison.contenders.contains { $0.figures[measure] != nil }
    }
    var parts: [Part] = [
      .heading(Self.title(of: comparison)),
      Self.costs(comparison),
      Self.figures(comparison, measures),
    ]
    if comparison.contenders.count > 1 { parts.append(Self.differences(comparison, measures)) }
    parts.append(.notes(Self.notes(comparison, measures)))
    self.init(parts)
  }

  private static func title(of comparison: RunComparison) -> [Span] {
    let queries = Numerals.count(comparison.queries, "query")
    let manner = comparison.queries == 1 ? "" : comparison.grouped ? " as one group" : " one by one"
    return [Span("Compared on \(queries)\(manner)", .strong)]
      + (comparison.tag.map { [Span(" tagged ", .strong), Span($0, .accent)] } ?? [])
  }

  private static func costs(_ comparison: RunComparison) -> Part {
    var seen: Set<String> = []
    let runs = comparison.contenders.filter { seen.insert($0.run).inserted }
    let hasDollars = runs.contains { $0.cost.dollars != nil }
    let columns =
      [
        Column("run", minimum: 12), Column("jobs", isNumeric: true), Column("of", isNumeric: true),
        Column("rows trained on", isNumeric: true),
      ] + (hasDollars ? [Column("dollars", isNumeric: true)] : [])
    return .table(
      columns,
      rows: runs.map { run in
        let isCut = run.cost.jobs < run.cost.read
        return [
          [Span(run.run)], [Span(Numerals.grouped(run.cost.jobs), isCut ? .warning : .plain)],
          [Span(Numerals.grouped(run.cost.read), .faint)], [Span(Numerals.grouped(run.cost.rows))],
        ] + (hasDollars ? [[Span(run.cost.dollars.map { Numerals.fixed($0, 2) } ?? "–")]] : [])
      }
    )
  }

  private static func figures(
    _ comparison: RunComparison,
    _ measures: [RunComparison.Measure]
  ) -> Part {
    let hasOthers = comparison.contenders.count > 1
    let best = Dictionary(
      uniqueKeysWithValues: measures.map { measure in
        (measure, comparison.contenders.compactMap { $0.figures[measure]?.value }.max())
      }
    )
    return .table(
      head + measures.map { Column(title(of: $0), isNumeric: true) }
        + (hasOthers ? [Column("top 20", isNumeric: true)] : []),
      rows: comparison.contenders.map { contender in
        names(of: contender)
          + measures.map { measure in
            guard let value = contender.figures[measure]?.value else { return [Span("–", .faint)] }
            let isBest = hasOthers && measure != .above && value == best[measure]
            return [Span(text(value, measure), isBest ? .strong : .plain)]
          } + (hasOthers ? [[Span(Numerals.percent(contender.shared[0]))]] : [])
      }
    )
  }

  private static func differences(
    _ comparison: RunComparison,
    _ measures: [RunComparison.Measure]
  ) -> Part {
    .table(
      head + measures.map { Column(title(of: $0)) },
      rows: comparison.contenders.dropFirst().map { contender in
        names(of: contender)
          + measures.map { measure in
            guard let difference = contender.figures[measure]?.difference else {
              return [Span("–", .faint)]
            }
            guard let interval = difference.interval else {
              return [Span(signed(difference.value, measure), .faint)]
            }
            let range =
              "\(text(interval.lowerBound, measure))…\(text(interval.upperBound, measure))"
            guard difference.isShown else { return [Span("none shown (\(range))", .faint)] }
            return [
              Span(signed(difference.value, measure), difference.value > 0 ? .good : .bad),
              Span(" (\(range))", .faint),
            ]
          }
      }
    )
  }

  private static let head = [Column("run", minimum: 8), Column("estimator", minimum: 12)]

  private static func names(of contender: RunComparison.Contender) -> [[Span]] {
    [[Span(contender.run)], [Span(estimator(of: contender), .accent)]]
  }

  private static func estimator(of contender: RunComparison.Contender) -> String {
    switch contender.view {
    case .sum: contender.estimator
    case .mean: contender.estimator + ", mean"
    case .firstToken: contender.estimator + ", first token"
    }
  }

  private static func title(of measure: RunComparison.Measure) -> String {
    switch measure {
    case .ap: "AP"
    case .twoSided: "two-sided"
    case .reliability: "reliability"
    case .above: "above"
    }
  }

  private static func text(_ value: Double, _ measure: RunComparison.Measure) -> String {
    Numerals.fixed(value, measure == .above ? 1 : 3)
  }

  private static func signed(_ value: Double, _ measure: RunComparison.Measure) -> String {
    (value > 0 ? "+" : "") + text(value, measure)
  }

  private static func notes(
    _ comparison: RunComparison,
    _ measures: [RunComparison.Measure]
  ) -> [Note] {
    var notes: [Note] = []
    if comparison.contenders.contains(where: { $0.cost.jobs < $0.cost.read }) {
      notes.append(
        Note(
          "jobs",
          "runs are cut to their first models, as many as the cheapest trained",
          .warning
        )
      )
    }
    if measures.contains(.ap), let chance = comparison.prevalence {
      notes.append(Note("AP", "of the rows with the tag; chance \(Numerals.fixed(chance, 3))"))
    }
    if measures.contains(.twoSided), let tag = comparison.tag, let against = comparison.against {
      notes.append(Note("two-sided", "mean AUROC of '\(tag)' against '\(against)' and the reverse"))
    }
    if measures.contains(.reliability) {
      notes.append(
        Note(
          "reliability",
          "2h / (1 + h) of the correlation h between two halves of the models: noise, not truth"
        )
      )
    }
    if measures.contains(.above) {
      notes.append(Note("above", "rows above the chance line, the mean over what was asked"))
    }
    if let first = comparison.contenders.first, comparison.contenders.count > 1 {
      notes.append(Note("top 20", "share of the first 20 rows that are among the first's, too"))
      let drawn =
        comparison.grouped || comparison.queries == 1 ? "models" : "models and queries"
      notes.append(
        Note(
          "differences",
          "to \(first.run) by \(estimator(of: first)); 95 % intervals from \(drawn) drawn anew, the "
            + "same for all; 'none shown' where one holds 0; one such interval in twenty misses"
        )
      )
      let judged = comparison.contenders.dropFirst().compactMap { contender in
        [.ap, .reliability].lazy.compactMap { contender.figures[$0]?.difference }.first
      }
      if judged.contains(where: { $0.interval == nil }) {
        notes.append(
          Note("no interval", "where fewer than five models can be drawn anew", .warning)
        )
      }
    }
    return notes + comparison.notes.map { Note("note", $0, .warning) }
  }
}
