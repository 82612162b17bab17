import Experiment
import Runs
import Terminal

extension Page {
  /// The page with more statements at its end.
  func adding(_ notes: [Note]) -> Page { Page(parts + [.notes(notes)]) }

  /// The rows behind a behaviour, with their ranks by plain text search.
  static func ranking(
    _ behaviour: BehaviourReport,
    _ group: QueryFindings,
    _ texts: Texts
  ) -> Page {
    var parts: [Part] = []
    if let line = group.chance.line, line.above == 0 {
      parts.append(.lines([nothing(line, group.query)]))
    }
    if group.examples.isEmpty {
      parts.append(.lines([[Span("No training example can be scored.", .warning)]]))
    } else {
      parts.append(.list(listing(group, ranks: behaviour.textRanks, texts)))
    }
    parts.append(
      .notes(
        [sign] + choice(group) + notes(on: group.chance) + basis(group)
          + candidates(group.reliability.candidates, group.audit) + textNotes(group.evidence)
      )
    )
    return Page(parts)
  }

  /// The list for one query, with nothing that is said of the group already.
  static func short(_ findings: QueryFindings, _ texts: Texts) -> [Part] {
    var parts: [Part] = [.heading(title(of: findings))]
    if let text = findings.text { parts.append(.lines([[Span(cut(text, to: 300), .faint)]])) }
    if findings.examples.isEmpty {
      parts.append(.lines([[Span(findings.reason ?? "No row can be scored.", .warning)]]))
    } else {
      parts.append(.list(listing(findings, ranks: [:], nil)))
    }
    return parts + [.notes(Array(notes(on: findings.chance).prefix(1)))]
  }

  private static func cut(_ text: String, to limit: Int) -> String {
    let beginning = text.prefix(limit)
    return beginning.endIndex < text.endIndex ? beginning + "…" : text
  }

  private static func listing(
    _ findings: QueryFindings,
    ranks: [String: [Int?]],
    _ texts: Texts?
  ) -> Listing {
    let examples = findings.examples
    let digits = Numerals.digits(for: examples.map(\.score))
    let hasTags = examples.contains { !$0.tags.isEmpty }
    let searches = ranks.keys.sorted()
    var columns = [
      Column("#", isNumeric: true), Column("score", isNumeric: true, importance: 2),
      Column("interval"), Column("id", minimum: 12, importance: 2),
    ]
    if hasTags { columns.append(Column("tags", minimum: 8)) }
    columns += searches.map { Column($0, isNumeric: true) }
    columns.append(Column("text", minimum: 24, importance: 1))
    let lines = examples.enumerated().map { place, example in
      let isChance = findings.listedAbove.map { example.rank > $0 } ?? false
      var cells: [[Span]] = [
        [Span("\(example.rank)", .faint)],
        [
          Span(
            Numerals.fixed(example.score, digits),
            isChance ? .faint : example.score < 0 ? .bad : .strong
          )
        ], interval(example.interval, digits), [Span(example.id)],
      ]
      if hasTags { cells.append([Span(example.tags.joined(separator: " "), .accent)]) }
      cells += searches.map { search in
        [Span(ranks[search]?[place].map { "\($0)" } ?? "–", .faint)]
      }
      cells.append(marked(excerpt(example), words: example.sharedWords))
      return Line(
        id: example.id,
        cells: cells,
        details: texts?.details(of: example.id, words: example.sharedWords) ?? []
      )
    }
    return Listing(
      title: "Rows for \(findings.query)",
      columns: columns,
      rows: lines,
      rule: rule(findings, digits)
    )
  }

  /// The stretch of a text that holds its rarest shared word, or its beginning.
  private static func excerpt(_ example: RankedExample) -> String {
    let limit = 140
    guard let word = example.sharedWords.first,
      let found = example.text.firstRange(of: word),
      example.text.distance(from: example.text.startIndex, to: found.lowerBound) > limit / 2
    else { return cut(example.text, to: limit) }
    let start = example.text.index(found.lowerBound, offsetBy: -limit / 3)
    return "…" + cut(String(example.text[start...]), to: limit)
  }

  /// What taking rows away did: before and after, the clusters, the controls.
  static func removal(_ recorded: RecordedVerdict) -> Page {
    let verdict = recorded.verdict
    let page = Page(verdict, of: recorded.behaviour, queries: recorded.queries.count)
    guard let plot = plot(verdict, of: recorded.behaviour) else { return page }
    return Page([.plot(plot)] + page.parts)
  }

  private static func plot(_ verdict: Verdict, of behaviour: String) -> Plot? {
    func bars(_ values: [(String, Verdict.Shown?, Emphasis)]) -> [BarChart.Bar] {
      values.compactMap { name, shown, emphasis in
        shown.map { BarChart.Bar(name: name, value: $0.rate, emphasis: emphasis) }
      }
    }
    let own = bars([
      ("base", verdict.base, .faint), ("θ0", verdict.target, .accent),
      ("θ0 trained again", verdict.retrained, .accent),
      (
        verdict.finding == .cause ? "without the culprits" : "without the suspects",
        verdict.without, .good
      ),
    ])
    guard !own.isEmpty else { return nil }
    let others = verdict.others.map {
      BarChart.Group(
        name: $0.tag,
        bars: bars([("θ0 trained again", $0.retrained, .accent), ("without", $0.without, .good)])
      )
    }
    let said = own.map { "\($0.name) \(Numerals.fixed($0.value, 2))" }.joined(separator: ", ")
    return Plot(
      title: "Probability of the queries' completions",
      summary: "Mean probability of the completions of \(behaviour): \(said).",
      kind: .bars(BarChart(groups: [BarChart.Group(name: behaviour, bars: own)] + others))
    )
  }

