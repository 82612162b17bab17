/// Parts of a base URL, for calls that lie outside of it.
package enum ServerAddress {
  /// A base URL without slashes at its end and without a last `/v1`.
  ///
  /// vLLM, SGLang and llama.cpp have some of their paths beside `/v1`, behind a gateway's prefix if
  /// there is one.
  package static func root(of baseURL: String) -> String {
    var root = Substring(baseURL)
    while root.hasSuffix("/") { root.removeLast() }
    if root.hasSuffix("/v1") { root.removeLast(3) }
    while root.hasSuffix("/") { root.removeLast() }
    return String(root)
  }

  /// Scheme, host and port of a base URL: `https://api.fireworks.ai`.
  package static func origin(of baseURL: String) -> String {
    guard let scheme = baseURL.firstRange(of: "://") else { return root(of: baseURL) }
    let authority = baseURL[scheme.upperBound...].prefix { $0 != "/" }
    return String(baseURL[..<authority.endIndex])
  }
}
