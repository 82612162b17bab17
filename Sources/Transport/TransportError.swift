/// Why there is no reply.
package struct TransportError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What kind of fault it is.
  package enum Code: Sendable, Hashable {
    /// The host's name is not known.
    case dns
    /// No connection.
    case connect
    /// The TLS handshake broke off.
    case tls
    /// The certificate is not to be trusted, or the trusted certificates cannot be read.
    case certificate
    /// Too slow altogether.
    case timeout
    /// No byte came for too long.
    case stalled
    /// The reply is longer than allowed.
    case tooLarge
    /// The connection ended before the reply did.
    case interrupted
    /// A redirect that is not followed, or one too many.
    case redirect
    /// The proxy refused or cannot be reached.
    case proxy
    /// The address is not one that may be asked.
    case invalidURL
    /// Plain `http` to another machine, which nobody allowed.
    case plain
    /// What came is no HTTP.
    case malformed
    /// The body is not encoded as its header says.
    case encoding
    /// The engine was closed.
    case closed
    /// The host failed so often that it is left alone for a while.
    case circuitOpen
    /// Anything else, with libcurl's number.
    case other(Int)
  }

  /// What kind of fault it is.
  package let code: Code
  /// The host and the cause in one line of lower case, without anything secret.
  package let message: String
  /// Whether the host may have got the request: if so, what it asked for may have happened.
  package let mayHaveArrived: Bool

  package init(_ code: Code, _ message: String, mayHaveArrived: Bool = false) {
    self.code = code
    self.message = message
    self.mayHaveArrived = mayHaveArrived
  }

  /// The message.
  package var description: String { message }

  /// Whether asking again can help.
  package var isPassing: Bool {
    switch code {
    case .dns, .connect, .tls, .timeout, .stalled, .interrupted, .malformed, .circuitOpen: true
    case .certificate, .tooLarge, .encoding, .redirect, .proxy, .invalidURL, .plain, .closed,
      .other:
      false
    }
  }
}
