/// A request to one URL, ready to be sent.
package struct HTTPRequest: Sendable {
  /// `GET`, `POST`, `PUT` or `DELETE`.
  package var method: String
  /// Where to.
  package var url: String

  /// Creates a request.
  package init(_ method: String, _ url: String) {
    self.method = method
    self.url = url
  }
}
