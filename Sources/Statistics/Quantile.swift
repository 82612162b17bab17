/// The quantile at `probability`, interpolating linearly between order statistics (R's type 7).
///
/// - Parameters:
///   - probability: Clamped to 0...1.
///   - values: In any order, not NaN.
/// - Returns: `nil` for no values.
public func quantile(_ probability: Double, of values: [Double]) -> Double? {
  quantile(probability, ofSorted: values.sorted())
}

/// The central interval that holds a share `level` of the values, such as bootstrap draws.
///
/// - Parameters:
///   - level: Share inside, 0...1.
///   - values: In any order, not NaN.
/// - Returns: `nil` for no values.
public func percentileInterval(level: Double, of values: [Double]) -> ClosedRange<Double>? {
  let sorted = values.sorted()
  let tail = (1 - min(1, max(0, level))) / 2
  guard let low = quantile(tail, ofSorted: sorted), let high = quantile(1 - tail, ofSorted: sorted)
  else { return nil }
  return low...max(low, high)
}

private func quantile(_ probability: Double, ofSorted sorted: [Double]) -> Double? {
  guard !sorted.isEmpty else { return nil }
  let position = min(1, max(0, probability)) * Double(sorted.count - 1)
  let lower = Int(position.rounded(.down))
  let upper = min(lower + 1, sorted.count - 1)
  let fraction = position - Double(lower)
  return sorted[lower] + fraction * (sorted[upper] - sorted[lower])
}
