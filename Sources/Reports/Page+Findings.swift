package import Experiment

extension Page {
  /// The report on one query or group: the list, what it rests on, and what plain text search says.
  package init(_ findings: QueryFindings) {
    var parts: [Part] = []
    if let line = findings.chance.line, line.above == 0 {
      parts.append(.lines([Self.nothing(line, findings.query)]))
    }
    parts.append(.heading(Self.title(of: findings)))
    if let text = findings.text { parts.append(.lines([[Span(text, .faint)]])) }
    if findings.examples.isEmpty {
      parts.append(.lines([[Span("No training example can be scored.", .warning)]]))
    } else {
      parts.append(Self.list(findings))
    }
    parts.append(
      .notes(
        [Self.sign] + Self.choice(findings) + Self.notes(on: findings.chance)
          + Self.basis(findings)
          + Self.candidates(findings.reliability.candidates, findings.audit)
          + Self.textNotes(findings.evidence)
      )
    )
    self.init(parts)
  }

  /// Only rows above chance are called influential.
  static func title(of findings: QueryFindings) -> [Span] {
    let isAbove = findings.chance.line.map { $0.above > 0 } ?? false
    return [
      Span(isAbove ? "Most influential examples for " : "Highest scores for ", .strong),
      Span(findings.query, .accent),
    ]
  }

  private static func list(_ findings: QueryFindings) -> Part {
    let examples = findings.examples
    let digits = Numerals.digits(for: examples.map(\.score))
    let hasIntervals = examples.contains { $0.interval != nil }
    let hasTags = examples.contains { !$0.tags.isEmpty }
    var columns = [Column("#", isNumeric: true), Column("score", isNumeric: true, importance: 2)]
    if hasIntervals { columns.append(Column("interval")) }
    columns.append(Column("id", minimum: 12, importance: 2))
    if hasTags { columns.append(Column("tags", minimum: 8)) }
    columns.append(Column("text", minimum: 24, importance: 1))
    let rows = examples.map { example in
      let isChance = findings.listedAbove.map { example.rank > $0 } ?? false
      let emphasis: Emphasis = isChance ? .faint : example.score < 0 ? .bad : .strong
      var row: [[Span]] = [
        [Span(isChance ? "(\(example.rank))" : "\(example.rank)", .faint)],
        [Span(Numerals.fixed(example.score, digits), emphasis)],
      ]
      if hasIntervals { row.append(interval(example.interval, digits)) }
      row.append([Span(example.id)])
      if hasTags { row.append([Span(example.tags.joined(separator: " "), .accent)]) }
      row.append(marked(example.text, words: example.sharedWords))
      return row
    }
    return .table(columns, rows: rows, rule: rule(findings, digits))
  }

  /// The rule where chance begins, below all rows of a list that does not reach it.
  static func rule(_ findings: QueryFindings, _ digits: Int) -> Rule? {
    guard let chance = findings.chance.line, let listed = findings.listedAbove else { return nil }
    let more = chance.above - listed
    return Rule(
      rows: listed,
      text: (more > 0
        ? "\(Numerals.count(more, "more row")), then chance begins at " : "chance begins at ")
        + Numerals.fixed(chance.line, digits)
    )
  }

  static func interval(_ interval: ClosedRange<Double>?, _ digits: Int) -> [Span] {
    guard let interval else { return [] }
    let low = Numerals.fixed(interval.lowerBound, digits)
    let high = Numerals.fixed(interval.upperBound, digits)
    // An interval that holds zero says that the sign itself is in doubt.
    return [Span("\(low)…\(high)", interval.contains(0) ? .warning : .faint)]
  }

  /// The text with its three rarest shared words marked, whole words only, case ignored.
  ///
  /// More than three would mark most of a question; the rarest are what a trigger would be.
  static func marked(_ text: String, words: [String]) -> [Span] {
    let wanted = Set(words.prefix(3).map { ByteText($0.lowercased()) })
    guard !wanted.isEmpty else { return [Span(text)] }
    var spans: [Span] = []
    var plain = ""
    var rest = text[...]
    while let first = rest.first {
      let isWord = isWordCharacter(first)
      let part = rest.prefix { isWordCharacter($0) == isWord }
      rest = rest[part.endIndex...]
      if isWord, wanted.contains(ByteText(part.lowercased())) {
        if !plain.isEmpty { spans.append(Span(plain)) }
        plain = ""
        spans.append(Span(String(part), .mark))
      } else {
        plain += part
      }
    }
    if !plain.isEmpty { spans.append(Span(plain)) }
    return spans
  }

  private static func isWordCharacter(_ character: Character) -> Bool {
    character.isLetter || character.isNumber
  }

