/// A ranking by score, best first, whose measures are expectations over the random order of ties.
///
/// A baseline such as "same completion" is all ties, so an arbitrary order among equals would decide
/// its figures.
public struct Ranking: Sendable {
  /// Positions of the examples, best first; ties in corpus order.
  private let order: [Int]
  /// End of each run of equal scores in `order`.
  private let ends: [Int]

  /// Ranks scores, which must not be NaN.
  public init(_ scores: [Double]) {
    let order = scores.indices.sorted { scores[$0] > scores[$1] }
    ends = order.indices.filter {
      $0 + 1 == order.count || scores[order[$0 + 1]] != scores[order[$0]]
    }.map { $0 + 1 }
    self.order = order
  }

  /// Average precision: the mean over relevant examples of the precision at their rank.
  ///
  /// - Parameter relevant: One flag an example.
  /// - Returns: `nil` when nothing is relevant; by chance about the share of relevant examples.
  /// - SeeAlso: McSherry, Najork, "Computing Information Retrieval Performance Measures Efficiently in
  ///   the Presence of Tied Scores", ECIR 2008.
  public func averagePrecision(_ relevant: [Bool]) -> Double? {
    var sum = 0.0
    var found = 0
    var start = 0
    for end in ends {
      let size = end - start
      var hits = 0
      for place in start..<end where relevant[order[place]] { hits += 1 }
      if hits > 0 {
        // At each place of the run: the chance of a relevant example, times the expected precision
        // there, given that it is relevant.
        let chance = Double(hits) / Double(size)
        let slope = size > 1 ? Double(hits - 1) / Double(size - 1) : 0
        for offset in 0..<size {
          sum += chance * (Double(found + 1) + slope * Double(offset)) / Double(start + offset + 1)
        }
      }
      found += hits
      start = end
    }
    return found > 0 ? sum / Double(found) : nil
  }

  /// The expected share of relevant examples among the first `count`.
  ///
  /// - Parameters:
  ///   - count: Length of the list, at least 1; more than there are examples counts the rest as
  ///     irrelevant.
  ///   - relevant: One flag an example.
  /// - Returns: 0...1.
  public func precision(at count: Int, _ relevant: [Bool]) -> Double {
    precondition(count >= 1)
    var found = 0.0
    var start = 0
    for end in ends where start < count {
      var hits = 0
      for place in start..<end where relevant[order[place]] { hits += 1 }
      let taken = min(end, count) - start
      found += Double(hits) * Double(taken) / Double(end - start)
      start = end
    }
    return found / Double(count)
  }
}

/// The chance that a positive scores above a negative, ties counting one half.
///
/// - Parameters:
///   - scores: One score an example, not NaN.
///   - positives: Positions of the positives.
///   - negatives: Positions of the negatives.
/// - Returns: 0...1, 0.5 by chance; `nil` when a side is empty.
public func areaUnderROC(_ scores: [Double], positives: [Int], negatives: [Int]) -> Double? {
  guard !positives.isEmpty, !negatives.isEmpty else { return nil }
  let sorted = negatives.map { scores[$0] }.sorted()
  var sum = 0.0
  for positive in positives {
    let score = scores[positive]
    let below = firstPlace(in: sorted) { $0 >= score }
    let notAbove = firstPlace(in: sorted) { $0 > score }
    sum += Double(below) + Double(notAbove - below) / 2
  }
  return sum / (Double(positives.count) * Double(negatives.count))
}

/// The first place in ascending values from which on a condition holds.
private func firstPlace(in sorted: [Double], where holds: (Double) -> Bool) -> Int {
  var low = 0
  var high = sorted.count
  while low < high {
    let middle = (low + high) / 2
    if holds(sorted[middle]) { high = middle } else { low = middle + 1 }
  }
  return low
}