  static func plot(_ distribution: BehaviourReport.Distribution, chance: ChanceLine?) -> Plot {
    let rows = distribution.counts.reduce(0, +)
    let digits = Numerals.digits(for: [distribution.low, distribution.high])
    let line = chance.map { line in
      ", of which \(Numerals.grouped(line.above)) lie above chance (\(Numerals.fixed(line.line, digits)))"
    }
    return Plot(
      title: "Scores of all rows",
      summary: "\(Numerals.count(rows, "row")) from \(Numerals.fixed(distribution.low, digits)) to "
        + "\(Numerals.fixed(distribution.high, digits))\(line ?? "").",
      kind: .histogram(
        Histogram(
          low: distribution.low,
          high: distribution.high,
          counts: distribution.counts,
          axis: "score",
          mark: chance.map {
            Mark(value: $0.line, text: "chance begins at \(Numerals.fixed($0.line, digits))")
          }
        )
      )
    )
  }

  /// How scores settle with more models.
  static func growth(_ convergence: Convergence, _ fit: [BehaviourReport.Expected]) -> Page {
    let last = convergence.curve.last
    let plot = Plot(
      title: "Reliability against models",
      summary: last.map {
        "Reliability of the scores: \(Numerals.fixed($0.reliability, 2)) with "
          + "\(Numerals.count($0.models, "model")); twice as many are expected to give "
          + "\(Numerals.fixed(convergence.expected.last?.reliability ?? .nan, 2))."
      } ?? "Not known.",
      kind: .line(
        LineChart(
          xAxis: "models",
          yAxis: "reliability",
          points: convergence.curve.map { Point(x: Double($0.models), y: $0.reliability) },
          curve: fit.map { Point(x: Double($0.models), y: $0.reliability) },
          band: fit.map(\.range)
        )
      )
    )
    var notes = [Note("scores", convergence.line)]
    if let prospect = convergence.prospect(price: nil) {
      notes.append(Note("more", "reliability after \(prospect)"))
    }
    notes.append(
      Note(
        "reliability",
        "how alike two halves of the models rank, stepped up to all: precision, not truth"
      )
    )
    return Page((fit.isEmpty ? [] : [.plot(plot)]) + [.notes(notes)])
  }

  static func plot(_ map: LossMap) -> Plot {
    Plot(
      title: "Losses of bands of rows under each model",
      summary: "How far \(Numerals.count(map.bands.count, "band")) of examples are from "
        + "their own mean over \(Numerals.count(map.bands.first?.values.count ?? 0, "model")): 98 % stay within "
        + "\(Numerals.fixed(map.limit, 2)) nats an example.",
      kind: .heatMap(
        HeatMap(
          names: map.bands.map(\.name),
          values: map.bands.map(\.values),
          limit: map.limit,
          axis: "models, in the design's order",
          unit: "nats above the band's mean loss"
        )
      )
    )
  }

  /// When models were trained; `nil` where none was.
  static func timeline(_ jobs: [RunReport.Job], dollars: Double?) -> Page? {
    let begun = jobs.compactMap { job in
      job.started.map { (job: job, start: $0, end: max($0, job.ended ?? $0)) }
    }.sorted { ($0.start, $0.end) < ($1.start, $1.end) }
    guard !begun.isEmpty else { return nil }
    // Nights between two sessions are cut out, or they would be all that is seen.
    let work = begun.reduce(0) { $0 + $1.end - $1.start }
    let longest = max(1, work / Double(begun.count))
    var (shift, busy) = (0.0, begun[0].start)
    var cuts: [Double] = []
    var bars: [Timeline.Bar] = []
    for (job, start, end) in begun {
      if start - busy > longest {
        cuts.append(busy - shift)
        shift += start - busy
      }
      busy = max(busy, end)
      bars.append(
        Timeline.Bar(
          name: job.name,
          span: (start - shift)...(end - shift),
          emphasis: job.status == .failed ? .bad : job.ended == nil ? .warning : .accent
        )
      )
    }
    let failed = jobs.count { $0.status == .failed }
    let end = bars.map(\.span.upperBound).max() ?? 0
    var text =
      "\(Numerals.count(bars.count, "training")) in \(ProgressLine.readable(.seconds(end)))"
    if failed > 0 { text += ", \(failed) failed" }
    if !cuts.isEmpty { text += "; \(Numerals.count(cuts.count, "pause")) cut out" }
    if let dollars, dollars > 0 { text += "; \(Self.dollars(dollars)) in all" }
    return Page([
      .plot(
        Plot(
          title: "Trainings over time",
          summary: text + ".",
          kind: .timeline(Timeline(bars: bars, end: end, cuts: cuts))
        )
      )
    ])
  }
}
