/// Something that turns texts into vectors whose angles tell how near their meanings are.
public protocol Embedder: Sendable {
  /// The model, with the host's name: what vectors are kept under. Never a key or an address.
  var model: String { get }
  /// Most texts one call may have.
  var batch: Int { get }
  /// Calls that may be under way at once.
  var concurrency: Int { get }

  /// Embeds texts.
  ///
  /// - Parameter texts: At least one text, at most `batch`, none empty.
  /// - Returns: One embedding a text, in order.
  /// - Throws: `CancellationError` when cancelled; otherwise the provider's own error.
  func embed(_ texts: [String]) async throws -> [Embedding]
}

/// What became of one text.
public enum Embedding: Sendable, Hashable {
  /// Its vector: finite numbers, as many as for every text of the model.
  case vector([Float])
  /// The host does not take it, such as one that is too long; why, in its words.
  case refused(reason: String)

  /// The vector, if there is one.
  public var vector: [Float]? { if case .vector(let values) = self { values } else { nil } }
}
