/// A file of the user's that cannot be used: a configuration, a price list.
package struct ConfigurationError: Error, Sendable, Hashable {
  /// What kind of fault it is.
  package enum Code: Sendable, Hashable {
    /// The file cannot be read.
    case unreadable
    /// The file is not JSON5.
    case syntax
    /// A key nobody reads.
    case unknownKey
    /// A key that must be there.
    case missing
    /// A value of another type, or out of its range.
    case badValue
    /// Two keys that exclude each other.
    case conflict
    /// Something only another version of the program can do.
    case unsupported
  }

  /// What kind of fault it is.
  package let code: Code
  /// The file; `nil` when the caller knows it better.
  package var file: String?
  /// Path of the key, such as `trainer.hyperparameters.epochs`; empty for the whole file.
  package let path: String
  /// The cause, one phrase in lower case; never the text of a value that might be a key.
  package let cause: String
  /// What to do; `nil` when the cause says it.
  package let hint: String?

  package init(_ code: Code, path: String, _ cause: String, hint: String? = nil) {
    self.code = code
    self.path = path
    self.cause = cause
    self.hint = hint
  }
}
