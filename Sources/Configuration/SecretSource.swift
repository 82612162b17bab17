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
      func fault(_ cause: String, hint: String = "put the key on the file's first line")
        -> CredentialsError
      {
        CredentialsError(message: "cannot read the key file '\(path)': \(cause)", hint: hint)
      }
      let bytes = try? Data(contentsOf: URL(filePath: path))
      if let bytes, let foreign = ForeignFile(notText: bytes, file: path) {
        throw fault(foreign.reason, hint: foreign.hint)
      }
      guard let bytes, let text = String(validating: bytes, as: UTF8.self) else {
        throw fault("no such file, or not readable as text")
      }
      guard let secret = Secret(text.split(whereSeparator: \.isNewline).first ?? "") else {
        throw fault("its first line is empty")
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
