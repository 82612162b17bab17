import Experiment

extension Document {
  /// The document as one HTML file that asks for nothing and can be read without a script.
  ///
  /// - Returns: UTF-8; the same for the same document.
  package var html: [UInt8] {
    var html = HTML()
    html.raw(
      """
      <!doctype html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; \
      script-src 'unsafe-inline'; img-src data:">
      <meta name="referrer" content="no-referrer">
      <link rel="icon" href="data:,">
      <title>
      """
    )
    html.text(title)
    html.raw("</title>\n<style>\n")
    html.raw(String(decoding: PackageResources.report_css, as: UTF8.self))
    html.raw(
      "</style>\n</head>\n<body>\n<a class=\"skip\" href=\"#report\">To the report</a>\n<header>\n<h1>"
    )
    html.text(title)
    html.raw("</h1>\n<div class=\"answers\">")
    for answer in answers {
      html.raw("<p>")
      html.spans(answer)
      html.raw("</p>")
    }
    html.raw("</div>\n</header>\n<nav aria-label=\"Parts\"><ul>")
    for (place, section) in sections.enumerated() {
      html.raw("<li><a href=\"#part-\(place + 1)\">")
      html.text(section.title)
      html.raw("</a></li>")
    }
    html.raw("</ul></nav>\n<main id=\"report\">\n")
    var lists = 0
    for (place, section) in sections.enumerated() {
      html.section(section, level: 2, anchor: "part-\(place + 1)", &lists)
    }
    html.raw("</main>\n<script type=\"application/json\" id=\"data\">")
    html.data(data)
    html.raw("</script>\n<script>\n")
    html.raw(String(decoding: PackageResources.report_js, as: UTF8.self))
    html.raw("</script>\n</body>\n</html>\n")
    return html.bytes
  }
}

extension HTML {
  fileprivate mutating func section(
    _ section: Document.Section,
    level: Int,
    anchor: String,
    _ lists: inout Int
  ) {
    let level = min(level, 5)
    // Parts of parts are no landmarks of their own: their names repeat.
    let element = level == 2 ? "section" : "div"
    raw(level == 2 ? "<section aria-labelledby=\"\(anchor)\">\n" : "<div>\n")
    raw("<h\(level) id=\"\(anchor)\">")
    text(section.title)
    raw("</h\(level)>\n")
    if section.isFolded { raw("<details><summary>Show</summary>\n") }
    for part in section.page.parts { self.part(part, level: min(level + 1, 6), &lists) }
    if section.isFolded { raw("</details>\n") }
    for (place, part) in section.sections.enumerated() {
      self.section(part, level: level + 1, anchor: "\(anchor)-\(place + 1)", &lists)
    }
    raw("</\(element)>\n")
  }

  fileprivate mutating func part(_ part: Page.Part, level: Int, _ lists: inout Int) {
    switch part {
    case .heading(let spans):
      raw("<h\(level)>")
      self.spans(spans)
      raw("</h\(level)>\n")
    case .lines(let lines):
      for line in lines where !line.isEmpty {
        raw("<p>")
        spans(line)
        raw("</p>\n")
      }
    case .notes(let notes): self.notes(notes)
    case .table(let columns, let rows, let rule):
      lists += 1
      table(
        Page.Listing(
          title: columns.map(\.title).filter { !$0.isEmpty }.joined(separator: ", "),
          columns: columns,
          rows: rows.map { Page.Line(id: "", cells: $0, details: []) },
          rule: rule
        ),
        isList: false,
        number: lists
      )
    case .list(let listing):
      lists += 1
      table(listing, isList: true, number: lists)
    case .plot(let plot):
      raw("<figure>\n")
      svg(plot)
      raw("<figcaption>")
      text(plot.summary)
      raw("</figcaption></figure>\n")
    }
  }

  mutating func spans(_ spans: [Page.Span]) {
    for span in spans {
      switch span.emphasis {
      case .plain: text(span.text)
      case .mark:
        raw("<mark>")
        text(span.text)
        raw("</mark>")
      default:
        raw("<span class=\"\(span.emphasis)\">")
        text(span.text)
        raw("</span>")
      }
    }
  }

  private mutating func notes(_ notes: [Page.Note]) {
    guard !notes.isEmpty else { return }
    raw("<dl>")
    for note in notes {
      raw("<dt>")
      text(note.label)
      raw("</dt><dd>")
      spans(note.spans)
      raw("</dd>\n")
    }
    raw("</dl>\n")
  }

  /// A table whose roles stay what they are where a narrow screen shows each row as a block.
  private mutating func table(_ listing: Page.Listing, isList: Bool, number: Int) {
    raw("<table role=\"table\"\(isList ? " class=\"list\"" : "")>\n<caption class=\"skip\">")
    text(listing.title)
    raw("</caption>\n<thead role=\"rowgroup\"><tr role=\"row\">")
    for column in listing.columns {
      // A heading without words is no heading.
      raw(column.title.isEmpty ? "<td role=\"cell\">" : "<th role=\"columnheader\" scope=\"col\"")
      if !column.title.isEmpty {
        raw(column.isNumeric ? " class=\"n\">" : ">")
        text(column.title)
      }
      raw(column.title.isEmpty ? "</td>" : "</th>")
    }
    raw("</tr></thead>\n<tbody role=\"rowgroup\">\n")
    for (place, line) in listing.rows.enumerated() {
      if let rule = listing.rule, rule.rows == place { self.rule(rule, listing.columns.count) }
      raw("<tr role=\"row\"")
      if isList {
        raw(" data-id=")
        attribute(line.id)
      }
      raw(">")
      for (index, cell) in line.cells.enumerated() {
        let column = listing.columns[index]
        raw("<td role=\"cell\"\(column.isNumeric ? " class=\"n\"" : "")")
        if !column.title.isEmpty {
          raw(" data-is=")
          attribute(column.title)
        }
        raw("><bdi>")
        spans(cell)
        if index + 1 == line.cells.count, !line.details.isEmpty { details(line) }
        raw("</bdi></td>")
      }
      raw("</tr>\n")
    }
    if let rule = listing.rule, rule.rows == listing.rows.count {
      self.rule(rule, listing.columns.count)
    }
    raw("</tbody></table>\n")
  }

  private mutating func rule(_ rule: Page.Rule, _ columns: Int) {
    raw("<tr role=\"row\" class=\"rule\"><td role=\"cell\" colspan=\"\(columns)\">")
    text(rule.text)
    raw("</td></tr>\n")
  }

  private mutating func details(_ line: Page.Line) {
    raw("<details><summary>Whole text</summary>")
    for note in line.details {
      raw("<span class=\"faint\">")
      text(note.label)
      raw("</span><pre dir=\"auto\">")
      for span in note.spans {
        if span.emphasis == .mark { raw("<mark>") }
        lines(span.text)
        if span.emphasis == .mark { raw("</mark>") }
      }
      raw("</pre>")
    }
    raw("</details>")
  }
}
