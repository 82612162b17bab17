/// Causal attention in several heads, with a penalty that grows with distance.
///
/// Weights are softmax(q·k/√size − slope·distance) over the keys up to the query's own position.
/// - SeeAlso: Press, Smith, Lewis, "Train Short, Test Long", ICLR 2022.
struct Attention: Sendable {
  /// One sequence's part of a batch.
  struct Span: Sendable {
    /// Its rows of keys and values.
    let keys: Range<Int>
    /// Its rows of queries.
    let queries: Range<Int>
    /// The position of each query among the keys.
    let positions: [Int]
  }

  let heads: Int
  let spans: [Span]

  /// Penalty a token of distance for one head: 2^(−8(h+1)/heads).
  static func slope(_ head: Int, of heads: Int) -> Double {
    exponentOfTwo(-8 * Double(head + 1) / Double(heads))
  }

  /// One query in one head.
  private struct Place {
    /// Its first element in the head, among queries and results alike.
    let start: Int
    /// The first key's first element in the head.
    let key: Int
    /// Keys it sees.
    let count: Int
    let slope: Double
  }

  /// Calls back for every query of every head.
  private func forEachPlace(width: Int, _ body: (Place) -> Void) {
    let size = width / heads
    for span in spans {
      for head in 0..<heads {
        let slope = Self.slope(head, of: heads)
        for (row, position) in zip(span.queries, span.positions) {
          body(
            Place(
              start: row * width + head * size,
              key: span.keys.lowerBound * 2 * width + head * size,
              count: position + 1,
              slope: slope
            )
          )
        }
      }
    }
  }

  /// The attended values.
  ///
  /// - Parameters:
  ///   - query: Queries × width.
  ///   - keyValue: Tokens × 2 width: keys, then values.
  /// - Returns: Queries × width, the heads side by side.
  func value<T: Scalar>(_ query: Tensor<T>, _ keyValue: Tensor<T>) -> Tensor<T> {
    let width = query.columns
    let size = width / heads
    var result = Tensor<T>(rows: query.rows, columns: width)
    var weights: [T] = []
    forEachPlace(width: width) { place in
      fill(&weights, at: place, size: size, query, keyValue)
      for index in 0..<place.count {
        let weight = weights[index]
        let value = place.key + index * 2 * width + width
        for k in 0..<size {
          result.values[place.start + k] += weight * keyValue.values[value + k]
        }
      }
    }
    return result
  }

  /// The gradients with respect to queries, and to keys and values, given that of the result.
  func adjoints<T: Scalar>(
    _ adjoint: Tensor<T>,
    _ query: Tensor<T>,
    _ keyValue: Tensor<T>
  ) -> (query: Tensor<T>, keyValue: Tensor<T>) {
    let width = query.columns
    let size = width / heads
    let scale = T(1 / Double(size).squareRoot())
    var left = Tensor<T>(rows: query.rows, columns: width)
    var right = Tensor<T>(rows: keyValue.rows, columns: 2 * width)
    var weights: [T] = []
    var slopes: [T] = []
    forEachPlace(width: width) { place in
      fill(&weights, at: place, size: size, query, keyValue)
      slopes.removeAll(keepingCapacity: true)
      var mean = T(0)
      for index in 0..<place.count {
        let weight = weights[index]
        let value = place.key + index * 2 * width + width
        var slope = T(0)
        for k in 0..<size {
          let upstream = adjoint.values[place.start + k]
          slope += upstream * keyValue.values[value + k]
          right.values[value + k] += weight * upstream
        }
        slopes.append(slope)
        mean += weight * slope
      }
      for index in 0..<place.count {
        let slope = weights[index] * (slopes[index] - mean) * scale
        let key = place.key + index * 2 * width
        for k in 0..<size {
          left.values[place.start + k] += slope * keyValue.values[key + k]
          right.values[key + k] += slope * query.values[place.start + k]
        }
      }
    }
    return (left, right)
  }

  /// The weights of one query in one head.
  private func fill<T: Scalar>(
    _ weights: inout [T],
    at place: Place,
    size: Int,
    _ query: Tensor<T>,
    _ keyValue: Tensor<T>
  ) {
    let scale = T(1 / Double(size).squareRoot())
    weights.removeAll(keepingCapacity: true)
    var most = -Double.infinity
    for index in 0..<place.count {
      let key = place.key + index * keyValue.columns
      var sum = T(0)
      for k in 0..<size { sum += query.values[place.start + k] * keyValue.values[key + k] }
      let value = sum * scale - T(place.slope * Double(place.count - 1 - index))
      weights.append(value)
      most = max(most, value.primal)
    }
    var total = T(0)
    for index in weights.indices {
      weights[index] = T.exponential(weights[index] - T(most))
      total += weights[index]
    }
    let factor = T(1) / total
    for index in weights.indices { weights[index] = weights[index] * factor }
  }
}
