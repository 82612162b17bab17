import Experiment

/// A reply, and what it means when it arrives.
struct ServerResponse: Sendable {
  /// HTTP status.
  var status: Int
  /// Headers beyond length, connection and request id.
  var headers: [(name: String, value: String)]
  /// The body.
  var body: [UInt8]
  /// What is to be counted once it is known whether the reply arrived whole.
  var entries: [SandboxLog.Entry] = []

  /// A reply in JSON.
  init(_ status: Int = 200, _ body: JSONValue, entries: [SandboxLog.Entry] = []) {
    self.init(status, type: "application/json", body.bytes)
    self.entries = entries
  }

  /// A reply of some other type.
  init(_ status: Int = 200, type: String, _ body: [UInt8]) {
    self.status = status
    self.body = body
    headers = [("content-type", type)]
  }

  /// The bytes to be sent.
  ///
  /// - Parameters:
  ///   - isHead: Whether only the head was asked for.
  ///   - keepsAlive: Whether the connection stays open.
  ///   - id: The request's number.
  /// - Returns: Head and body.
  func bytes(isHead: Bool, keepsAlive: Bool, id: Int) -> [UInt8] {
    var text = "HTTP/1.1 \(status) \(Self.reasons[status] ?? "Status")\r\n"
    for (name, value) in headers { text += "\(name): \(value)\r\n" }
    text += "content-length: \(body.count)\r\nx-request-id: req-\(id)\r\n"
    text += keepsAlive ? "connection: keep-alive\r\n\r\n" : "connection: close\r\n\r\n"
    return Array(text.utf8) + (isHead ? [] : body)
  }

  private static let reasons = [
    200: "OK", 400: "Bad Request", 401: "Unauthorized", 404: "Not Found",
    405: "Method Not Allowed", 408: "Request Timeout", 413: "Content Too Large",
    417: "Expectation Failed", 429: "Too Many Requests", 431: "Request Header Fields Too Large",
    500: "Internal Server Error", 501: "Not Implemented", 502: "Bad Gateway",
    503: "Service Unavailable", 505: "HTTP Version Not Supported",
  ]
}
