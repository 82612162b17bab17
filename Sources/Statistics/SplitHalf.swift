/// The reliability of the mean of several readings of the same things, by split halves.
///
/// The rank correlation between the means of two halves of the readings, averaged over splits (the
/// rotations of the readings' order) and at least 0, is stepped up to the length of all readings by
/// the formula of Spearman and Brown. Its root is the correlation that a perfect prediction of the
/// noise-free values can reach with the mean.
///
/// - Parameter readings: One value a thing in each reading; at least two readings.
/// - Returns: 0...1; `nil` for one reading, or when a half is constant in every split.
/// - SeeAlso: Spearman, "Correlation Calculated from Faulty Data", 1910; Brown, "Some Experimental
///   Results in the Correlation of Mental Abilities", 1910.
public func splitHalfReliability(of readings: [[Double]]) -> Double? {
  let count = readings.count
  let half = count / 2
  guard half >= 1 else { return nil }
  let rotations = count.isMultiple(of: 2) ? half : count
  let correlations = (0..<rotations).compactMap { first -> Double? in
    func sums(from start: Int) -> [Double] {
      let chosen = (start..<start + half).map { readings[$0 % count] }
      return chosen.dropFirst().reduce(chosen[0]) { zip($0, $1).map { $0 + $1 } }
    }
    return spearman(sums(from: first), sums(from: first + half))
  }
  guard !correlations.isEmpty else { return nil }
  let shared = max(0, mean(of: correlations))
  return steppedUp(shared, by: Double(count) / Double(half))
}

/// The reliability of a reading that is so many times as long, by the formula of Spearman and Brown.
///
/// - Parameters:
///   - reliability: That of the reading as it is, 0...1.
///   - length: How many times as long, above 0.
/// - Returns: 0...1.
/// - SeeAlso: Spearman, 1910; Brown, 1910.
public func steppedUp(_ reliability: Double, by length: Double) -> Double {
  length * reliability / (1 + (length - 1) * reliability)
}
