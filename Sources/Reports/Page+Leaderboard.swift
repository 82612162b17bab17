package import Experiment

extension Page {
  /// The report on how all methods agree with ground truth.
  package init(_ board: Leaderboard) {
    var parts: [Part] = [
      .heading([Span("Methods against ground truth on ", .strong), Span(board.subject, .accent)]),
      .lines([[Span(Self.subject(board), .faint)]]),
      Self.table(board),
    ]
    if !board.scaling.isEmpty { parts.append(Self.scaling(board.scaling)) }
    if !board.removals.isEmpty { parts.append(Self.removals(board.removals)) }
    if !board.brittleness.isEmpty { parts.append(Self.brittleness(board.brittleness)) }
    if !board.tailPatches.isEmpty { parts.append(Self.tailPatches(board.tailPatches)) }
    if !board.decay.isEmpty { parts.append(Self.decay(board.decay)) }
    parts.append(.notes(Self.notes(board)))
    self.init(parts)
  }

  private static func subject(_ board: Leaderboard) -> String {
    "\(Numerals.count(board.examples, "training example")), "
      + "\(Numerals.count(board.queries, "query")), "
      + "\(Numerals.count(board.parameters, "parameter")); "
      + "mean loss \(Numerals.fixed(board.trainLoss, 3)) on training examples, "
      + "\(Numerals.fixed(board.queryLoss, 3)) on queries"
  }

  private static func table(_ board: Leaderboard) -> Part {
    let rows = board.rows
    var columns = [
      Column("method"), Column("needs", importance: -1),
      Column("LDS", isNumeric: true, importance: 2),
      Column("", importance: 1), Column("", importance: -1),
    ]
    let hasFurther = rows.contains { $0.further != nil }
    let hasRetrieval = rows.contains { $0.ap != nil }
    let hasMislabelled = rows.contains { $0.mislabelled != nil }
    if hasFurther { columns.append(Column("further", isNumeric: true)) }
    if hasRetrieval {
      columns.append(Column("AP", isNumeric: true))
      columns.append(Column("AUROC", isNumeric: true))
    }
    if hasMislabelled { columns.append(Column("mislabels", isNumeric: true)) }
    columns += [
      Column("models", isNumeric: true), Column("passes", isNumeric: true),
      Column("seconds", isNumeric: true),
    ]
    let most = rows.compactMap(\.lds?.value).max() ?? 0
    let cells = rows.map { row in
      var cells: [[Span]] = [
        [Span(row.method, row.access == .fineTuning ? .accent : .plain)],
        [Span(row.access.rawValue, .faint)],
        [Span(figure(row.lds?.value), row.behind == nil ? .strong : .plain)],
        [Span(halfWidth(row.lds?.interval), .faint)],
        [Span(bar(row.lds?.value ?? 0, of: most), .accent)],
      ]
      if hasFurther { cells.append([Span(figure(row.further?.value))]) }
      if hasRetrieval { cells += [[Span(figure(row.ap))], [Span(figure(row.auroc))]] }
      if hasMislabelled { cells.append([Span(figure(row.mislabelled))]) }
      cells += [
        [Span(row.trainings == 0 ? "" : Numerals.grouped(row.trainings))],
        [Span(row.passes == 0 ? "" : Numerals.fixed(row.passes, row.passes < 10 ? 1 : 0))],
        [Span(Numerals.fixed(row.seconds, row.seconds < 10 ? 1 : 0))],
      ]
      return cells
    }
    return .table(columns, rows: cells)
  }

  private static func scaling(_ curves: [Leaderboard.Scaling]) -> Part {
    let counts = curves[0].models
    let columns =
      [Column("LDS by number of models")]
      + counts.map { Column("K = \($0)", isNumeric: true) }
      + [Column("limit", isNumeric: true), Column("95 % at K", isNumeric: true)]
    let rows = curves.map { curve -> [[Span]] in
      [[Span(curve.method, .accent)]] + curve.lds.map { [Span(figure($0))] }
        + [[Span(figure(curve.limit), .faint)], [Span(whole(curve.enough), .faint)]]
    }
    return .table(columns, rows: rows)
  }

