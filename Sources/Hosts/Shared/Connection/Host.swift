package import Experiment

/// Something that answers calls: a host over HTTP, a recording, or a test's script.
package protocol Host: Sendable {
  /// The profile's name, for messages and the ledger.
  var name: String { get }

  /// Where tasks that read its replies run best; `nil`, the default, for the program's pool.
  var executor: (any TaskExecutor)? { get }

  /// Sends a call and waits for its reply.
  ///
  /// Everything that may be repeated has been repeated when this throws.
  func send(_ call: Call) async throws -> Reply

  /// Waits between two polls; a recording does not.
  func wait(_ duration: Duration) async throws
}

extension Host {
  package var executor: (any TaskExecutor)? { nil }

  /// Who was asked what, as the beginning of a message.
  func asked(_ call: Call) -> String { "\(name), \(call.method) \(call.path)," }
}

/// One request as the dialects write it: without address, key, retries or limits.
package struct Call: Sendable, Hashable {
  /// How the request may be repeated and answered.
  package enum Purpose: Sendable, Hashable {
    /// Reads something that may change; repeated freely, always asked anew.
    case read
    /// Reads a loss: repeated freely, but answered from what is recorded already.
    case score
    /// Makes something: never sent twice. An unknown outcome is `HostError.Code.unknownOutcome`.
    case create
    /// Deletes or cancels something: repeated freely; 404 afterwards is not this layer's to judge.
    case remove
  }

  package enum Body: Sendable, Hashable {
    case none
    case json([UInt8])
    /// A form with fields and one file (RFC 7578).
    case form(fields: [FormField], file: FormFile)
  }

  /// A text field of a form.
  package struct FormField: Sendable, Hashable {
    package let name: String
    package let value: String

    package init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }

  /// A file of a form.
  package struct FormFile: Sendable, Hashable {
    package let field: String
    package let name: String
    package let content: [UInt8]

    package init(field: String, name: String, content: [UInt8]) {
      self.field = field
      self.name = name
      self.content = content
    }
  }

  /// `GET`, `POST`, `PUT` or `DELETE`.
  package var method: String
  /// Path below the base URL, starting with a slash; or a whole URL of the same host's other APIs.
  package var path: String
  /// Query items, not encoded yet.
  package var query: [FormField]
  /// Further header fields; never secrets.
  package var headers: [FormField]
  package var body: Body
  /// How it may be repeated.
  package var purpose: Purpose
  /// 1, or 2 for a second reading that must not be answered from the first one's record.
  package var round: Int
  /// Tokens it costs, for rate limits.
  package var tokens: Int
  /// Time for the whole reply; `nil` is the connection's default.
  package var timeout: Duration?

  package init(
    _ method: String,
    _ path: String,
    query: [FormField] = [],
    headers: [FormField] = [],
    body: Body = .none,
    purpose: Purpose,
    round: Int = 1,
    tokens: Int = 0,
    timeout: Duration? = nil
  ) {
    self.method = method
    self.path = path
    self.query = query
    self.headers = headers
    self.body = body
    self.purpose = purpose
    self.round = round
    self.tokens = tokens
    self.timeout = timeout
  }
}

package struct Reply: Sendable, Hashable {
  /// Status, 200 to 299.
  package let status: Int
  /// Header fields, names in lower case.
  package let fields: [Exchange.Field]
  /// The body, decompressed.
  package let body: [UInt8]

  package init(status: Int = 200, fields: [Exchange.Field] = [], body: [UInt8]) {
    self.status = status
    self.fields = fields
    self.body = body
  }

  /// The body as JSON.
  ///
  /// - Throws: `HostError` of code `notUnderstood` with the first of the body's text.
  package func json(of call: Call) throws(HostError) -> JSON {
    if let document = JSONReader.read(body) { return document }
    throw HostError(
      .notUnderstood,
      "\(call.method) \(call.path) answered \(status) with something that is not JSON: "
        + HostError.excerpt(body)
    )
  }
}

extension Call {
  /// Whether its answer is a loss, or what one is read from.
  var asksReading: Bool { purpose == .score || purpose == .read && method == "POST" }
}
