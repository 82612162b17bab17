/// The arithmetic mean; 0 for no values.
public func mean(of values: [Double]) -> Double {
  guard !values.isEmpty else { return 0 }
  var sum = 0.0
  for value in values { sum += value }
  return sum / Double(values.count)
}

/// The sample variance (divisor n − 1), centred first and squared second; 0 below two values.
public func variance(of values: [Double]) -> Double {
  guard values.count > 1 else { return 0 }
  let centre = mean(of: values)
  var sum = 0.0
  for value in values { sum += (value - centre) * (value - centre) }
  return sum / Double(values.count - 1)
}

/// The sample standard deviation (divisor n − 1); 0 below two values.
public func standardDeviation(of values: [Double]) -> Double {
  variance(of: values).squareRoot()
}
