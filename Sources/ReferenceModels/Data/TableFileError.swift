/// Why a table of features and classes cannot be used.
package struct TableFileError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What kind of fault it is.
  package enum Code: Sendable, Hashable {
    /// No file there, or none that can be read.
    case unreadable
    /// No row in the whole file.
    case empty
    /// Bytes that are not UTF-8.
    case encoding
    /// A quotation mark.
    case quote
    /// Rows of different lengths, or files with different columns.
    case shape
    /// A feature that is not a finite number.
    case number
    /// A label column or a label that is not there.
    case label
    /// Too few classes, or too many.
    case classes
  }

  /// What kind of fault it is.
  package let code: Code
  /// The file, as the caller named it.
  package let file: String
  /// Line number as people and editors count, from 1; `nil` when the whole file is meant.
  package let line: Int?
  /// The column's name, or its number from 1; `nil` when the whole line is meant.
  package let column: String?
  /// What is wrong, one phrase in lower case.
  package let reason: String
  /// What to do about it; `nil` when the reason says it.
  package let hint: String?

  package init(
    _ code: Code,
    file: String,
    line: Int? = nil,
    column: String? = nil,
    _ reason: String,
    hint: String? = nil
  ) {
    self.code = code
    self.file = file
    self.line = line
    self.column = column
    self.reason = reason
    self.hint = hint
  }

  /// One line for a person, without the hint.
  package var description: String {
    let place = [line.map { "line \($0)" }, column.map { "column \($0)" }].compactMap(\.self)
    let prefix = place.isEmpty ? "" : place.joined(separator: ", ") + ": "
    return "cannot read table '\(file)': \(prefix)\(reason)"
  }
}
