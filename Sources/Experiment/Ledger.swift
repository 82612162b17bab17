/// Something a run made at a host and may have to take up again or delete.
public struct RemoteResource: Sendable, Hashable, Codable {
  /// What it is.
  public enum Kind: String, Sendable, Hashable, Codable {
    /// An uploaded training file or data set.
    case file
    /// A fine-tuning job.
    case job
    /// A tuned model.
    case model
    /// A deployment that may cost money by the hour.
    case deployment
    /// An adapter loaded into a server.
    case adapter
  }

  /// What it is.
  public let kind: Kind
  /// The host's own name for it.
  public let id: String
  /// Key of the training job it belongs to; empty when it belongs to none.
  public let job: String
  /// The host: the name of its profile.
  public let host: String

  package init(_ kind: Kind, id: String, job: String, host: String) {
    self.kind = kind
    self.id = id
    self.job = job
    self.host = host
  }

  /// Whether kind and the bytes of all names are the same.
  public static func == (left: RemoteResource, right: RemoteResource) -> Bool {
    left.kind == right.kind && left.id.isSame(as: right.id) && left.job.isSame(as: right.job)
      && left.host.isSame(as: right.host)
  }

  /// Hashes kind and id.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(kind)
    hasher.combine(ByteText(id))
  }
}

/// Where a run writes down what it made at hosts, at once and durably.
public protocol Ledger: Sendable {
  /// Writes down that a resource exists; again for a known one it changes nothing.
  func add(_ resource: RemoteResource) throws
  /// Writes down that a resource is gone.
  func remove(_ resource: RemoteResource) throws
  /// What exists still, oldest first; of one training job, or of all for `nil`.
  func resources(job: String?) throws -> [RemoteResource]
  /// Whether a resource was written down as gone, and not as existing since.
  func isGone(_ resource: RemoteResource) throws -> Bool
}
