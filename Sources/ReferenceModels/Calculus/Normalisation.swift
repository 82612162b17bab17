extension Tensor {
  /// Added to the mean square, as in `Kernels.normalise`.
  private static var epsilon: Element { Element(1e-5) }

  /// Every row over its root mean square, times a fixed gain a column.
  ///
  /// - SeeAlso: Zhang, Sennrich, "Root Mean Square Layer Normalization", NeurIPS 2019.
  func normalised(gain: [Double]) -> Tensor {
    precondition(gain.count == columns)
    var result = self
    for row in 0..<rows {
      let inverse = inverseRoot(of: row)
      for column in 0..<columns {
        let place = row * columns + column
        result.values[place] = values[place] * inverse * Element(gain[column])
      }
    }
    return result
  }

  /// The gradient with respect to the rows that were normalised, given that of the result.
  func normalisationAdjoint(_ adjoint: Tensor, gain: [Double]) -> Tensor {
    var result = self
    for row in 0..<rows {
      let inverse = inverseRoot(of: row)
      var overlap = Element(0)
      for column in 0..<columns {
        let place = row * columns + column
        overlap += adjoint.values[place] * Element(gain[column]) * values[place]
      }
      let shared = overlap * inverse * inverse * inverse / Element(Double(columns))
      for column in 0..<columns {
        let place = row * columns + column
        result.values[place] =
          adjoint.values[place] * Element(gain[column]) * inverse - values[place] * shared
      }
    }
    return result
  }

  private func inverseRoot(of row: Int) -> Element {
    var sum = Element(0)
    for place in row * columns..<(row + 1) * columns { sum += values[place] * values[place] }
    return Element(1) / Element.squareRoot(sum / Element(Double(columns)) + Self.epsilon)
  }
}
