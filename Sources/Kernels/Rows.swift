internal import CKernels

// Row-wise operations. All sums run over 16 lanes in a fixed order, so bits do not depend on threads.

/// Sum of products of two runs of `count` floats, over 16 lanes.
@inline(__always)
private func dot(
  _ x: UnsafePointer<Float>,
  _ y: UnsafePointer<Float>,
  _ count: Int
) -> Float {
  var lanes = SIMD16<Float>.zero
  var i = 0
  while i + 16 <= count {
    let a = UnsafeRawPointer(x + i).loadUnaligned(as: SIMD16<Float>.self)
    let b = UnsafeRawPointer(y + i).loadUnaligned(as: SIMD16<Float>.self)
    lanes += a * b
    i += 16
  }
  var sum = lanes.sum()
  while i < count {
    sum += x[i] * y[i]
    i += 1
  }
  return sum
}

/// Copies chosen rows: `target[r] = source[indices[r]]`.
package func gather(_ indices: [Int], of source: Matrix, into target: Matrix) {
  precondition(indices.count == target.rows && source.columns == target.columns)
  for (row, index) in indices.enumerated() {
    target.row(row).update(from: source.row(index), count: source.columns)
  }
}

/// Adds rows onto chosen rows: `target[indices[r]] += source[r]`, in order.
package func scatterAdd(_ source: Matrix, onto target: Matrix, at indices: [Int]) {
  precondition(indices.count == source.rows && source.columns == target.columns)
  for (row, index) in indices.enumerated() {
    let from = source.row(row)
    let to = target.row(index)
    for i in 0..<source.columns { to[i] += from[i] }
  }
}

/// target += source, element by element.
package func add(_ source: Matrix, to target: Matrix) {
  precondition(source.rows == target.rows && source.columns == target.columns)
  for row in 0..<source.rows {
    let from = source.row(row)
    let to = target.row(row)
    for i in 0..<source.columns { to[i] += from[i] }
  }
}

/// target = source, element by element.
package func copy(_ source: Matrix, to target: Matrix) {
  precondition(source.rows == target.rows && source.columns == target.columns)
  for row in 0..<source.rows {
    target.row(row).update(from: source.row(row), count: source.columns)
  }
}

/// Sets every element to zero.
package func clear(_ target: Matrix) {
  for row in 0..<target.rows { target.row(row).update(repeating: 0, count: target.columns) }
}

private let normEpsilon: Float = 1e-5

/// Root-mean-square normalisation of every row: `y = gain · x / rms(x)`.
///
/// - Parameters:
///   - x: n×d input.
///   - gain: 1×d factor.
///   - y: n×d result.
///   - inverse: n×1, receives 1/rms of each row for the backward pass.
/// - SeeAlso: Zhang and Sennrich, "Root Mean Square Layer Normalization", NeurIPS 2019.
package func normalise(_ x: Matrix, gain: Matrix, into y: Matrix, inverse: Matrix) {
  let d = x.columns
  precondition(gain.columns == d && y.columns == d && y.rows == x.rows && inverse.rows == x.rows)
  let g = gain.row(0)
  for row in 0..<x.rows {
    let from = x.row(row)
    let to = y.row(row)
    let scale = 1 / (dot(from, from, d) / Float(d) + normEpsilon).squareRoot()
    inverse.row(row)[0] = scale
    for i in 0..<d { to[i] = from[i] * scale * g[i] }
  }
}

/// Backward pass of `normalise`: adds the input's gradient to `dx` and the gain's to `dgain`.
package func normaliseGradient(
  _ dy: Matrix,
  x: Matrix,
  gain: Matrix,
  inverse: Matrix,
  addingTo dx: Matrix,
  dgain: Matrix
) {
  let d = x.columns
  precondition(dy.columns == d && dx.columns == d && dgain.columns == d)
  precondition(dy.rows == x.rows && dx.rows == x.rows && inverse.rows == x.rows)
  let g = gain.row(0)
  let dg = dgain.row(0)
  for row in 0..<x.rows {
    let input = x.row(row)
    let upstream = dy.row(row)
    let out = dx.row(row)
    let scale = inverse.row(row)[0]
    var lanes = SIMD16<Float>.zero
    var i = 0
    var tail: Float = 0
    while i + 16 <= d {
      let u = UnsafeRawPointer(upstream + i).loadUnaligned(as: SIMD16<Float>.self)
      let gi = UnsafeRawPointer(g + i).loadUnaligned(as: SIMD16<Float>.self)
      let xi = UnsafeRawPointer(input + i).loadUnaligned(as: SIMD16<Float>.self)
      lanes += u * gi * xi
      i += 16
    }
    while i < d {
      tail += upstream[i] * g[i] * input[i]
      i += 1
    }
    let shared = (lanes.sum() + tail) * scale * scale * scale / Float(d)
    for i in 0..<d {
      dg[i] += upstream[i] * input[i] * scale
      out[i] += upstream[i] * g[i] * scale - input[i] * shared
    }
  }
}

/// y = gelu(x), element by element (tanh form).
/// - SeeAlso: Hendrycks and Gimpel, "Gaussian Error Linear Units", 2016.
package func gelu(_ x: Matrix, into y: Matrix, set: InstructionSet) {
  precondition(x.rows == y.rows && x.columns == y.columns)
  for row in 0..<x.rows { set.table.pointee.gelu(x.row(row), y.row(row), x.columns) }
}

