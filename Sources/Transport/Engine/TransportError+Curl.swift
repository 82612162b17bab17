import CCurl

extension TransportError {
  /// What libcurl's code means.
  ///
  /// - Parameters:
  ///   - code: How the transfer ended; not `CURLE_OK`.
  ///   - origin: Where the request went.
  ///   - detail: What libcurl wrote about it; it names hosts and causes, never header fields.
  ///   - isTooLarge: Whether our own limit ended it.
  ///   - isReady: Whether there was a connection to send on.
  ///   - mayHaveArrived: Whether any byte of the request may have been sent.
  ///   - isLate: Whether the whole time was used up.
  init(
    _ code: CURLcode,
    origin: String,
    detail: String,
    isTooLarge: Bool,
    isReady: Bool,
    mayHaveArrived: Bool,
    isLate: Bool
  ) {
    let kind: Code
    switch code {
    case _ where isTooLarge: kind = .tooLarge
    case CURLE_COULDNT_RESOLVE_HOST: kind = .dns
    case CURLE_COULDNT_CONNECT: kind = .connect
    case CURLE_COULDNT_RESOLVE_PROXY, CURLE_PROXY: kind = .proxy
    case CURLE_OPERATION_TIMEDOUT where !isReady && !isLate: kind = .connect
    case CURLE_OPERATION_TIMEDOUT: kind = isLate ? .timeout : .stalled
    case CURLE_SSL_CONNECT_ERROR, CURLE_SSL_SHUTDOWN_FAILED: kind = .tls
    case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR,
      CURLE_SSL_INVALIDCERTSTATUS, CURLE_SSL_CIPHER, CURLE_SSL_CERTPROBLEM,
      CURLE_SSL_ENGINE_NOTFOUND, CURLE_SSL_CRL_BADFILE, CURLE_SSL_PINNEDPUBKEYNOTMATCH:
      kind = .certificate
    case CURLE_RECV_ERROR where !mayHaveArrived: kind = .proxy
    case CURLE_PARTIAL_FILE, CURLE_GOT_NOTHING, CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_HTTP2,
      CURLE_HTTP2_STREAM:
      kind = .interrupted
    case CURLE_UNSUPPORTED_PROTOCOL where mayHaveArrived, CURLE_WEIRD_SERVER_REPLY:
      kind = .malformed
    case CURLE_BAD_CONTENT_ENCODING: kind = .encoding
    case CURLE_URL_MALFORMAT, CURLE_UNSUPPORTED_PROTOCOL: kind = .invalidURL
    default: kind = .other(Int(code.rawValue))
    }
    var cause = detail.isEmpty ? String(cString: curl_easy_strerror(code)) : detail
    if isTooLarge { cause = "the reply is longer than allowed" }
    if cause.hasPrefix("SSL ") == false, let first = cause.first {
      cause = first.lowercased() + cause.dropFirst()
    }
    self.init(kind, "\(origin): \(cause)", mayHaveArrived: mayHaveArrived)
  }
}
