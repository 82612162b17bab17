/// The moments of Adam, which turns gradients into steps of about the learning rate.
///
/// - SeeAlso: Kingma and Ba, "Adam: A Method for Stochastic Optimization", arXiv 1412.6980.
struct AdamState: Sendable {
  private static let firstDecay = 0.9
  private static let secondDecay = 0.999
  private static let epsilon = 1e-8

  private let learningRate: Double
  private var first: [Double]
  private var second: [Double]
  private var firstBias = 1.0
  private var secondBias = 1.0

  init(count: Int, learningRate: Double) {
    self.learningRate = learningRate
    first = [Double](repeating: 0, count: count)
    second = first
  }

  /// The step against a gradient.
  mutating func step(against gradient: [Double]) -> [Double] {
    precondition(gradient.count == first.count)
    firstBias *= Self.firstDecay
    secondBias *= Self.secondDecay
    return gradient.indices.map { index in
      let slope = gradient[index]
      first[index] = Self.firstDecay * first[index] + (1 - Self.firstDecay) * slope
      second[index] = Self.secondDecay * second[index] + (1 - Self.secondDecay) * slope * slope
      let scale = (second[index] / (1 - secondBias)).squareRoot() + Self.epsilon
      return -learningRate * first[index] / (1 - firstBias) / scale
    }
  }
}

/// A vector scaled down to a Euclidean norm of at most `limit`.
func clipped(_ vector: [Double], toNorm limit: Double) -> [Double] {
  let norm = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
  return norm > limit ? vector.map { $0 * (limit / norm) } : vector
}
