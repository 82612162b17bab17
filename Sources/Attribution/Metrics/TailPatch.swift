import Statistics

/// What one small training step on a retrieved example does to the query's answer.
///
/// - SeeAlso: Chang et al., "Scalable Influence and Fact Tracing for Large Language Model Pretraining",
///   ICLR 2025.
public struct TailPatch: Sendable, Hashable {
  /// Mean increase of the answer's probability over each query's best examples.
  public let increase: MeanOverQueries
  /// The same for examples that were drawn at random; `nil` when none were tried.
  public let random: MeanOverQueries?
  /// Mean of the best less the mean of the random ones, query by query; `nil` without `random`.
  public let gain: MeanOverQueries?

  /// Reads measurements.
  ///
  /// - Parameters:
  ///   - increases: For each query, the increase after a step on each of its best examples; a query
  ///     without any is skipped.
  ///   - random: The same after steps on random examples.
  /// - Throws: `notFinite` for a step that diverged.
  public init(increases: [[Double]], random: [[Double]]? = nil) throws(AttributionError) {
    func means(_ rows: [[Double]]) throws(AttributionError) -> [Double?] {
      for (query, row) in rows.enumerated() {
        guard let value = row.first(where: { !$0.isFinite }) else { continue }
        throw AttributionError.notFinite(value, query: String(query), trainedOn: 1)
      }
      return rows.map { $0.isEmpty ? nil : mean(of: $0) }
    }
    let best = try means(increases)
    increase = MeanOverQueries(best)
    guard let random else {
      self.random = nil
      gain = nil
      return
    }
    precondition(random.count == increases.count)
    let controls = try means(random)
    self.random = MeanOverQueries(controls)
    gain = MeanOverQueries(
      zip(best, controls).map { best, control in
        guard let best, let control else { return nil }
        return best - control
      }
    )
  }
}
