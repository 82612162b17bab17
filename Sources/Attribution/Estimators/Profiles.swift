/// The training columns' profiles φ: centred, normalised, 0 where missing, ready to be weighed.
struct Profiles: Sendable {
  /// Entries of one profile: models, or resampled models.
  let count: Int
  /// Whether each of the N training columns can be scored on these rows.
  let measurable: [Bool]
  /// `values[column × count + row]`.
  private let values: [Double]

  /// Builds the profiles of all training columns.
  ///
  /// - Parameters:
  ///   - signals: Transformed losses.
  ///   - rows: Models to use; may repeat.
  ///   - exponent: γ of the column normaliser 1/sd^γ.
  init(_ signals: Signals, rows: [Int], exponent: Double) {
    count = rows.count
    var values = [Double](repeating: 0, count: signals.examples * rows.count)
    var measurable = [Bool](repeating: false, count: signals.examples)
    for column in 0..<signals.examples {
      let offset = column * rows.count
      let deviation = signals.centre(column: column, rows: rows, into: &values, at: offset)
      guard deviation > 0 else { continue }
      measurable[column] = true
      let factor = normaliser(deviation, exponent: exponent)
      if factor != 1 {
        for index in offset..<offset + rows.count { values[index] *= factor }
      }
    }
    self.values = values
    self.measurable = measurable
  }

  /// The profile of one column.
  func values(of column: Int) -> ArraySlice<Double> {
    values[column * count..<(column + 1) * count]
  }

  /// G = Σᵢ φᵢφᵢᵀ.
  func gram() -> ModelMatrix {
    let blocks = (count + 7) / 8
    var column = [SIMD8<Double>](repeating: .zero, count: blocks)
    var sums = [SIMD8<Double>](repeating: .zero, count: count * blocks)
    for position in measurable.indices {
      let offset = position * count
      for row in 0..<count { column[row / 8][row % 8] = values[offset + row] }
      for row in 0..<count {
        let value = values[offset + row]
        for block in 0..<blocks { sums[row * blocks + block] += value * column[block] }
      }
    }
    var gram = ModelMatrix(order: count)
    for row in 0..<count {
      for other in 0..<count { gram[row, other] = sums[row * blocks + other / 8][other % 8] }
    }
    return gram
  }

  /// R = Σᵢ φᵢωᵢᵀ with ωᵢ the example's training weight in each model, centred over models.
  ///
  /// - Parameter members: For each model, the training columns it saw and their weights.
  /// - Returns: R, centred over both of its indices.
  func membershipProduct(_ members: [[(column: Int, weight: Double)]]) -> ModelMatrix {
    var product = ModelMatrix(order: count)
    for model in 0..<count {
      for (column, weight) in members[model] {
        for row in 0..<count { product[row, model] += weight * values[column * count + row] }
      }
    }
    // Centring ω over models is centring R over its second index.
    for row in 0..<count {
      var mean = 0.0
      for model in 0..<count { mean += product[row, model] }
      mean /= Double(count)
      for model in 0..<count { product[row, model] -= mean }
    }
    return product
  }

  /// Scores all columns under several weight vectors, handing them over column by column.
  ///
  /// - Parameters:
  ///   - weights: One vector of `count` weights a query profile.
  ///   - body: Called for each column in order with its scores; those of query q are lane q % 8 of
  ///     block q / 8.
  func score(
    _ weights: [[Double]],
    _ body: (_ column: Int, _ scores: [SIMD8<Double>]) -> Void
  ) {
    let blocks = (weights.count + 7) / 8
    var lanes = [SIMD8<Double>](repeating: .zero, count: count * blocks)
    for (query, vector) in weights.enumerated() {
      for row in 0..<count { lanes[row + count * (query / 8)][query % 8] = vector[row] }
    }
    var scores = [SIMD8<Double>](repeating: .zero, count: blocks)
    for column in measurable.indices {
      let profile = values.span.extracting(column * count..<(column + 1) * count)
      for block in 0..<blocks {
        scores[block] = weigh(profile, lanes.span.extracting(block * count..<(block + 1) * count))
      }
      body(column, scores)
    }
  }
}

/// Eight weighted sums at once: they share the profile and differ in the weights.
@inline(__always)
private func weigh(_ profile: Span<Double>, _ weights: Span<SIMD8<Double>>) -> SIMD8<Double> {
  var sum = SIMD8<Double>.zero
  for row in profile.indices { sum += profile[row] * weights[row] }
  return sum
}

/// 1/sd^γ for the exponents in use.
func normaliser(_ deviation: Double, exponent: Double) -> Double {
  switch exponent {
  case 0: 1
  case 1: 1 / deviation
  default: 1 / deviation.squareRoot()
  }
}
