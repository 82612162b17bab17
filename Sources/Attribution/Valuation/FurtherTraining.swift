public import Experiment
import Statistics

/// The gold standard for a final model alone: what leaving data out of its *further* training changes.
///
/// The model is trained on from θ0 without each set of examples, several times with seeds that all
/// sets share (the same seed must mean the same data order). θ0 is rarely stationary, so what further
/// training does anyway is taken out for each seed and query, and the rest is averaged over seeds.
/// - SeeAlso: Wei et al., "Final-Model-Only Data Attribution with a Unifying View of Gradient-Based
///   Methods", NeurIPS 2025.
public struct FurtherTraining: Sendable, Hashable {
  /// Mean effect of each left-out set on each query: how much more the query costs without it.
  ///
  /// `train` names the left-out sets. Positive sets help.
  public let effects: Scores
  /// Standard error of each effect over seeds, in the layout of `effects`; `nil` for one seed.
  public let standardErrors: [Double]?
  /// Reliability of a query's effects by split halves over seeds, averaged over queries; `nil` for one
  /// seed, or when nothing varies.
  public let reliability: Double?
  /// Seeds averaged over.
  public let seeds: Int

  /// Reads effects off measured losses.
  ///
  /// - Parameters:
  ///   - losses: `losses[seed][left-out set][query]` after further training.
  ///   - full: `full[seed][query]` after further training on everything, to be subtracted; `nil`
  ///     subtracts the mean over left-out sets instead, which needs no full run and makes a query's
  ///     effects sum to 0.
  ///   - leftOut: Names of the left-out sets; at least two where their mean is subtracted.
  ///   - queries: Names of the queries.
  /// - Throws: `tooFewModels` without seeds or sets; `mismatch` when shapes differ; `notFinite` for a
  ///   training that diverged.
  public init(
    losses: [[[Double]]],
    full: [[Double]]? = nil,
    leftOut: [String],
    queries: [String]
  ) throws(AttributionError) {
    let needed = full == nil ? 2 : 1
    guard !losses.isEmpty, leftOut.count >= needed else {
      throw AttributionError(
        .tooFewModels,
        "cannot measure further training",
        cause: "\(losses.count) seeds and \(leftOut.count) left-out sets were trained, "
          + "at least 1 and \(needed) are needed"
      )
    }
    guard
      losses.allSatisfy({
        $0.count == leftOut.count && $0.allSatisfy { $0.count == queries.count }
      }),
      full?.count ?? losses.count == losses.count,
      full?.allSatisfy({ $0.count == queries.count }) ?? true
    else {
      throw AttributionError(
        .mismatch,
        "cannot measure further training",
        cause: "there is not one loss for each of \(losses.count) seeds, \(leftOut.count) left-out "
          + "sets and \(queries.count) queries"
      )
    }
    for (seed, sets) in losses.enumerated() {
      let runs =
        zip(leftOut.map { "without '\($0)'" }, sets) + [("on everything", full?[seed] ?? [])]
      for (run, values) in runs {
        guard let query = values.firstIndex(where: { !$0.isFinite }) else { continue }
        throw AttributionError(
          .notFinite,
          "cannot use further training \(run) with seed \(seed)",
          cause: "its loss for query '\(queries[query])' is \(values[query])",
          hint: "training diverged; lower the learning rate"
        )
      }
    }
    // Adjusted effects: one row a seed, laid out as scores.
    let adjusted = losses.indices.map { seed in
      queries.indices.flatMap { query -> [Double] in
        let column = losses[seed].map { $0[query] }
        let reference = full.map { $0[seed][query] } ?? mean(of: column)
        return column.map { $0 - reference }
      }
    }
    let count = Double(losses.count)
    let places = adjusted[0].indices
    effects = Scores(
      estimator: "further-training",
      train: leftOut,
      queries: queries,
      values: places.map { place in mean(of: adjusted.map { $0[place] }) },
      measurable: leftOut.map { _ in true }
    )
    standardErrors =
      losses.count < 2
      ? nil
      : places.map { place in
        standardDeviation(of: adjusted.map { $0[place] }) / count.squareRoot()
      }
    let reliabilities = queries.indices.compactMap { query in
      splitHalfReliability(
        of: adjusted.map { Array($0[query * leftOut.count..<(query + 1) * leftOut.count]) }
      )
    }
    reliability = reliabilities.isEmpty ? nil : mean(of: reliabilities)
    seeds = losses.count
  }
}
