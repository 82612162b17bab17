public import Experiment
import Statistics

/// How well each query's scores find the examples that were planted for it.
///
/// A method that merely recognises the output finds planted examples too, so hard negatives are needed:
/// examples with the same output and another cause, or with the trigger and a normal output.
public struct PlantedRetrieval: Sendable, Hashable {
  /// Average precision among all examples, ties at random.
  public let averagePrecision: MeanOverQueries
  /// Share of planted examples: what `averagePrecision` is by chance.
  public let prevalence: Double
  /// Area under the ROC curve against all other examples; 0.5 by chance.
  public let areaUnderROC: MeanOverQueries
  /// The same against hard negatives only; skipped for queries without any.
  public let areaAgainstHardNegatives: MeanOverQueries
  /// Share of planted examples among the first k, by k.
  public let precision: [Int: MeanOverQueries]

  /// Judges scores.
  ///
  /// - Parameters:
  ///   - scores: Scores to judge.
  ///   - planted: For each query, the examples to be found; queries without any are skipped.
  ///   - hardNegatives: For each query, the examples that must not be taken for them.
  ///   - counts: List lengths for precision.
  public init(
    of scores: Scores,
    planted: [Set<Int>],
    hardNegatives: [Set<Int>],
    counts: [Int] = [10]
  ) {
    precondition(
      planted.count == scores.queries.count && hardNegatives.count == scores.queries.count
    )
    let rows = scores.queries.indices.map { Array(scores.row(query: $0)) }
    let rankings = rows.map(Ranking.init)
    let relevant = planted.map { planted in scores.train.indices.map(planted.contains) }
    averagePrecision = MeanOverQueries(
      zip(rankings, relevant).map { $0.averagePrecision($1) }
    )
    let shares = planted.filter { !$0.isEmpty }.map {
      Double($0.count) / Double(max(1, scores.train.count))
    }
    prevalence = mean(of: shares)
    areaUnderROC = MeanOverQueries(
      zip(rows, planted).map { row, planted in
        Attribution.areaUnderROC(
          row,
          positives: planted.sorted(),
          negatives: row.indices.filter { !planted.contains($0) }
        )
      }
    )
    areaAgainstHardNegatives = MeanOverQueries(
      rows.indices.map { query in
        Attribution.areaUnderROC(
          rows[query],
          positives: planted[query].sorted(),
          negatives: hardNegatives[query].subtracting(planted[query]).sorted()
        )
      }
    )
    precision = Dictionary(
      counts.map { count in
        let values = zip(rankings, zip(relevant, planted)).map { ranking, truth -> Double? in
          truth.1.isEmpty ? nil : ranking.precision(at: count, truth.0)
        }
        return (count, MeanOverQueries(values))
      },
      uniquingKeysWith: { first, _ in first }
    )
  }
}