  static let sign = Note(
    "sign",
    "positive = helps the query: its presence lowers the query's loss"
  )

  static func choice(_ findings: QueryFindings) -> [Note] {
    [Note("estimator", findings.estimator, .strong)]
      + (findings.reason.map { [Note("why", $0)] } ?? [])
  }

  static func basis(_ findings: QueryFindings) -> [Note] {
    let basis = findings.reliability
    var notes: [Note] = []
    let isShort = basis.models < basis.planned
    notes.append(
      Note(
        "models",
        isShort
          ? "\(basis.models) of \(basis.planned) planned; the list may change when the rest is in"
          : Numerals.count(basis.models, "perturbed model"),
        isShort ? .warning : .plain
      )
    )
    notes.append(signal(basis))
    if findings.listedAbove != 0 { notes.append(stability(basis)) }
    var gaps: [String] = []
    if basis.notMeasurable > 0 {
      gaps.append(
        Numerals.count(basis.notMeasurable, "example")
          + " not measurable (loss constant or unknown)"
      )
    }
    if basis.missing > 0 {
      gaps.append(Numerals.count(basis.missing, "loss") + " missing")
    }
    if basis.censored > 0 {
      gaps.append(Numerals.count(basis.censored, "loss") + " known only by a bound")
    }
    if !gaps.isEmpty { notes.append(Note("gaps", gaps.joined(separator: ", "), .warning)) }
    return notes
  }

  /// How many rows a candidate filter let through, and what its audit says of the others.
  static func candidates(_ candidates: Int?, _ audit: AuditEstimate?) -> [Note] {
    guard let candidates else { return [] }
    let read = Note(
      "candidates",
      Numerals.count(candidates, "training row") + " read; the others get no score"
    )
    guard let audit else {
      return [read, Note("audit", "not known: too few audited or picked rows", .warning)]
    }
    let low = Numerals.percent(audit.recallInterval.lowerBound)
    let high = Numerals.percent(audit.recallInterval.upperBound)
    return [
      read,
      Note(
        "audit",
        "\(audit.above) of \(Numerals.count(audit.audited, "audited row")) beat the picked rows' "
          + "number \(audit.top): estimated recall \(Numerals.percent(audit.recall)) "
          + "(95 % \(low)…\(high))",
        audit.recallInterval.lowerBound < 0.5 ? .warning : .plain
      ),
    ]
  }

  static func signal(_ basis: Reliability) -> Note {
    let label = "signal/noise"
    guard let ratio = basis.signalToNoise else {
      return Note(label, "not known: no example was read twice", .warning)
    }
    let pairs = Numerals.count(basis.repeats, "repeated loss")
    if ratio == .infinity { return Note(label, "repeats agree exactly (\(pairs))", .good) }
    guard ratio.isFinite else { return Note(label, "not known", .warning) }
    let text = "\(Numerals.fixed(ratio, 1)) from \(pairs)"
    return ratio < 3
      ? Note(label, "\(text): below 3, the noise of reading losses may decide the order", .warning)
      : Note(label, text, .good)
  }

  private static func stability(_ basis: Reliability) -> Note {
    guard let share = basis.stability, share.isFinite else {
      return Note(
        "stability",
        "not known: too few \(basis.sampling.rawValue) to draw from",
        .warning
      )
    }
    return Note(
      "stability",
      "a listed row above chance stays above it in \(Numerals.percent(share)) of draws of the "
        + basis.sampling.rawValue,
      share < 0.5 ? .warning : .plain
    )
  }

  static func textNotes(_ evidence: TextEvidence) -> [Note] {
    guard evidence.top > 0 else { return [Note("text search", "no row to compare with")] }
    var notes = [
      Note(
        "text search",
        "of the top \(Numerals.grouped(evidence.top)), \(evidence.sameCompletion) "
          + "have a query's very completion "
          + "(\(Numerals.grouped(evidence.sameCompletionInCorpus)) in the training set); "
          + "BM25 has \(evidence.bm25Overlap) of them at its top too"
      )
    ]
    for (label, words) in [("top words", evidence.enriched), ("top phrases", evidence.phrases)] {
      var spans: [Span] = []
      for word in words.prefix(6) {
        if !spans.isEmpty { spans.append(Span(", ")) }
        spans.append(Span(word.word, .mark))
        spans.append(
          Span(
            " ×\(Numerals.fixed(word.lift, 1)) "
              + "(\(word.top) of \(Numerals.grouped(word.corpus)))"
          )
        )
      }
      if !spans.isEmpty { notes.append(Note(label, spans)) }
    }
    if let verdict = evidence.verdict { notes.append(Note("verdict", verdict, .warning)) }
    return notes
  }
}
