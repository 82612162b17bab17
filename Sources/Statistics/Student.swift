import Glibc

/// The value that Student's t exceeds in absolute terms with probability `1 − level`.
///
/// - Parameters:
///   - level: Share within, above 0 and below 1.
///   - degrees: Degrees of freedom, at least 1.
/// - Returns: 12.71 for 95 % and 1 degree, 4.303 for 2, 1.96 in the limit.
/// - SeeAlso: Abramowitz and Stegun, "Handbook of Mathematical Functions", 26.7.3 and 26.7.4, 1964.
public func studentQuantile(level: Double, degrees: Int) -> Double {
  precondition(level > 0 && level < 1 && degrees >= 1)
  var (low, high) = (0.0, Double.pi / 2)
  for _ in 0..<60 {
    let middle = (low + high) / 2
    if studentShare(angle: middle, degrees: degrees) < level { low = middle } else { high = middle }
  }
  return tan((low + high) / 2) * Double(degrees).squareRoot()
}

/// The chance that |t| stays below √degrees · tan(angle).
private func studentShare(angle: Double, degrees: Int) -> Double {
  let (sine, cosine) = (sin(angle), cos(angle))
  let isOdd = degrees % 2 == 1
  var term = isOdd ? cosine : 1
  var sum = degrees == 1 ? 0 : term
  for step in stride(from: isOdd ? 3 : 2, to: degrees, by: 2) {
    term *= Double(step - 1) / Double(step) * cosine * cosine
    sum += term
  }
  return isOdd ? 2 / .pi * (angle + sine * sum) : sine * sum
}

/// The interval of Student's t for the mean behind some values.
///
/// - Parameters:
///   - level: Share of such intervals that cover the mean, above 0 and below 1.
///   - values: Independent values of one distribution.
/// - Returns: `nil` below two values, which tell nothing of their spread.
public func meanInterval(level: Double, of values: [Double]) -> ClosedRange<Double>? {
  guard values.count > 1 else { return nil }
  let error = standardDeviation(of: values) / Double(values.count).squareRoot()
  let margin = studentQuantile(level: level, degrees: values.count - 1) * error
  let centre = mean(of: values)
  return centre - margin...centre + margin
}
