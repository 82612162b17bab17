/// A page of help that is about no single command.
package struct Topic: Sendable, Hashable {
  /// A heading with names and what each of them does.
  package struct Section: Sendable, Hashable {
    /// The heading, in lower case.
    package let heading: String
    /// Names and their meanings, in the order of help.
    package let entries: [Entry]

    package init(_ heading: String, _ entries: [Entry]) {
      self.heading = heading
      self.entries = entries
    }
  }

  /// A name and what it does.
  package struct Entry: Sendable, Hashable {
    /// The name, as it is written.
    package let name: String
    /// What it does, a phrase in lower case.
    package let meaning: String

    package init(_ name: String, _ meaning: String) {
      self.name = name
      self.meaning = meaning
    }
  }

  /// The word after `help`.
  package let name: String
  /// What it is about, a phrase in lower case.
  package let summary: String
  /// Its sections, top to bottom.
  package let sections: [Section]

  package init(_ name: String, _ summary: String, sections: [Section]) {
    self.name = name
    self.summary = summary
    self.sections = sections
  }

  /// The page, its lines each ended by a line break.
  func help(program: String, width: Int, style: Style) -> String {
    var page = HelpPage(width: width, style: style)
    page.paragraph(StyledText("\(program) \(name)", .strong) + StyledText(": \(summary)"))
    for section in sections {
      page.list(section.heading, section.entries.map { ($0.name, $0.meaning) })
    }
    return page.text
  }
}

/// An exit status that a program documents.
package struct ExitStatus: Sendable, Hashable {
  /// The number.
  package let value: Int32
  /// When the program ends with it, a phrase in lower case.
  package let meaning: String

  package init(_ value: Int32, _ meaning: String) {
    self.value = value
    self.meaning = meaning
  }
}
