import Experiment
import FoundationEssentials
package import Hosts

/// Where a key is found: what a configuration holds instead of the key.
package enum SecretSource: Sendable, Hashable {
  /// An environment variable.
  case environment(String)
  /// A file whose first line is the key; the path is resolved.
  case file(String)

  /// Fetches the key.
  ///
  /// - Parameter environment: The process environment.
  /// - Returns: The key, blanks and line breaks at its ends removed.
  /// - Throws: `CredentialsError` naming the variable or file, never its content.
  package func secret(environment: [String: String]) throws(CredentialsError) -> Secret {
    switch self {
    case .environment(let name):
      guard let secret = Secret(environment[name] ?? "") else {
        throw CredentialsError(
          message: "cannot read the key from the environment variable '\(name)': not set or empty",
          hint: "export \(name)=…, or use apiKey: { file: \"…\" }"
        )
      }
      return secret
    case .file(let path):
      let bytes = try? Data(contentsOf: URL(filePath: path))
      if let bytes, let foreign = ForeignFile(notText: bytes, file: path) {
        throw CredentialsError(
          message: "cannot read the key file '\(path)': \(foreign.reason)",
          hint: foreign.hint
        )
      }
      guard let bytes, let text = String(validating: bytes, as: UTF8.self) else {
        throw CredentialsError(
          message: "cannot read the key file '\(path)': no such file, or not readable as text",
          hint: "put the key on the file's first line"
        )
      }
      guard let secret = Secret(text.split(whereSeparator: \.isNewline).first ?? "") else {
        throw CredentialsError(
          message: "cannot read the key file '\(path)': its first line is empty",
          hint: "put the key on the file's first line"
        )
      }
      return secret
    }
  }
}

/// A key that cannot be found; exit status 4.
package struct CredentialsError: Error, Sendable, Hashable {
  /// One line, without the key.
  package let message: String
  /// Where to put the key.
  package let hint: String

  package init(message: String, hint: String) {
    self.message = message
    self.hint = hint
  }
}
