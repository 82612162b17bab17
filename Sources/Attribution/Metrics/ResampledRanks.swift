/// The order of values, kept so that resamples of them are ranked without being sorted again.
///
/// A resample is a multiplicity for each value. Equal values share their mean rank, as do the copies
/// of one value.
struct ResampledRanks: Sendable, Hashable {
  /// Positions by ascending value.
  private let order: [Int32]
  /// End of each run of equal values in `order`; empty when all values differ.
  private let ends: [Int32]

  init(_ values: [Double]) {
    let order = values.indices.sorted { values[$0] < values[$1] }
    let ends = order.indices.filter {
      $0 + 1 == order.count || values[order[$0 + 1]] != values[order[$0]]
    }
    self.order = order.map(Int32.init)
    self.ends = ends.count == order.count ? [] : ends.map { Int32($0 + 1) }
  }

  /// Twelve times the sum of squares of the centred ranks of a resample.
  func squares(of resample: Resample) -> Double {
    guard !ends.isEmpty else { return resample.untiedSquares }
    var sum = resample.size * resample.size * resample.size - resample.size
    var start = 0
    for end in ends {
      var run = 0.0
      for place in start..<Int(end) { run += resample.counts[Int(order[place])] }
      sum -= run * run * run - run
      start = Int(end)
    }
    return sum
  }

  /// The sum over a resample of rank times another variable, from pairs of a position's multiplicity
  /// and its multiplicity times the variable.
  func product(with pairs: [SIMD2<Double>]) -> Double {
    var sum = 0.0
    var below = 0.5
    guard !ends.isEmpty else {
      for position in order {
        let pair = pairs[Int(position)]
        sum += pair.y * (below + 0.5 * pair.x)
        below += pair.x
      }
      return sum
    }
    var start = 0
    for end in ends {
      var run = SIMD2<Double>.zero
      for place in start..<Int(end) { run += pairs[Int(order[place])] }
      sum += run.y * (below + 0.5 * run.x)
      below += run.x
      start = Int(end)
    }
    return sum
  }

  /// Multiplicity, and multiplicity times centred rank, of each position.
  func centredRanks(of resample: Resample) -> [SIMD2<Double>] {
    var pairs = [SIMD2<Double>](repeating: .zero, count: order.count)
    let middle = 0.5 * (resample.size + 1)
    var below = 0.5
    var start = 0
    let runs = ends.isEmpty ? order.count : ends.count
    for index in 0..<runs {
      let end = ends.isEmpty ? index + 1 : Int(ends[index])
      var run = 0.0
      for place in start..<end { run += resample.counts[Int(order[place])] }
      let rank = below + 0.5 * run
      for place in start..<end {
        let count = resample.counts[Int(order[place])]
        pairs[Int(order[place])] = SIMD2(count, count * (rank - middle))
      }
      below += run
      start = end
    }
    return pairs
  }
}

/// How often each of several things was drawn.
struct Resample {
  let counts: [Double]
  /// Draws.
  let size: Double
  /// Twelve times the sum of squares of centred ranks, if no two things are equal.
  let untiedSquares: Double

  init(_ counts: [Double]) {
    self.counts = counts
    size = counts.reduce(0, +)
    untiedSquares = counts.reduce(size * size * size - size) { $0 - ($1 * $1 * $1 - $1) }
  }
}
