/// Why a gradient method could not give scores.
package struct WhiteBoxError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What kind of failure, for callers that want to act on it.
  package enum Code: Sendable, Hashable {
    /// A curvature that cannot be inverted.
    case singular
    /// An iteration whose values grow without bound.
    case diverged
    /// Settings that mean nothing for this problem.
    case settings
  }

  /// What kind of failure.
  package let code: Code
  /// What failed, its cause and a hint, on one line.
  package let description: String

  init(_ code: Code, _ failure: String, cause: String, hint: String) {
    self.code = code
    description = "\(failure): \(cause) — hint: \(hint)"
  }
}
