import Glibc

/// Whose certificates are trusted: the system's, unless the environment names others.
package struct TrustStore: Sendable, Hashable {
  /// A file of certificates in PEM; `nil` for libcurl's default.
  package var file: String?
  /// A folder of certificates under hashed names; `nil` for libcurl's default.
  package var folder: String?

  /// Names files and folders oneself.
  package init(file: String? = nil, folder: String? = nil) {
    self.file = file
    self.folder = folder
  }

  /// Reads the variables that OpenSSL, curl and Python's requests go by.
  ///
  /// Of several files the first of `SSL_CERT_FILE`, `CURL_CA_BUNDLE` and `REQUESTS_CA_BUNDLE` counts.
  package init(environment: [String: String]) {
    func value(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
    file = value("SSL_CERT_FILE") ?? value("CURL_CA_BUNDLE") ?? value("REQUESTS_CA_BUNDLE")
    folder = value("SSL_CERT_DIR")
    // requests takes a folder in the place of a bundle.
    var status = stat()
    if let path = file, stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
      folder = folder ?? path
      file = nil
    }
  }
}
