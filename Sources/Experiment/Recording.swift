/// One request to a host and the final reply to it, as they are kept: without anything secret.
///
/// It never changes; it is a class because it is handed on several times, and has much in it.
public final class Exchange: Sendable {
  /// A header field of a reply.
  public struct Field: Sendable, Hashable, Codable {
    /// Its name in lower case.
    public let name: String
    /// Its value.
    public let value: String

    package init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }

  /// Digest of all that was asked: equal requests have equal keys.
  public let key: String
  /// `GET`, `POST`, ….
  public let method: String
  /// Where it was sent, secrets redacted.
  public let url: String
  /// What was sent, secrets redacted; empty for none.
  public let request: [UInt8]
  /// HTTP status of the reply.
  public let status: Int
  /// Header fields of the reply that are worth keeping, secrets redacted.
  public let fields: [Field]
  /// Body of the reply, decompressed, secrets redacted.
  public let body: [UInt8]
  /// When it was asked, in milliseconds since 1970.
  public let asked: Int
  /// How long the reply took, in milliseconds, retries included.
  public let took: Int

  package init(
    key: String,
    method: String,
    url: String,
    request: [UInt8],
    status: Int,
    fields: [Field],
    body: [UInt8],
    asked: Int,
    took: Int
  ) {
    self.key = key
    self.method = method
    self.url = url
    self.request = request
    self.status = status
    self.fields = fields
    self.body = body
    self.asked = asked
    self.took = took
  }
}

extension Exchange: Hashable {
  /// Whether two exchanges are the same in every respect.
  public static func == (left: Exchange, right: Exchange) -> Bool {
    (left.key, left.method, left.url, left.status, left.asked, left.took)
      == (right.key, right.method, right.url, right.status, right.asked, right.took)
      && left.request == right.request && left.fields == right.fields && left.body == right.body
  }

  /// Hashes the key, which stands for most of it.
  public func hash(into hasher: inout Hasher) { hasher.combine(key) }
}

/// Where exchanges are kept and found again.
public protocol Archive: Sendable {
  /// The n-th reply kept for a request.
  ///
  /// - Parameters:
  ///   - key: Digest of the request.
  ///   - occurrence: 0 for the first time it was asked, 1 for the second, ….
  /// - Returns: The exchange, or `nil` when it was not asked that often.
  /// - Throws: The archive's own error.
  func exchange(_ key: String, occurrence: Int) throws -> Exchange?

  /// Keeps an exchange as the next occurrence of its key.
  ///
  /// It may be written a little later, but never after anything that is written later.
  /// - Parameter exchange: The exchange.
  /// - Throws: The archive's own error.
  func keep(_ exchange: Exchange) throws

  /// The first exchanges kept, to say what comes nearest to a request that is not there.
  ///
  /// - Parameter limit: How many at most.
  /// - Returns: Exchanges in the order they were kept.
  /// - Throws: The archive's own error.
  func exchanges(limit: Int) throws -> [Exchange]
}

extension Archive {
  /// None: an archive need not be able to list what it holds.
  public func exchanges(limit: Int) throws -> [Exchange] { [] }
}
