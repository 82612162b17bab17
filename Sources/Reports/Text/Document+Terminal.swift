package import Terminal

extension Document {
  /// The document as lines of text for a stream, each ended by a line break; what is folded is left out.
  ///
  /// - Parameters:
  ///   - width: Columns of the stream.
  ///   - style: How its inks look.
  /// - Returns: The lines.
  package func rendered(width: Int, style: Style) -> String {
    let answer = Page([.heading([Page.Span(title, .strong)]), .lines(answers)])
    return answer.rendered(width: width, style: style)
      + sections.map { $0.rendered(width: width, style: style) }.joined()
  }
}

extension Document.Section {
  fileprivate func rendered(width: Int, style: Style) -> String {
    guard !isFolded else { return "" }
    let page = Page([.heading([Page.Span(title, .strong)])] + page.parts)
    return "\n" + page.rendered(width: width, style: style)
      + sections.map { $0.rendered(width: width, style: style) }.joined()
  }
}
