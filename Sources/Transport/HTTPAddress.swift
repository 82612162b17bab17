import CCurl

/// An `http` or `https` URL that was understood.
package struct HTTPAddress: Sendable, Hashable, CustomStringConvertible {
  /// The URL, as libcurl writes it.
  package let text: String
  /// Scheme, host and port: what credentials belong to.
  package let origin: String
  /// Whether it is `https`.
  package let isSecure: Bool
  /// Whether it is this machine: 127.0.0.0/8, ::1, localhost, or 0.0.0.0 and ::, which servers that
  /// listen everywhere print.
  package let isLoopback: Bool

  /// The URL.
  package var description: String { text }

  /// Reads a URL.
  ///
  /// - Parameter text: An absolute URL; its blanks and characters beyond ASCII are percent-encoded.
  /// - Throws: `TransportError` of code `invalidURL`; the message does not repeat the URL's user part.
  package init(_ text: String) throws(TransportError) {
    try self.init(text, relativeTo: nil)
  }

  /// Where a `Location` leads to from here (RFC 3986 §5).
  ///
  /// - Parameter location: An absolute or relative reference.
  /// - Returns: The target.
  /// - Throws: `TransportError` of code `invalidURL`.
  package func resolve(_ location: String) throws(TransportError) -> HTTPAddress {
    try HTTPAddress(location, relativeTo: self.text)
  }

  private init(_ text: String, relativeTo base: String?) throws(TransportError) {
    guard let handle = curl_url() else {
      throw TransportError(.other(Int(CURLE_OUT_OF_MEMORY.rawValue)), "out of memory")
    }
    defer { curl_url_cleanup(handle) }
    let encode = UInt32(CURLU_URLENCODE)
    if let base { _ = curl_url_set(handle, CURLUPART_URL, base, 0) }
    guard curl_url_set(handle, CURLUPART_URL, text, encode) == CURLUE_OK else {
      throw TransportError(.invalidURL, "an address is not a URL of http or https")
    }
    func part(_ part: CURLUPart, _ flags: Int32 = 0) -> String? {
      var value: UnsafeMutablePointer<CChar>?
      guard curl_url_get(handle, part, &value, UInt32(flags)) == CURLUE_OK, let value else {
        return nil
      }
      defer { curl_free(value) }
      return String(cString: value)
    }
    guard let scheme = part(CURLUPART_SCHEME), let host = part(CURLUPART_HOST)?.lowercased(),
      scheme == "http" || scheme == "https"
    else {
      throw TransportError(.invalidURL, "an address is not a URL of http or https")
    }
    guard part(CURLUPART_USER) == nil, part(CURLUPART_PASSWORD) == nil else {
      throw TransportError(.invalidURL, "the address of \(host) holds a user or password")
    }
    _ = curl_url_set(handle, CURLUPART_FRAGMENT, nil, 0)
    guard let whole = part(CURLUPART_URL), let port = part(CURLUPART_PORT, CURLU_DEFAULT_PORT)
    else {
      throw TransportError(.invalidURL, "an address is not a URL of http or https")
    }
    self.text = whole
    origin = "\(scheme)://\(host):\(port)"
    isSecure = scheme == "https"
    isLoopback = Self.isLoopback(host)
  }

  private static func isLoopback(_ host: String) -> Bool {
    if ["localhost", "[::1]", "[::]", "0.0.0.0"].contains(host) { return true }
    let numbers = host.split(separator: ".", omittingEmptySubsequences: false)
    return numbers.count == 4 && numbers[0] == "127" && numbers.allSatisfy { UInt8($0) != nil }
  }
}
