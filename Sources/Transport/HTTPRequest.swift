/// A request to one URL, ready to be sent.
package struct HTTPRequest: Sendable {
  /// A header field.
  package struct Field: Sendable, Hashable {
    /// Its name.
    package let name: String
    /// Its value.
    package let value: String
    /// Whether it is a credential: it goes to the first origin only, and into no message.
    package let isSecret: Bool

    package init(_ name: String, _ value: String, isSecret: Bool = false) {
      self.name = name
      self.value = value
      self.isSecret = isSecret
    }
  }

  /// One part of a form.
  package struct Part: Sendable, Hashable {
    /// Name of the field.
    package let name: String
    /// The file's name; `nil` for a text field.
    package let fileName: String?
    /// Its content.
    package let content: [UInt8]

    package init(_ name: String, fileName: String? = nil, content: [UInt8]) {
      self.name = name
      self.fileName = fileName
      self.content = content
    }
  }

  /// What is sent along.
  package enum Body: Sendable, Hashable {
    /// Nothing.
    case none
    /// Bytes; their type is told by a header field.
    case bytes([UInt8])
    /// `multipart/form-data` (RFC 7578).
    case form([Part])
  }

  /// How long to wait for what.
  package struct Patience: Sendable, Hashable {
    /// For the connection, TLS included.
    package var connect: Duration
    /// For everything.
    package var total: Duration
    /// With no byte of a reply that has begun; whole seconds.
    package var stalled: Duration

    package init(
      connect: Duration = .seconds(15),
      total: Duration = .seconds(600),
      stalled: Duration = .seconds(300)
    ) {
      self.connect = connect
      self.total = total
      self.stalled = stalled
    }
  }

  /// `GET`, `POST`, `PUT` or `DELETE`.
  package var method: String
  /// Where to.
  package var address: HTTPAddress
  /// Header fields.
  package var fields: [Field]
  /// What is sent along.
  package var body: Body
  /// Time-outs.
  package var patience: Patience
  /// Most bytes the reply's body may have, decompressed.
  package var limit: Int
  /// Redirects that are followed; 0 to get the redirecting reply itself.
  package var redirects: Int
  /// Whether sending it twice does no harm.
  ///
  /// libcurl itself repeats a request on which a kept connection ended without a reply; one that must
  /// not be repeated therefore gets a new connection.
  package var isRepeatable: Bool
  /// Whether plain `http` may leave this machine.
  package var allowsPlainHTTP: Bool

  package init(
    _ method: String,
    _ address: HTTPAddress,
    fields: [Field] = [],
    body: Body = .none,
    patience: Patience = Patience(),
    limit: Int = 64 << 20,
    redirects: Int = 5,
    isRepeatable: Bool = true,
    allowsPlainHTTP: Bool = false
  ) {
    self.method = method
    self.address = address
    self.fields = fields
    self.body = body
    self.patience = patience
    self.limit = limit
    self.redirects = redirects
    self.isRepeatable = isRepeatable
    self.allowsPlainHTTP = allowsPlainHTTP
  }
}
