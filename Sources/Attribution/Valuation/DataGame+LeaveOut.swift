import Experiment

extension DataGame {
  /// Leave-one-out: what each player adds to all others, u(D) − u(D∖i).
  ///
  /// On a `grouped` game this is the leaving out of groups. A single example's effect is soon smaller
  /// than the noise of training, so utilities should be means over paired seeds.
  ///
  /// - Returns: Scores for N + 1 trainings.
  /// - Throws: What training throws; `notFinite` when it diverged.
  public func leaveOneOut() async throws -> Valuation {
    var record = GameRecord(self)
    let all = Array(train.indices)
    let utilities = try await record.utilities(
      of: [all] + all.map { left in all.filter { $0 != left } }
    )
    return Valuation(
      scores: scores("leave-one-out") { query, player in
        utilities[0][query] - utilities[player + 1][query]
      },
      trainings: record.trainings
    )
  }

  /// Scores of all players for all queries, each from a formula.
  func scores(_ estimator: String, _ value: (_ query: Int, _ player: Int) -> Double) -> Scores {
    Scores(
      estimator: estimator,
      train: train,
      queries: queries,
      values: queries.indices.flatMap { query in train.indices.map { value(query, $0) } },
      measurable: train.map { _ in true }
    )
  }
}
