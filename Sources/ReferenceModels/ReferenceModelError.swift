/// Why the reference model could not do what was asked.
package struct ReferenceModelError: Error, Sendable, CustomStringConvertible {
  /// What kind of failure it is.
  package enum Code: Sendable, Hashable {
    /// An architecture that cannot exist.
    case architecture
    /// An example longer than the context.
    case tooLong
    /// A model name nothing is stored under.
    case unknownModel
    /// A weights file that is torn, foreign or unreadable.
    case damaged
    /// A weights file that could not be written.
    case unwritable
    /// A training whose loss stopped being a number.
    case diverged
  }

  /// What kind of failure it is.
  package let code: Code
  /// One line for a person.
  package let description: String

  init(_ code: Code, _ description: String) {
    self.code = code
    self.description = description
  }
}
