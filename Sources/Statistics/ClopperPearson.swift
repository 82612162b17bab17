import Glibc

/// The exact interval of Clopper and Pearson for the chance behind a number of successes.
///
/// It covers the true chance at least as often as `level` says, whatever the chance is.
///
/// - Parameters:
///   - successes: From 0 to `trials`.
///   - trials: At least 1.
///   - level: Share of intervals that cover, above 0 and below 1.
/// - Returns: Bounds in 0...1; the lower is 0 for no success, the upper 1 for no failure.
/// - Complexity: O(`trials`), some hundred times.
/// - SeeAlso: Clopper and Pearson, "The Use of Confidence or Fiducial Limits", Biometrika 26, 1934.
public func clopperPearson(
  successes: Int,
  of trials: Int,
  level: Double = 0.95
) -> ClosedRange<Double> {
  precondition(trials >= 1 && (0...trials).contains(successes) && level > 0 && level < 1)
  let tail = (1 - level) / 2
  let upper = upperBound(successes, of: trials, tail: tail)
  let lower = 1 - upperBound(trials - successes, of: trials, tail: tail)
  return lower...max(lower, upper)
}

/// The chance under which at most `successes` come up with probability `tail`.
private func upperBound(_ successes: Int, of trials: Int, tail: Double) -> Double {
  if successes == trials { return 1 }
  var low = Double(successes) / Double(trials)
  var high = 1.0
  while true {
    let middle = (low + high) / 2
    guard middle > low, middle < high else { return high }
    if atMost(successes, of: trials, chance: middle) > tail { low = middle } else { high = middle }
  }
}

/// The probability of at most `successes`, by the binomial's terms.
private func atMost(_ successes: Int, of trials: Int, chance: Double) -> Double {
  let (hit, miss) = (log(chance), log1p(-chance))
  var sum = 0.0
  // The logarithm of the binomial coefficient, which itself would overflow.
  var ways = 0.0
  for count in 0...successes {
    sum += exp(ways + Double(count) * hit + Double(trials - count) * miss)
    ways += log(Double(trials - count) / Double(count + 1))
  }
  return sum
}