/// dx = dy · gelu'(x), element by element; `dx` may be `dy`.
package func geluGradient(_ dy: Matrix, x: Matrix, into dx: Matrix, set: InstructionSet) {
  precondition(x.rows == dy.rows && x.columns == dy.columns)
  precondition(x.rows == dx.rows && x.columns == dx.columns)
  for row in 0..<x.rows {
    set.table.pointee.gelu_gradient(x.row(row), dy.row(row), dx.row(row), x.columns)
  }
}

/// Causal attention weights in place: softmax of `scale · s − slope · distance` up to each row's position.
///
/// - Parameters:
///   - s: r×t products of queries and keys; becomes the weights, 0 after the row's position.
///   - positions: Position of each row among the t keys.
///   - scale: Factor on the products, usually 1/√width.
///   - slope: Penalty a token of distance (ALiBi), at least 0.
///   - set: Instruction set.
/// - SeeAlso: Press, Smith, Lewis, "Train Short, Test Long", ICLR 2022.
package func attentionWeights(
  _ s: Matrix,
  positions: [Int],
  scale: Float,
  slope: Float,
  set: InstructionSet
) {
  precondition(positions.count == s.rows)
  for row in 0..<s.rows {
    let position = positions[row]
    precondition(position >= 0 && position < s.columns)
    let values = s.row(row)
    var most = -Float.infinity
    for i in 0...position {
      let value = values[i] * scale - slope * Float(position - i)
      values[i] = value
      if value > most { most = value }
    }
    let total = set.table.pointee.exp_shifted(values, position + 1, most)
    let factor = 1 / total
    for i in 0...position { values[i] *= factor }
    if position + 1 < s.columns {
      (values + position + 1).update(repeating: 0, count: s.columns - position - 1)
    }
  }
}

/// Backward pass of `attentionWeights`, in place: `dp` becomes the gradient of the unscaled products.
package func attentionWeightsGradient(_ dp: Matrix, weights p: Matrix, scale: Float) {
  precondition(dp.rows == p.rows && dp.columns == p.columns)
  for row in 0..<p.rows {
    let gradient = dp.row(row)
    let weights = p.row(row)
    let mean = dot(gradient, weights, p.columns)
    for i in 0..<p.columns { gradient[i] = weights[i] * (gradient[i] - mean) * scale }
  }
}

/// Turns logits into log-probabilities of targets and, in place, into gradients.
///
/// - Parameters:
///   - logits: n×v; becomes `factor · (softmax − onehot)` row by row when `factors` is given.
///   - targets: Target column of each row.
///   - factors: Weight of each row's loss in the gradient; `nil` when no gradient is wanted, and the
///     logits are then left as scratch.
///   - set: Instruction set.
/// - Returns: log p of each row's target, at most 0.
package func crossEntropy(
  _ logits: Matrix,
  targets: [Int],
  factors: [Float]?,
  set: InstructionSet
) -> [Float] {
  precondition(targets.count == logits.rows && (factors?.count ?? logits.rows) == logits.rows)
  let v = logits.columns
  return targets.indices.map { row in
    let target = targets[row]
    precondition(target >= 0 && target < v)
    let values = logits.row(row)
    var most = values[0]
    for i in 1..<v where values[i] > most { most = values[i] }
    let chosen = values[target] - most
    let total = set.table.pointee.exp_shifted(values, v, most)
    if let factors {
      let factor = factors[row] / total
      for i in 0..<v { values[i] *= factor }
      values[target] -= factors[row]
    }
    return min(0, chosen - logarithm(total))
  }
}

/// Log-probabilities of chosen columns, row by row.
///
/// - Parameters:
///   - logits: n×v; left as scratch.
///   - columns: The columns wanted of each row, in any order.
///   - set: Instruction set.
/// - Returns: log p of each of them, at most 0, with the bits that `crossEntropy` gives.
package func logProbabilities(
  _ logits: Matrix,
  of columns: [[Int]],
  set: InstructionSet
) -> [[Float]] {
  precondition(columns.count == logits.rows)
  let v = logits.columns
  return columns.indices.map { row in
    let values = logits.row(row)
    var most = values[0]
    for i in 1..<v where values[i] > most { most = values[i] }
    let chosen = columns[row].map { column in
      precondition(column >= 0 && column < v)
      return values[column] - most
    }
    let total = logarithm(set.table.pointee.exp_shifted(values, v, most))
    return chosen.map { min(0, $0 - total) }
  }
}

/// The columns of one row's largest values, largest first; of equal values the first column wins.
package func largest(_ count: Int, of matrix: Matrix, row: Int) -> [Int] {
  let values = matrix.row(row)
  var best: [Int] = []
  for column in 0..<matrix.columns {
    let value = values[column]
    if best.count >= count {
      guard let last = best.last, value > values[last] else { continue }
      best.removeLast()
    }
    var place = best.count
    while place > 0, values[best[place - 1]] < value { place -= 1 }
    best.insert(column, at: place)
  }
  return best
}

/// Sum of squares of all values, accumulated in `Double` over fixed blocks.
package func sumOfSquares(_ buffer: Buffer) -> Double {
  var total = 0.0
  for start in stride(from: 0, to: buffer.count, by: 4096) {
    let count = min(4096, buffer.count - start)
    total += Double(dot(buffer.base + start, buffer.base + start, count))
  }
  return total
}
