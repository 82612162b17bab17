package import Experiment

/// A report in parts with headings of their own, for a file that is read from top to bottom.
package struct Document: Sendable {
  /// One part with its own parts below it.
  package struct Section: Sendable {
    /// Its heading.
    package let title: String
    /// What it says.
    package let page: Page
    /// Whether it is there for those who ask, closed at first.
    package let isFolded: Bool
    /// Its parts.
    package let sections: [Section]

    init(
      _ title: String,
      _ page: Page = Page([] as [Page.Part]),
      folded: Bool = false,
      parts: [Section] = []
    ) {
      self.title = title
      self.page = page
      isFolded = folded
      sections = parts
    }
  }

  /// What it is about.
  package let title: String
  /// The answer, a sentence for each behaviour.
  package let answers: [[Page.Span]]
  /// The parts.
  package let sections: [Section]
  /// The same for programs.
  package let data: JSONValue
}
