import Glibc

/// The chance that a variable of Student's t distribution exceeds a value.
///
/// - Parameters:
///   - value: Any number; ±∞ gives 0 or 1.
///   - freedom: Degrees of freedom, above 0.
/// - Returns: A probability, 0...1, with a relative error below 1e-9.
/// - SeeAlso: Abramowitz and Stegun, Handbook of Mathematical Functions, 26.7.1 and 26.5.8.
public func studentTail(_ value: Double, freedom: Double) -> Double {
  precondition(freedom > 0)
  guard value.isFinite else { return value > 0 ? 0 : 1 }
  let half = incompleteBeta(freedom / (freedom + value * value), freedom / 2, 0.5) / 2
  return value >= 0 ? half : 1 - half
}

/// The value that a variable of Student's t distribution exceeds with a given chance.
///
/// - Parameters:
///   - tail: The chance, above 0 and below 1.
///   - freedom: Degrees of freedom, above 0.
/// - Returns: The value, to a relative error below 1e-9.
public func studentQuantile(tail: Double, freedom: Double) -> Double {
  precondition(tail > 0 && tail < 1)
  if tail > 0.5 { return -studentQuantile(tail: 1 - tail, freedom: freedom) }
  var low = 0.0
  var high = 1.0
  while studentTail(high, freedom: freedom) > tail { high *= 2 }
  while high - low > 1e-10 * max(1, high) {
    let middle = (low + high) / 2
    if studentTail(middle, freedom: freedom) > tail { low = middle } else { high = middle }
  }
  return (low + high) / 2
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
  let freedom = Double(values.count - 1)
  let margin = studentQuantile(tail: (1 - level) / 2, freedom: freedom) * error
  let centre = mean(of: values)
  return centre - margin...centre + margin
}

/// The regularised incomplete beta function Iₓ(a, b), by its continued fraction.
private func incompleteBeta(_ x: Double, _ a: Double, _ b: Double) -> Double {
  if x <= 0 { return 0 }
  if x >= 1 { return 1 }
  // The fraction converges quickly on one side of the mean only.
  if x > (a + 1) / (a + b + 2) { return 1 - incompleteBeta(1 - x, b, a) }
  let front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x)) / a
  let tiny = 1e-300
  func kept(_ value: Double) -> Double { abs(value) < tiny ? tiny : value }
  var c = 1.0
  var d = 1 / kept(1 - (a + b) * x / (a + 1))
  var fraction = d
  for step in 1...500 {
    let m = Double(step)
    let even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
    d = 1 / kept(1 + even * d)
    c = kept(1 + even / c)
    fraction *= d * c
    let odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
    d = 1 / kept(1 + odd * d)
    c = kept(1 + odd / c)
    fraction *= d * c
    if abs(d * c - 1) < 1e-13 { break }
  }
  return front * fraction
}