  private static func removals(_ curves: [Leaderboard.RemovalCurve]) -> Part {
    let sizes = curves[0].sizes
    let columns =
      [Column("rise of the loss and share wrong, without")]
      + sizes.map { Column(Numerals.grouped($0), isNumeric: true) }
    let rows = curves.map { curve -> [[Span]] in
      [[Span(curve.method)]]
        + zip(curve.rise, curve.wrong).map {
          [Span(figure($0)), Span(" \(Numerals.percent($1))", .faint)]
        }
    }
    return .table(columns, rows: rows)
  }

  private static func brittleness(_ curves: [Leaderboard.BrittlenessCurve]) -> Part {
    let columns =
      [Column("share of \(Numerals.count(curves[0].queries, "answer")) changed, without its top")]
      + curves[0].sizes.map { Column(Numerals.grouped($0), isNumeric: true) }
      + [Column("half at", isNumeric: true)]
    let rows = curves.map { curve -> [[Span]] in
      [[Span(curve.method)]] + curve.flipped.map { [Span(Numerals.percent($0))] }
        + [[Span(curve.median.map(Numerals.grouped) ?? "–", .faint)]]
    }
    return .table(columns, rows: rows)
  }

  private static func tailPatches(_ results: [Leaderboard.TailPatchFigures]) -> Part {
    let columns = [
      Column("rise of the answer's probability by a step"), Column("on its top", isNumeric: true),
      Column(""), Column("than on random", isNumeric: true), Column(""),
    ]
    let rows = results.map { result -> [[Span]] in
      [
        [Span(result.method)], [Span(small(result.increase?.value))],
        [Span(smallHalfWidth(result.increase), .faint)], [Span(small(result.gain?.value))],
        [Span(smallHalfWidth(result.gain), .faint)],
      ]
    }
    return .table(columns, rows: rows)
  }

  private static func decay(_ curves: [Leaderboard.Decay]) -> Part {
    let columns =
      [Column("cosine with further training, by its steps")]
      + curves[0].steps.map { Column(Numerals.grouped($0), isNumeric: true) }
    let rows = curves.map { curve -> [[Span]] in
      [[Span(curve.method)]] + curve.cosine.map { [Span(figure($0))] }
    }
    return .table(columns, rows: rows)
  }

  private static func notes(_ board: Leaderboard) -> [Note] {
    var truth =
      "each score, summed over a subset, against minus the loss of "
      + "\(Numerals.count(board.subsets, "model")) retrained on random subsets"
    if board.seeds > 1 { truth += ", \(board.seeds) trainings each" }
    truth += "; \(Numerals.fixed(board.truthSeconds, 1)) s"
    var notes = [sign, Note("LDS", truth)]
    if let ceiling = board.ceiling {
      notes.append(Note("ceiling", "\(figure(ceiling)): what noise in retraining leaves reachable"))
    }
    if board.skipped > 0 {
      notes.append(
        Note(
          "skipped",
          Numerals.count(board.skipped, "query") + " with outcomes that are all equal",
          .warning
        )
      )
    }
    let tied = board.rows.filter { $0.behind?.interval?.contains(0) ?? false }.map(\.method)
    if !tied.isEmpty {
      notes.append(
        Note("no worse", "than the first, by paired intervals: \(tied.joined(separator: ", "))")
      )
    }
    return notes + board.notes.map { Note("note", $0) }
  }

  private static func figure(_ value: Double?) -> String {
    value.map { Numerals.fixed($0, 3) } ?? "–"
  }

  private static func small(_ value: Double?) -> String {
    value.map { Numerals.fixed($0, 5) } ?? "–"
  }

  private static func smallHalfWidth(_ figure: Leaderboard.Figure?) -> String {
    guard let interval = figure?.interval else { return "" }
    return "± " + small((interval.upperBound - interval.lowerBound) / 2)
  }

  private static func whole(_ value: Double?) -> String {
    value.map { $0 < 1e6 ? Numerals.fixed($0, 0) : "–" } ?? "–"
  }

  private static func halfWidth(_ interval: ClosedRange<Double>?) -> String {
    interval.map { "± " + Numerals.fixed(($0.upperBound - $0.lowerBound) / 2, 3) } ?? ""
  }

  /// A bar of up to eight cells, in eighths of one.
  private static func bar(_ value: Double, of most: Double) -> String {
    guard value > 0, most > 0 else { return "" }
    let eighths = Int((value / most * 64).rounded())
    let parts = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"]
    return String(repeating: "█", count: eighths / 8) + parts[eighths % 8]
  }
}
