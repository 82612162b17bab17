import Transport

extension HostError {
  /// What to do about a reply that a wrong address explains; `nil` for all others.
  static func hint(status: Int, said: String) -> String? {
    let text = said.lowercased()
    if text.contains("http request") && text.contains("https")
      && (text.contains("port") || text.contains("server"))
    {
      return "the server speaks https there: write baseURL with https://"
    }
    guard status == 404 || status == 405 else { return nil }
    // Frameworks' own words for a path that nobody answers; a missing model has others.
    let isPath =
      ["not found", "file not found", "404 page not found", "method not allowed", "an empty body"]
      .contains(text) || text.hasPrefix("invalid url (") || text.hasPrefix("cannot post")
      || text.hasPrefix("cannot get") || text.hasPrefix("'<")
    guard isPath else { return nil }
    return
      "nothing answers at this path: baseURL ends before /completions or /chat, as a rule in /v1"
  }
}

extension TransportError {
  /// What to do where there was no reply; `nil` when waiting is all that can be done.
  var hint: String? {
    switch code {
    case .plain:
      "write baseURL with https; if the network between is yours, set allowsPlainHTTP: true beside it"
    case .dns:
      "check the name in baseURL, and that this machine can resolve it; the same command resumes"
    case .connect:
      "check the port in baseURL, and that the server runs and listens; the same command resumes"
    case .tls where message.contains("wrong version number"):
      "the server seems to speak plain http there: write baseURL with http://, or ask its https port"
    case .tls: "check that baseURL's port speaks https; the same command resumes"
    case .certificate where message.contains("expired"):
      "the server needs a new certificate; if it has one, check this machine's clock"
    case .certificate where message.contains("subject name"):
      "write the name in baseURL that the certificate is for"
    case .certificate: "SSL_CERT_FILE=FILE names the certificates to trust, such as a company's own"
    case .invalidURL: "write baseURL as http(s)://HOST:PORT/v1, keys and users left out"
    case .redirect: "write the address in baseURL that the server redirects to"
    case .proxy: "check HTTPS_PROXY and HTTP_PROXY; NO_PROXY names hosts that are asked directly"
    case .timeout, .stalled, .tooLarge, .interrupted, .malformed, .encoding, .closed, .circuitOpen,
      .other:
      nil
    }
  }
}
