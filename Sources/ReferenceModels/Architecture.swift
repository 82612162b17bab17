/// Shape of the reference language model: a decoder-only transformer.
package struct Architecture: Sendable, Hashable, Codable {
  /// Width of the residual stream, a multiple of `heads`.
  package var width: Int
  /// Transformer blocks.
  package var layers: Int
  /// Attention heads a block.
  package var heads: Int
  /// Largest vocabulary learned from the corpus, at least 257 (every byte and the end token).
  package var vocabulary: Int
  /// Most tokens an example may have.
  package var context: Int

  package init(width: Int, layers: Int, heads: Int, vocabulary: Int, context: Int) {
    self.width = width
    self.layers = layers
    self.heads = heads
    self.vocabulary = vocabulary
    self.context = context
  }

  /// The demo's model, and the default for a user's own data.
  package static let demo = Architecture(
    width: 128,
    layers: 2,
    heads: 4,
    vocabulary: 1024,
    context: 2048
  )

  /// What is wrong with the shape, or `nil`.
  package var problem: String? {
    if width < 1 || heads < 1 || layers < 1 { return "width, heads and layers must be positive" }
    if width % heads != 0 { return "width \(width) is not a multiple of \(heads) heads" }
    if vocabulary < 257 { return "a vocabulary needs at least 257 entries" }
    if context < 2 { return "context must be at least 2 tokens" }
    return nil
  }
}
