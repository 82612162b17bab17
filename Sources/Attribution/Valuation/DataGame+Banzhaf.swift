import Experiment
import Statistics

extension DataGame {
  /// Banzhaf values by maximum sample reuse, also weighted.
  ///
  /// Each player joins a coalition by a coin toss; a player's value is the mean utility of the
  /// coalitions with it minus that of those without. All coalitions are asked for at once. A player
  /// that is in all coalitions, or none, is not measurable.
  ///
  /// - Parameters:
  ///   - coalitions: Coalitions drawn, at least 3.
  ///   - inclusion: Chance to join, 1/2 for Banzhaf's value.
  ///   - seed: Seed of the coin tosses, one stream a coalition.
  /// - Returns: Scores for at most `coalitions` trainings.
  /// - Throws: `invalidDesign` for an impossible plan; what training throws; `notFinite` when it
  ///   diverged.
  /// - SeeAlso: Wang and Jia, "Data Banzhaf: A Robust Data Valuation Framework for Machine Learning",
  ///   AISTATS 2023, equation 8; Li and Yu, "Robust Data Valuation with Weighted Banzhaf Values",
  ///   NeurIPS 2023.
  public func banzhaf(
    coalitions: Int,
    inclusion: Double = 0.5,
    seed: UInt64 = 0
  ) async throws -> Valuation {
    guard coalitions >= 3, inclusion > 0, inclusion < 1 else {
      throw AttributionError(
        .invalidDesign,
        "cannot draw \(coalitions) coalitions of inclusion \(inclusion)",
        cause: "at least 3 coalitions are needed, and a chance above 0 and below 1"
      )
    }
    let drawn = (0..<coalitions).map { coalition in
      var generator = SplitMix64(seed: seed, stream: UInt64(coalition))
      return train.indices.filter { _ in generator.uniform() < inclusion }
    }
    var record = GameRecord(self)
    let utilities = try await record.utilities(of: drawn)
    return Valuation(
      scores: inclusionDifferences(
        inclusion == 0.5 ? "banzhaf" : "banzhaf(\(inclusion))",
        train: train,
        queries: queries,
        subsets: drawn,
        outcomes: queries.indices.map { query in utilities.map { $0[query] } }
      ),
      trainings: record.trainings
    )
  }
}
