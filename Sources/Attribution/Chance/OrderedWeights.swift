/// A query's weight vectors under many orders of the models, in chunks of equal width.
struct OrderedWeights: Sendable {
  /// Orders, of which the last chunk may have fewer than its width.
  let orders: Int
  /// Orders of a chunk, a multiple of 16.
  let width: Int
  /// `chunks[chunk][part]`: the vectors of a part of the profile, order after order, zeros at the end.
  let chunks: [[[Float]]]
  /// The power of two that was taken out of all of them.
  let exponent: Int
  /// The largest Euclidean norm of a vector, scaled.
  let norm: Double

  /// Lays out weights.
  ///
  /// - Parameters:
  ///   - vectors: For each order as many vectors as the profile has parts, at least one, of equal length.
  ///   - most: Most orders of a chunk, a multiple of 16.
  init(_ vectors: [[[Double]]], atMost most: Int = 256) {
    orders = vectors.count
    let parts = vectors[0].count
    let depth = vectors[0][0].count
    let scaled = FloatRows(vectors.flatMap { $0.flatMap(\.self) }, depth: depth)
    exponent = scaled.exponent
    norm = scaled.norm
    let count = (orders + most - 1) / most
    let width = ((orders + count - 1) / count + 15) / 16 * 16
    self.width = width
    chunks = (0..<count).map { chunk in
      let orders = chunk * width..<min((chunk + 1) * width, vectors.count)
      return (0..<parts).map { part in
        var values = [Float](repeating: 0, count: width * depth)
        for (place, order) in orders.enumerated() {
          let first = (order * parts + part) * depth
          values.replaceSubrange(
            place * depth..<(place + 1) * depth,
            with: scaled.values[first..<first + depth]
          )
        }
        return values
      }
    }
  }

  /// The orders of a chunk.
  func orders(of chunk: Int) -> Range<Int> { chunk * width..<min((chunk + 1) * width, orders) }
}
