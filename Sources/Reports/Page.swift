/// A report before it has a form: what is to be said, in which order, with which emphasis.
///
/// Reports are values like any other; a terminal or a browser gives them their looks.
package struct Page: Sendable, Hashable {
  /// What a piece of text is for.
  package enum Emphasis: Sendable, Hashable, CaseIterable {
    /// Ordinary text.
    case plain
    /// What matters most.
    case strong
    /// What may be skipped.
    case faint
    /// A name, or the ink of a chart.
    case accent
    /// A word picked out of a text.
    case mark
    /// Good news.
    case good
    /// A caveat.
    case warning
    /// Bad news.
    case bad
  }

  /// A stretch of text; it may hold anything, whoever shows it must neutralise it.
  package struct Span: Sendable, Hashable {
    /// The text.
    package let text: String
    /// What it is for.
    package let emphasis: Emphasis

    package init(_ text: String, _ emphasis: Emphasis = .plain) {
      self.text = text
      self.emphasis = emphasis
    }
  }

  /// A column of a table.
  package struct Column: Sendable, Hashable {
    /// Its heading, possibly empty.
    package let title: String
    /// Whether it holds numbers, aligned at their right.
    package let isNumeric: Bool
    /// How far it may be cut when space is short; `nil` for not at all.
    package let minimum: Int?
    /// What is left out last where space is too short for all; among equals the left one stays.
    package let importance: Int

    init(_ title: String, isNumeric: Bool = false, minimum: Int? = nil, importance: Int = 0) {
      self.title = title
      self.isNumeric = isNumeric
      self.minimum = minimum
      self.importance = importance
    }
  }

  /// A line drawn across a table, with words in it.
  package struct Rule: Sendable, Hashable {
    /// Rows above it.
    package let rows: Int
    /// What begins there.
    package let text: String
  }

  /// A part of a page; a blank line stands between two parts.
  package enum Part: Sendable, Hashable {
    /// A heading.
    case heading([Span])
    /// Lines, each wrapped on its own.
    case lines([[Span]])
    /// A table, with a rule across it where there is one.
    case table([Column], rows: [[[Span]]], rule: Rule? = nil)
    /// Statements with a word in front that says what they are about.
    case notes([Note])
    /// A list whose lines hold more than a table shows, which a reader may ask for.
    case list(Listing)
    /// A chart.
    case plot(Plot)
  }

  /// A table of rows with their whole texts behind them.
  package struct Listing: Sendable, Hashable {
    /// What it lists, for those who do not see it.
    package let title: String
    /// The columns.
    package let columns: [Column]
    /// The rows, best first.
    package let rows: [Line]
    /// The rule across, where there is one.
    package let rule: Rule?
  }

  /// A row of a list.
  package struct Line: Sendable, Hashable {
    /// What it is known by, to be copied.
    package let id: String
    /// Its cells.
    package let cells: [[Span]]
    /// What a reader may ask for: texts of many lines, each with what it is.
    package let details: [Note]
  }

  /// One statement and what it is about.
  package struct Note: Sendable, Hashable {
    /// What it is about, one or two words.
    package let label: String
    /// The statement.
    package let spans: [Span]

    init(_ label: String, _ spans: [Span]) {
      self.label = label
      self.spans = spans
    }

    init(_ label: String, _ text: String, _ emphasis: Emphasis = .plain) {
      self.init(label, [Span(text, emphasis)])
    }
  }

  /// The parts, top to bottom.
  package var parts: [Part]

  package init(_ parts: [Part]) { self.parts = parts }

  /// Both pages, one below the other.
  package static func + (first: Page, second: Page) -> Page { Page(first.parts + second.parts) }
}
