import Statistics

/// Independent distributions over a vocabulary, one for each position of a prompt.
struct PromptDistribution: Sendable, Hashable {
  /// Number of positions, ℓ.
  let length: Int
  /// Number of candidates for each position, V.
  let width: Int
  /// Shape [length, width], row-major; rows sum to 1.
  private(set) var values: [Double]

  /// No entry falls below this share, before rows are normalised: 1e-4/V.
  static func floor(width: Int) -> Double { 1e-4 / Double(width) }

  init(length: Int, width: Int) {
    self.length = length
    self.width = width
    values = [Double](repeating: 1 / Double(width), count: length * width)
  }

  init(projecting values: [Double], length: Int, width: Int) {
    precondition(values.count == length * width)
    self.length = length
    self.width = width
    self.values = values
    project()
  }

  /// The distribution of each position.
  var rows: [[Double]] {
    (0..<length).map { Array(values[$0 * width..<($0 + 1) * width]) }
  }

  /// The likeliest candidate of each position, the first among equals.
  var mode: [Int] {
    rows.map { row in row.indices.reduce(0) { row[$1] > row[$0] ? $1 : $0 } }
  }

  /// Draws a candidate for each position.
  func draw(using generator: inout SplitMix64) -> [Int] {
    (0..<length).map { position in
      var rest = generator.uniform()
      for candidate in 0..<width - 1 {
        rest -= values[position * width + candidate]
        if rest < 0 { return candidate }
      }
      return width - 1
    }
  }

  /// Estimates the gradient of the expected loss from draws: Σ (F − F̄) ∇ log P / (I − 1).
  ///
  /// `∇ log P[t] = e_t / P[t]`, the one-hot form. The mean over draws as baseline leaves
  /// `E[F | t = v] − E[F]` in expectation, the gradient along the simplex.
  ///
  /// - Parameters:
  ///   - draws: At least two prompts drawn from this distribution.
  ///   - losses: The loss of each draw.
  /// - Returns: Shape [length, width], row-major.
  func gradient(draws: [[Int]], losses: [Double]) -> [Double] {
    precondition(draws.count == losses.count && draws.count >= 2)
    let mean = losses.reduce(0, +) / Double(losses.count)
    var result = [Double](repeating: 0, count: values.count)
    for (draw, loss) in zip(draws, losses) {
      let weight = (loss - mean) / Double(draws.count - 1)
      for (position, candidate) in draw.enumerated() {
        let entry = position * width + candidate
        result[entry] += weight / values[entry]
      }
    }
    return result
  }

  /// Adds a step to the entries, then projects every row to the simplex and applies the floor.
  mutating func move(by step: [Double]) {
    precondition(step.count == values.count)
    for entry in values.indices { values[entry] += step[entry] }
    project()
  }

  private mutating func project() {
    let floor = Self.floor(width: width)
    for position in 0..<length {
      let range = position * width..<(position + 1) * width
      let floored = projectedToSimplex(values[range]).map { max($0, floor) }
      let sum = floored.reduce(0, +)
      values.replaceSubrange(range, with: floored.map { $0 / sum })
    }
  }
}

/// The point of the probability simplex nearest to a vector, exactly.
///
/// - Parameter vector: At least one finite number.
/// - Returns: Numbers of at least 0 that sum to 1.
/// - SeeAlso: Duchi et al., "Efficient Projections onto the l1-Ball", ICML 2008.
func projectedToSimplex(_ vector: some Collection<Double>) -> [Double] {
  precondition(!vector.isEmpty)
  var sum = 0.0
  var shift = 0.0
  for (index, value) in vector.sorted(by: >).enumerated() {
    sum += value
    let candidate = (1 - sum) / Double(index + 1)
    if value + candidate > 0 { shift = candidate }
  }
  return vector.map { max($0 + shift, 0) }
}
