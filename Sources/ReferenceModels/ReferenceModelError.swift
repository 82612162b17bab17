import Experiment
import FoundationEssentials
import Glibc

/// Why the reference model could not do what was asked.
package struct ReferenceModelError: ProviderError, Sendable, CustomStringConvertible {
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
  /// What helps, where that depends on the case.
  package let hint: String?

  /// Whether every further job would fail in the same way.
  package var isLasting: Bool { code == .unwritable }

  package init(_ code: Code, _ description: String, hint: String? = nil) {
    self.code = code
    self.description = description
    self.hint = hint
  }
}

/// The system's own words for why a file could not be read or written.
func systemWords(for error: any Error) -> String {
  // The dictionary is written once, when the error is made.
  guard let error = error as? CocoaError,
    let cause = unsafe error.userInfo["NSUnderlyingError"] as? POSIXError
  else { return "\(error)" }
  // strerror returns a text that lives as long as the thread makes no other such call.
  return unsafe String(cString: strerror(cause.code.rawValue))
}
