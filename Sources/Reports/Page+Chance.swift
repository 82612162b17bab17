import Experiment

extension Page {
  /// The first line of a report in which no row is above chance.
  static func nothing(_ chance: ChanceLine, _ query: String) -> [Span] {
    let digits = Numerals.digits(for: [chance.best, chance.line])
    return [
      Span(query, .accent),
      Span(
        ": nothing above chance: the best of \(Numerals.count(chance.rows, "row")) scores "
          + "\(Numerals.fixed(chance.best, digits)), and so does the best row in "
          + "\(Numerals.percent(chance.p)) of shuffles, where there is nothing to find",
        .warning
      ),
    ]
  }

  /// What a chance line says: how many rows are above it, and how many of them are expected to be false.
  static func notes(on chance: Chance) -> [Note] {
    switch chance {
    case .unknown(let reason): return [Note("chance", "not known: \(reason)", .warning)]
    case .line(let line):
      let digits = Numerals.digits(for: [line.best, line.line])
      var notes = [
        Note(
          "chance",
          "\(Numerals.grouped(line.above)) of \(Numerals.count(line.rows, "row")) above "
            + "\(Numerals.fixed(line.line, digits)), which the best row reaches in 5 % of "
            + "\(Numerals.grouped(line.permutations)) shuffles\(line.isExhaustive ? ", all there are" : "") "
            + "(median \(Numerals.fixed(line.median, digits))); p \(probability(line.p))",
          line.above > 0 ? .strong : .warning
        )
      ]
      if line.above > 0 || line.aboveByFDR > 0 {
        let share = line.falseShare.map { share in
          share > 0 && share < 0.01 ? " (under 1 %)" : " (\(Numerals.percent(share)))"
        }
        notes.append(
          Note(
            "false rows",
            "\(Numerals.fixed(line.expectedFalse, 2)) expected above the line\(share ?? ""); "
              + "a list with 5 % false has \(Numerals.count(line.aboveByFDR, "row"))"
          )
        )
      }
      if let share = line.commonShare {
        let isHigh = share > 0.5
        notes.append(
          Note(
            "in common",
            "all rows share \(Numerals.percent(share)) of what their losses differ by"
              + (isHigh ? ": they may be above chance for that alone" : ""),
            isHigh ? .warning : .plain
          )
        )
      }
      return notes
    }
  }

  /// What the chance lines of an evaluation say of tagged rows.
  static func notes(on evaluation: Evaluation) -> [Note] {
    guard evaluation.chances.count != 1 else {
      let one = evaluation.chances[0]
      return notes(on: one.chance)
        + (one.chance.line.map { line in
          line.above == 0
            ? []
            : [
              Note(
                "above chance",
                "\(Numerals.grouped(one.tagged)) of the \(Numerals.count(line.above, "row")) have the tag"
              )
            ]
        } ?? [])
    }
    let lines = evaluation.chances.compactMap(\.chance.line)
    guard !lines.isEmpty else {
      let reason = evaluation.chances.lazy.compactMap(\.chance.reason).first
      return [Note("above chance", "not known: \(reason ?? "nothing was asked")", .warning)]
    }
    let above = lines.reduce(0) { $0 + $1.above }
    let tagged = evaluation.chances.reduce(0) { $0 + $1.tagged }
    return [
      Note(
        "above chance",
        "rows for \(lines.count { $0.above > 0 }) of \(Numerals.count(lines.count, "query")): "
          + "\(Numerals.grouped(above)) in all, \(Numerals.grouped(tagged)) with the tag"
      )
    ]
  }

  private static func probability(_ p: Double) -> String {
    Numerals.fixed(p, p < 0.01 ? 3 : 2)
  }
}
