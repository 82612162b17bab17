/// One line of text in runs of ink, safe to show: every run is neutralised as it enters.
package struct StyledText: Sendable, Hashable, ExpressibleByStringLiteral {
  /// A stretch of text in one ink.
  package struct Run: Sendable, Hashable {
    /// The text, free of control characters.
    package let text: String
    /// What it is for.
    package let ink: Ink
  }

  /// The runs, left to right.
  package private(set) var runs: [Run]

  package init(_ text: String, _ ink: Ink = .plain) {
    let safe = text.neutralised
    runs = safe.isEmpty ? [] : [Run(text: safe, ink: ink)]
  }

  package init(stringLiteral value: String) { self.init(value) }

  /// The runs of both, one after the other.
  package static func + (left: StyledText, right: StyledText) -> StyledText {
    var result = left
    result.runs += right.runs
    return result
  }

  /// Appends another line's runs.
  package static func += (left: inout StyledText, right: StyledText) { left.runs += right.runs }

  /// Columns on a terminal.
  package var width: Int { runs.reduce(0) { $0 + $1.text.displayWidth } }

  /// The line as it is written, with escape sequences where the style wants them.
  package func rendered(_ style: Style) -> String {
    runs.map { style.paint($0.text, $0.ink) }.joined()
  }

  /// The same line with marked words spelt `*word*` if the style cannot colour them.
  package func spelt(for style: Style) -> StyledText {
    guard !style.usesColour else { return self }
    var result = self
    result.runs = runs.map { $0.ink == .mark ? Run(text: "*\($0.text)*", ink: .mark) : $0 }
    return result
  }

  /// The line cut to a width, `…` standing for what is lost.
  ///
  /// The first marked run stays visible: where it lies beyond the cut, the start is cut too.
  /// - Parameter limit: Columns there are; 0 or less gives an empty line.
  /// - Returns: A line of at most `limit` columns.
  package func truncated(to limit: Int) -> StyledText {
    guard limit > 0 else { return StyledText("") }
    guard width > limit else { return self }
    let cells = self.cells
    var first = 0
    if let mark = runs.first(where: { $0.ink == .mark }),
      let position = cells.firstIndex(where: { $0.ink == .mark })
    {
      let before = cells[..<position].reduce(0) { $0 + $1.width }
      let markWidth = mark.text.displayWidth
      if before + markWidth > limit - 1 {
        var lead = max(0, (limit - 2 - markWidth) / 2)
        first = position
        while first > 0, cells[first - 1].width <= lead {
          first -= 1
          lead -= cells[first].width
        }
      }
    }
    var room = limit - (first > 0 ? 1 : 0)
    var kept = first > 0 ? StyledText("…") : StyledText("")
    let remaining = cells[first...].reduce(0) { $0 + $1.width }
    if remaining > room { room -= 1 }
    var end = first
    while end < cells.count, cells[end].width <= room {
      room -= cells[end].width
      end += 1
    }
    kept += StyledText(cells: cells[first..<end])
    if end < cells.count { kept += StyledText("…") }
    return kept
  }

  /// The line broken at spaces into lines of at most `limit` columns; longer words are cut apart.
  package func wrapped(to limit: Int) -> [StyledText] {
    let limit = max(limit, 1)
    var lines: [StyledText] = []
    var rest = cells[...]
    while !rest.isEmpty {
      var used = 0
      var end = rest.startIndex
      var space: Int?
      while end < rest.endIndex, used + rest[end].width <= limit {
        if rest[end].character == " " { space = end }
        used += rest[end].width
        end += 1
      }
      if end < rest.endIndex, rest[end].character == " " { space = end }
      if end < rest.endIndex, let space, space > rest.startIndex { end = space }
      if end == rest.startIndex { end += 1 }
      lines.append(StyledText(cells: rest[..<end]))
      rest = rest[end...].drop { $0.character == " " }
    }
    return lines.isEmpty ? [StyledText("")] : lines
  }

  private struct Cell {
    let character: Character
    let width: Int
    let ink: Ink
  }

  private var cells: [Cell] {
    runs.flatMap { run in
      run.text.map { Cell(character: $0, width: $0.displayWidth, ink: run.ink) }
    }
  }

  private init(cells: ArraySlice<Cell>) {
    runs = []
    var text = ""
    for (index, cell) in zip(cells.indices, cells) {
      text.append(cell.character)
      if index + 1 == cells.endIndex || cells[index + 1].ink != cell.ink {
        runs.append(Run(text: text, ink: cell.ink))
        text = ""
      }
    }
  }
}
