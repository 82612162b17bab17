/// A command line that does not make sense.
package struct UsageError: Error, Sendable, Hashable {
  /// What is wrong with it.
  package enum Code: Sendable, Hashable {
    /// An option that does not exist.
    case unknownOption
    /// A subcommand that does not exist, or none at all.
    case unknownCommand
    /// A value that is missing, malformed or not allowed.
    case badValue
    /// An argument or option that must be there and is not.
    case missing
    /// An argument too many.
    case unexpectedArgument
  }

  /// What kind of mistake it is.
  package let code: Code
  /// One line in lower case, naming the word as typed.
  package let message: String
  /// What to do instead.
  package let hint: String

  package init(_ code: Code, _ message: String, hint: String) {
    self.code = code
    self.message = message
    self.hint = hint
  }
}
