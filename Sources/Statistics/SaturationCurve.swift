import Glibc

/// The curve `a·e^(−bK) + c` through a score that grows with the number of models K and levels off.
///
/// - SeeAlso: Pan et al., "DAUNCE: Data Attribution through Uncertainty Estimation", 2025, Figure 6.
public struct SaturationCurve: Sendable, Hashable {
  /// a: what is missing at K = 0, negative for a growing score.
  public let amplitude: Double
  /// b: 1e−3...1; a value at an end says that the counts do not show where the score levels off.
  public let rate: Double
  /// c: the score that is approached.
  public let limit: Double
  /// Root of the mean squared distance to the values.
  public let residual: Double

  /// Fits the curve by least squares: a and c exactly for each rate, the rate by search.
  ///
  /// The search takes the best of 121 rates between 1e−3 and 1, evenly spaced in their logarithm, and
  /// narrows in between its neighbours. `nil` below three different counts, or when a value is not
  /// finite.
  ///
  /// - Parameters:
  ///   - counts: Numbers of models K.
  ///   - values: The score with each.
  public init?(counts: [Double], values: [Double]) {
    precondition(counts.count == values.count)
    guard Set(counts).count >= 3, (counts + values).allSatisfy(\.isFinite) else { return nil }
    let intervals = 120
    let step = log(1e3) / Double(intervals)
    func fit(_ position: Double) -> Line? {
      Line(rate: exp((position - Double(intervals)) * step), counts, values)
    }
    let grid = (0...intervals).map { fit(Double($0)) }
    let candidates = grid.indices.filter { grid[$0] != nil }
    guard
      let start = candidates.min(by: { grid[$0]?.error ?? .infinity < grid[$1]?.error ?? .infinity }
      ), var best = grid[start]
    else { return nil }
    var low = Double(max(0, start - 1))
    var high = Double(min(intervals, start + 1))
    let ratio = (5.0.squareRoot() - 1) / 2
    for _ in 0..<60 {
      let left = high - ratio * (high - low)
      let right = low + ratio * (high - low)
      let (one, other) = (fit(left), fit(right))
      for case let line? in [one, other] where line.error < best.error { best = line }
      if one?.error ?? .infinity < other?.error ?? .infinity { high = right } else { low = left }
    }
    amplitude = best.amplitude
    rate = best.rate
    limit = best.limit
    residual = (best.error / Double(counts.count)).squareRoot()
  }

  /// The curve's value at a number of models.
  public func value(at count: Double) -> Double { amplitude * exp(-rate * count) + limit }

  /// The number of models with which the curve reaches 95 % of its limit.
  ///
  /// `nil` for a score that does not grow, or not to a positive limit.
  public var countFor95Percent: Double? {
    guard limit > 0, amplitude <= 0 else { return nil }
    return amplitude == 0 ? 0 : max(0, log(-amplitude / (0.05 * limit)) / rate)
  }
}

/// The least-squares fit of amplitude and limit for one rate.
private struct Line {
  let rate: Double
  let amplitude: Double
  let limit: Double
  let error: Double

  /// `nil` where the amplitude overflows.
  init?(rate: Double, _ counts: [Double], _ values: [Double]) {
    // Powers relative to the smallest count, of which at least one is 1: all may be tiny otherwise.
    let smallest = counts.min() ?? 0
    let powers = counts.map { exp(-rate * ($0 - smallest)) }
    let (centre, level) = (mean(of: powers), mean(of: values))
    var products = 0.0
    var squares = 0.0
    for (power, value) in zip(powers, values) {
      products += (power - centre) * (value - level)
      squares += (power - centre) * (power - centre)
    }
    guard squares > 0 else { return nil }
    let slope = products / squares
    var error = 0.0
    for (power, value) in zip(powers, values) {
      let distance = slope * (power - centre) + level - value
      error += distance * distance
    }
    amplitude = slope * exp(rate * smallest)
    limit = level - slope * centre
    guard amplitude.isFinite, limit.isFinite else { return nil }
    self.rate = rate
    self.error = error
  }
}
