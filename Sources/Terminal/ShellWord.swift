/// A word as a shell reads it.
package struct ShellWord: Sendable, CustomStringConvertible {
  private let word: String

  package init(_ word: String) { self.word = word }

  /// The word, in single quotes where it needs them.
  package var description: String {
    let isPlain =
      !word.isEmpty && word.allSatisfy { $0.isLetter || $0.isNumber || "._-/".contains($0) }
    return isPlain ? word : "'" + word.replacing("'", with: "'\\''") + "'"
  }
}
