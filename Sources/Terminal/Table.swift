/// Rows in aligned columns, fitted into a width.
package struct Table: Sendable, Hashable {
  /// How the cells of one column are laid out.
  package struct Column: Sendable, Hashable {
    /// Heading; a table whose headings are all empty has no heading line.
    package let title: String
    /// Whether cells are pushed to the right, as numbers are.
    package let isTrailing: Bool
    /// Columns it may be cut down to when the line is too long; `nil` is never cut.
    package let minimum: Int?

    package init(_ title: String = "", isTrailing: Bool = false, minimum: Int? = nil) {
      self.title = title
      self.isTrailing = isTrailing
      self.minimum = minimum
    }
  }

  /// The columns, left to right.
  package let columns: [Column]
  /// The rows; a row may be shorter than the columns.
  package var rows: [[StyledText]]

  package init(_ columns: [Column], rows: [[StyledText]] = []) {
    self.columns = columns
    self.rows = rows
  }

  /// The lines of the table.
  ///
  /// - Parameters:
  ///   - width: Columns there are.
  ///   - indent: Blanks before each line, part of `width`.
  ///   - style: How inks look.
  /// - Returns: Lines without blanks at their end, none wider than `width` as long as the columns
  ///   that may not be cut fit.
  package func lines(width: Int, indent: Int = 0, style: Style) -> [String] {
    let cells = rows.map { row in row.map { $0.spelt(for: style) } }
    let widths = fitted(cells, into: width - indent)
    let heading = columns.map { StyledText($0.title, .faint) }
    let hasHeading = columns.contains { !$0.title.isEmpty }
    return ((hasHeading ? [heading] : []) + cells).map { row in
      var line = String(repeating: " ", count: indent)
      var pending = 0
      for (index, cell) in row.enumerated() {
        let text = cell.truncated(to: widths[index])
        let fill = widths[index] - text.width
        let before = columns[index].isTrailing ? fill : 0
        if !text.runs.isEmpty {
          line += String(repeating: " ", count: pending + before) + text.rendered(style)
          pending = fill - before
        } else {
          pending += widths[index]
        }
        pending += Self.gap
      }
      return line
    }
  }

  private static let gap = 2

  /// Natural widths, then the widest column that may be cut is cut until the line fits.
  private func fitted(_ cells: [[StyledText]], into width: Int) -> [Int] {
    var widths = columns.map { min($0.title.displayWidth, max(width, 1)) }
    for row in cells {
      for (index, cell) in row.enumerated() {
        // Nothing is wider than the screen: a text of a megabyte must not be counted down by ones.
        let isCut = columns[index].minimum != nil
        widths[index] = max(widths[index], isCut ? min(cell.width, max(width, 1)) : cell.width)
      }
    }
    var excess = widths.reduce(0, +) + Self.gap * max(columns.count - 1, 0) - width
    while excess > 0 {
      let shrinkable = columns.indices.filter { index in
        columns[index].minimum.map { widths[index] > $0 } ?? false
      }
      guard let widest = shrinkable.max(by: { widths[$0] < widths[$1] }) else { break }
      widths[widest] -= 1
      excess -= 1
    }
    return widths
  }
}
