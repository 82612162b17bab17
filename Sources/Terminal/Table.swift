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
    /// What is left out last where cutting does not do; among equals the left one stays.
    package let importance: Int

    package init(
      _ title: String = "",
      isTrailing: Bool = false,
      minimum: Int? = nil,
      importance: Int = 0
    ) {
      self.title = title
      self.isTrailing = isTrailing
      self.minimum = minimum
      self.importance = importance
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
  /// - Returns: Lines without blanks at their end, none wider than `width`.
  package func lines(width: Int, indent: Int = 0, style: Style) -> [String] {
    let cells = rows.map { row in row.map { $0.spelt(for: style) } }
    let (widths, shown) = fitted(cells, into: width - indent)
    let heading = columns.map { StyledText($0.title, .faint) }
    let hasHeading = columns.contains { !$0.title.isEmpty }
    return ((hasHeading ? [heading] : []) + cells).map { row in
      var line = String(repeating: " ", count: indent)
      var pending = 0
      for index in shown where row.indices.contains(index) {
        let text = row[index].truncated(to: widths[index])
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

  /// Titles of the columns that have no room, left to right.
  ///
  /// - Parameters:
  ///   - width: Columns there are.
  ///   - indent: Blanks before each line, part of `width`.
  ///   - style: How inks look, since marks take room where there is no colour.
  /// - Returns: The titles, those without words left out.
  package func omitted(width: Int, indent: Int = 0, style: Style) -> [String] {
    let cells = rows.map { row in row.map { $0.spelt(for: style) } }
    let shown = Set(fitted(cells, into: width - indent).shown)
    return columns.indices.filter { !shown.contains($0) }.map { columns[$0].title }
      .filter { !$0.isEmpty }
  }

  private static let gap = 2

  /// Natural widths; where they are too many, columns that may be cut are, the widest first, then the least
  /// important are left out, and at last the one that remains is cut to what there is.
  private func fitted(_ cells: [[StyledText]], into width: Int) -> (widths: [Int], shown: [Int]) {
    let most = max(width, 1)
    var natural = columns.map { min($0.title.displayWidth, most) }
    for row in cells {
      for (index, cell) in row.enumerated() {
        // Nothing is wider than the screen: a text of a megabyte must not be counted down by ones.
        natural[index] = max(natural[index], min(cell.width, most))
      }
    }
    var shown = Array(columns.indices)
    while true {
      var widths = natural
      var excess = shown.reduce(0) { $0 + widths[$1] } + Self.gap * max(shown.count - 1, 0) - width
      while excess > 0 {
        let shrinkable = shown.filter { index in
          columns[index].minimum.map { widths[index] > $0 } ?? false
        }
        guard let widest = shrinkable.max(by: { widths[$0] < widths[$1] }) else { break }
        widths[widest] -= 1
        excess -= 1
      }
      guard excess > 0 else { return (widths, shown) }
      // A column without a title belongs to the one before it and goes first.
      let order = shown.dropFirst().min { left, right in
        let (first, second) = (columns[left], columns[right])
        if first.importance != second.importance { return first.importance < second.importance }
        if first.title.isEmpty != second.title.isEmpty { return first.title.isEmpty }
        return left > right
      }
      guard let least = order else {
        if let only = shown.first { widths[only] = most }
        return (widths, shown)
      }
      shown.removeAll { $0 == least }
    }
  }
}
