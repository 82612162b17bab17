import Statistics

/// A measure of single queries, averaged over those that could be judged.
public struct MeanOverQueries: Sendable, Hashable {
  /// One value a query; `nil` where it could not be judged.
  public let values: [Double?]
  /// Mean of the judged; `nil` when there is none.
  public let mean: Double?
  /// Standard error of `mean`; `nil` below two judged queries.
  public let standardError: Double?

  package init(_ values: [Double?]) {
    self.values = values
    let judged = values.compactMap(\.self)
    mean = judged.isEmpty ? nil : Statistics.mean(of: judged)
    standardError =
      judged.count < 2
      ? nil : standardDeviation(of: judged) / Double(judged.count).squareRoot()
  }

  /// Queries that were averaged.
  public var judged: Int { values.count - skipped }

  /// Queries that could not be judged.
  public var skipped: Int { values.count { $0 == nil } }

  /// The 95 % interval of the mean by a bootstrap over queries.
  ///
  /// - Parameters:
  ///   - draws: Bootstrap draws.
  ///   - seed: Seed of the draws.
  /// - Returns: `nil` when no query could be judged.
  public func interval(draws: Int = 2000, seed: UInt64 = 0) -> ClosedRange<Double>? {
    percentileInterval(level: 0.95, of: replicates(draws: draws, seed: seed).compactMap(\.self))
  }

  /// Means of the queries drawn: equal seeds draw the same queries from equally many.
  func replicates(draws: Int, seed: UInt64) -> [Double?] {
    var generator = SplitMix64(seed: seed, stream: 0)
    return (0..<draws).map { _ in
      var (sum, count) = (0.0, 0)
      for _ in values {
        guard let value = values[generator.below(values.count)] else { continue }
        sum += value
        count += 1
      }
      return count == 0 ? nil : sum / Double(count)
    }
  }
}
