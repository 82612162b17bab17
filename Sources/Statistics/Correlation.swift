/// Pearson's correlation; `nil` when a side is constant or there are fewer than two pairs.
///
/// - Parameters:
///   - left: One value a pair.
///   - right: The other value, same count.
/// - Returns: A value in -1...1.
public func pearson(_ left: [Double], _ right: [Double]) -> Double? {
  precondition(left.count == right.count)
  let leftMean = mean(of: left)
  let rightMean = mean(of: right)
  var product = 0.0
  var leftSquares = 0.0
  var rightSquares = 0.0
  for index in left.indices {
    let x = left[index] - leftMean
    let y = right[index] - rightMean
    product += x * y
    leftSquares += x * x
    rightSquares += y * y
  }
  guard !isConstant(left, sumOfSquares: leftSquares),
    !isConstant(right, sumOfSquares: rightSquares)
  else { return nil }
  return min(1, max(-1, product / (leftSquares.squareRoot() * rightSquares.squareRoot())))
}

/// Spearman's correlation: Pearson's of the average ranks; `nil` when a side is constant.
///
/// - Parameters:
///   - left: One value a pair, not NaN.
///   - right: The other value, same count.
/// - Returns: A value in -1...1.
public func spearman(_ left: [Double], _ right: [Double]) -> Double? {
  pearson(averageRanks(of: left), averageRanks(of: right))
}

/// Whether what is left after centring is no more than rounding.
private func isConstant(_ values: [Double], sumOfSquares: Double) -> Bool {
  var scale = 0.0
  for value in values { scale = max(scale, abs(value)) }
  let spread = (sumOfSquares / Double(max(1, values.count))).squareRoot()
  return !(spread > 1e-15 * scale) || spread == 0
}
