/// The rank of each value, 1 for the smallest; equal values share the mean of their ranks.
///
/// Values must not be NaN.
public func averageRanks(of values: [Double]) -> [Double] {
  let order = values.indices.sorted { values[$0] < values[$1] }
  var ranks = [Double](repeating: 0, count: values.count)
  var first = 0
  while first < order.count {
    var end = first + 1
    while end < order.count, values[order[end]] == values[order[first]] { end += 1 }
    // Ranks first + 1 ... end have this mean.
    let shared = Double(first + 1 + end) / 2
    for position in first..<end { ranks[order[position]] = shared }
    first = end
  }
  return ranks
}
