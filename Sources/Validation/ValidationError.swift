/// Why a validation cannot be done.
package struct ValidationError: Error, Sendable, CustomStringConvertible {
  /// What cannot be done.
  package let message: String
  /// Why.
  package let cause: String
  /// What would help.
  package let hint: String?

  init(_ message: String, cause: String, hint: String? = nil) {
    self.message = message
    self.cause = cause
    self.hint = hint
  }

  /// One line for a person.
  package var description: String {
    "\(message): \(cause)" + (hint.map { " — hint: \($0)" } ?? "")
  }
}
