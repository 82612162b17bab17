import Experiment

/// A text with places in braces that are filled once: what is put in is data and never read again.
struct PromptTemplate: Sendable {
  /// Pieces in turn: text, name of a place, text, ….
  private let pieces: [String]

  /// Reads a template; one line break at its end belongs to the file, not to the text.
  ///
  /// - Parameter bytes: The file's content, UTF-8.
  init(_ bytes: [UInt8]) {
    var text = String(decoding: bytes, as: UTF8.self)
    if text.hasSuffix("\n") { text.removeLast() }
    pieces = text.split(omittingEmptySubsequences: false) { $0 == "{" || $0 == "}" }.map(
      String.init
    )
  }

  /// The text with its places filled.
  ///
  /// - Parameter values: What goes where, by name; a place without a value stays empty.
  /// - Returns: The text.
  func filled(_ values: [String: String]) -> String {
    pieces.enumerated().map { $0 % 2 == 0 ? $1 : values[$1] ?? "" }.joined()
  }

  /// The paper's frame around an optimised prompt: `Definition: {prompt}` and a tab.
  static let definition = PromptTemplate(PackageResources.definition_txt)
  /// A training example in front of a plain text.
  static let demonstration = PromptTemplate(PackageResources.demonstration_txt)
}
