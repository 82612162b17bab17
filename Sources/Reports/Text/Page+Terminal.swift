package import Terminal

extension Page {
  /// The page as lines of text for a stream, each ended by a line break.
  ///
  /// - Parameters:
  ///   - width: Columns of the stream.
  ///   - style: How its inks look.
  /// - Returns: Lines no wider than `width`.
  package func rendered(width: Int, style: Style) -> String {
    parts.map { part in
      Self.lines(of: part, width: width, style: style).map { $0 + "\n" }.joined()
    }.joined(separator: "\n")
  }

  private static func lines(of part: Part, width: Int, style: Style) -> [String] {
    func wrapped(_ spans: [Span], _ width: Int) -> [String] {
      styled(spans).spelt(for: style).wrapped(to: width).map { $0.rendered(style) }
    }
    switch part {
    case .heading(let spans): return wrapped(spans, width)
    case .lines(let lines): return lines.flatMap { wrapped($0, width) }
    case .list(let list):
      return lines(
        of: .table(list.columns, rows: list.rows.map(\.cells), rule: list.rule),
        width: width,
        style: style
      )
    case .plot(let plot): return plot.lines(width: width, style: style)
    case .table(let columns, let rows, let rule):
      let table = Table(
        columns.map {
          Table.Column(
            $0.title,
            isTrailing: $0.isNumeric,
            minimum: $0.minimum,
            importance: $0.importance
          )
        },
        rows: rows.map { $0.map(styled) }
      )
      var lines = table.lines(width: width, indent: 2, style: style)
      if let rule {
        let across = table.lines(width: width, indent: 2, style: .plain).map(\.displayWidth).max()
        lines.insert(
          drawn(rule, width: across ?? width, style: style),
          at: lines.count - rows.count + rule.rows
        )
      }
      let omitted = table.omitted(width: width, indent: 2, style: style)
      if !omitted.isEmpty {
        lines += wrapped(
          [Span("  not shown at this width: \(omitted.joined(separator: ", "))", .faint)],
          width
        )
      }
      return lines
    case .notes(let notes):
      let labelWidth = notes.map(\.label.displayWidth).max() ?? 0
      return notes.flatMap { note in
        wrapped(note.spans, width - labelWidth - 4).enumerated().map { index, line in
          let label = index == 0 ? note.label : ""
          let fill = String(repeating: " ", count: labelWidth - label.displayWidth)
          return "  " + style.paint(label, .faint) + fill + "  " + line
        }
      }
    }
  }

  /// A rule from one end of a table to the other, its words near its beginning.
  private static func drawn(_ rule: Rule, width: Int, style: Style) -> String {
    let begin = "── \(rule.text) "
    let rest = String(repeating: "─", count: max(0, width - 2 - begin.displayWidth))
    return "  " + style.paint(begin + rest, .accent)
  }

  private static func styled(_ spans: [Span]) -> StyledText {
    spans.reduce(into: StyledText("")) { $0 += StyledText($1.text, ink(for: $1.emphasis)) }
  }

  private static func ink(for emphasis: Emphasis) -> Ink {
    switch emphasis {
    case .plain: .plain
    case .strong: .strong
    case .faint: .faint
    case .accent: .accent
    case .mark: .mark
    case .good: .good
    case .warning: .warning
    case .bad: .bad
    }
  }
}
