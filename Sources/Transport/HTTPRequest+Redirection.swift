extension HTTPRequest {
  /// What a reply asks to be sent next, if it redirects.
  ///
  /// Only what is safe is followed: a `GET` or `HEAD` anywhere (without its credentials when the
  /// origin changes), anything else after 307 or 308 within its origin. A `POST` never becomes a
  /// `GET` (RFC 9110 §15.4 lets clients do so), since what it was to make would then not be made.
  /// - Parameter response: The reply.
  /// - Returns: The next request; `nil` when the reply is no redirect or none are wanted.
  /// - Throws: `TransportError` of code `redirect`.
  package func redirected(by response: HTTPResponse) throws(TransportError) -> HTTPRequest? {
    guard redirects > 0, [301, 302, 303, 307, 308].contains(response.status),
      let location = response.fields["location"]
    else { return nil }
    let target: HTTPAddress
    do {
      target = try address.resolve(location)
    } catch {
      throw TransportError(.redirect, "\(address.origin) redirects to something that is no URL")
    }
    func refusal(_ cause: String) -> TransportError {
      TransportError(
        .redirect,
        "\(address.origin) redirects \(method) to \(target.origin): \(cause)",
        mayHaveArrived: response.status == 303
      )
    }
    if address.isSecure, !target.isSecure { throw refusal("from https to http is not followed") }
    var next = self
    next.address = target
    next.redirects -= 1
    let isElsewhere = target.origin != address.origin
    if isElsewhere { next.fields.removeAll(where: \.isSecret) }
    if method == "GET" || method == "HEAD" { return next }
    guard response.status == 307 || response.status == 308 else {
      throw refusal("only GET is sent on after \(response.status); is the base URL right?")
    }
    if isElsewhere { throw refusal("data are not sent on to another host; is the base URL right?") }
    return next
  }
}
