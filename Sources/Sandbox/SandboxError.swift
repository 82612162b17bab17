/// Why the sandbox could not start.
package struct SandboxError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What kind of failure it is.
  package enum Code: Sendable, Hashable {
    /// A port that cannot be listened on.
    case port
    /// A folder that cannot be read or written.
    case folder
    /// A folder whose models another kind of reference model made.
    case foreign
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
