import Experiment
import Statistics

extension Attributor {
  /// Percentile intervals of chosen scores from a bootstrap over models.
  ///
  /// Each draw takes K models with replacement and scores only the shown examples again: columns and
  /// query profiles are centred and normalised anew, the K×K matrix of ridge and design regression is
  /// picked from the full one by rows (exact without missing entries for γ = 0), the drift of log-dc
  /// and the examples that feedback added stay those of the full run. A draw holds about 63 % of the
  /// models, so intervals of estimators that improve with K lean low.
  ///
  /// - Parameters:
  ///   - lists: For each profile, positions of the examples shown.
  ///   - profiles: What was asked, same count.
  ///   - draws: Bootstrap draws.
  ///   - level: Share of the draws inside an interval.
  ///   - seed: Seed of the draws.
  /// - Returns: One interval an example shown; `nil` below five models or when the profile or the
  ///   example is not measurable.
  public func intervals(
    of lists: [[Int]],
    for profiles: [QueryProfile],
    draws: Int = 200,
    level: Double = 0.95,
    seed: UInt64
  ) -> [[ClosedRange<Double>?]] {
    samples(of: lists, for: profiles, draws: draws, seed: seed).map {
      $0.map { percentileInterval(level: level, of: $0) }
    }
  }

  /// Chosen scores under each draw, one list an example; see `intervals` for what stays fixed.
  func samples(
    of lists: [[Int]],
    for profiles: [QueryProfile],
    draws: Int,
    seed: UInt64
  ) -> [[[Double]]] {
    precondition(lists.count == profiles.count)
    var samples = lists.map { $0.map { _ in [Double]() } }
    guard models >= 5 else { return samples }
    let feedback = weights(for: profiles, on: fit).feedback
    for rows in resamples(draws, seed: seed) {
      let weighting = reweighting(rows: rows)
      for (query, profile) in profiles.enumerated() {
        let weights = resampledWeights(
          profile,
          feedback: feedback[query],
          rows: rows,
          weighting: weighting
        )
        guard !weights.isEmpty else { continue }
        for (place, example) in lists[query].enumerated() where measurable[example] {
          let (centred, deviation) = signals.centred(column: example, rows: rows)
          guard deviation > 0 else { continue }
          let score = meanOfHighest(weights.count) { part in
            var sum = 0.0
            for row in rows.indices { sum += weights[part][row] * centred[row] }
            return sum
          }
          samples[query][place].append(
            score * normaliser(deviation, exponent: form.exponent)
          )
        }
      }
    }
    return samples
  }

  /// All scores of each profile under every bootstrap draw of the models, one draw after another.
  ///
  /// What stays fixed is the same as for `intervals`. Draws in which a profile is not measurable
  /// give it zeros.
  func bootstrap(
    _ profiles: [QueryProfile],
    draws: Int,
    seed: UInt64,
    _ body: (_ scores: [[Double]]) -> Void
  ) {
    let feedback = weights(for: profiles, on: fit).feedback
    for rows in resamples(draws, seed: seed) {
      let replicate = refit(rows: rows)
      let vectors = profiles.indices.map {
        resampledWeights(
          profiles[$0],
          feedback: feedback[$0],
          rows: rows,
          weighting: replicate.weighting
        )
      }
      body(scores(vectors, on: replicate))
    }
  }

  private func resamples(_ draws: Int, seed: UInt64) -> [[Int]] {
    var generator = SplitMix64(seed: seed)
    return (0..<draws).map { _ in (0..<models).map { _ in generator.below(models) } }
  }

  private func resampledWeights(
    _ profile: QueryProfile,
    feedback: [[Int]],
    rows: [Int],
    weighting: Weighting
  ) -> [[Double]] {
    // Feedback belongs to the parts that were measurable in the full run, in order.
    let places = partProfiles(profile, rows: fit.rows).map(\.0)
    return partProfiles(profile, rows: rows).compactMap { place, query in
      guard let part = places.firstIndex(of: place) else { return nil }
      return weighting.weights(
        for: feedback[part].isEmpty ? query : adding(feedback[part], to: query, rows: rows)
      )
    }
  }
}
