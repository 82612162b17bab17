/// A small K×K matrix over models, centred on both sides.
struct ModelMatrix: Sendable {
  let order: Int
  private(set) var values: [Double]

  init(order: Int) {
    self.order = order
    values = [Double](repeating: 0, count: order * order)
  }

  subscript(row: Int, column: Int) -> Double {
    get { values[row * order + column] }
    set { values[row * order + column] = newValue }
  }

  /// Sum of the diagonal.
  var trace: Double { (0..<order).reduce(0) { $0 + self[$1, $1] } }

  /// The matrix that chosen models would have given: picked on both sides, then re-centred.
  ///
  /// For columns without missing entries and γ = 0 this is exactly what scoring the chosen models
  /// anew would build, at K² cost instead of N·K²; otherwise a column keeps the mean of its observed
  /// entries and its normaliser from all models.
  func resampled(_ rows: [Int]) -> ModelMatrix {
    var result = ModelMatrix(order: rows.count)
    for (row, source) in rows.enumerated() {
      for (column, other) in rows.enumerated() { result[row, column] = self[source, other] }
    }
    result.centre()
    return result
  }

  /// MᵀM.
  func transposedTimesSelf() -> ModelMatrix {
    var result = ModelMatrix(order: order)
    for row in 0..<order {
      for left in 0..<order {
        let value = self[row, left]
        for right in 0..<order { result[left, right] += value * self[row, right] }
      }
    }
    return result
  }

  /// M·v.
  func times(_ vector: [Double]) -> [Double] {
    (0..<order).map { row in
      var sum = 0.0
      for column in 0..<order { sum += self[row, column] * vector[column] }
      return sum
    }
  }

  private mutating func centre() {
    let count = Double(order)
    for row in 0..<order {
      var mean = 0.0
      for column in 0..<order { mean += self[row, column] }
      mean /= count
      for column in 0..<order { self[row, column] -= mean }
    }
    for column in 0..<order {
      var mean = 0.0
      for row in 0..<order { mean += self[row, column] }
      mean /= count
      for row in 0..<order { self[row, column] -= mean }
    }
  }
}
