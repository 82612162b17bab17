public import Experiment

extension Probing {
  /// The chance line of each profile's ranking.
  ///
  /// Which queries are asked about is shuffled among all whose losses are there, so a line tells whether
  /// these queries do more to a row than as many others would.
  ///
  /// - Parameters:
  ///   - profiles: What is asked.
  ///   - permutations: Shuffles, at least 19; all orders of the queries where there are no more.
  ///   - seed: Seed of the shuffles, which are the same for all profiles.
  ///   - arithmetic: What does the work; lines differ between two only by rounding.
  /// - Returns: One line a profile, or why it has none.
  public func chance(
    for profiles: [QueryProfile],
    permutations: Int = 1000,
    seed: UInt64,
    arithmetic: any BlockArithmetic = PlainArithmetic()
  ) -> [Chance] {
    guard models >= ChanceLine.minimumModels else {
      return profiles.map { _ in .unknown(reason: .tooFew("queries", models)) }
    }
    let complete = train.indices.filter(isComplete)
    let partial = train.indices.filter { measurable[$0] && !isComplete($0) }
    let test = ChanceTest(
      rows: FloatRows(complete.flatMap(centred), depth: models + 1),
      orders: ModelOrders(models: models, permutations: permutations, seed: seed),
      arithmetic: arithmetic,
      commonShare: commonShare
    )
    return profiles.map { profile in
      guard isMeasurable(profile) else { return .unknown(reason: obstacle(to: profile)) }
      let asked = Set(profile.members).count { rows[$0] != nil }
      let ways = Self.ways(asked, of: models)
      guard Double(ways) * ChanceLine.level >= 1 else {
        let count = ways == 1 ? "is one way" : "are \(ways) ways"
        return .unknown(
          reason: "too few queries to compare with: there \(count) to choose \(asked) of \(models)"
        )
      }
      let parts = parts(profile).filter { $0.asked.contains { $0 > 0 } }
      let shuffled = test.orders.all.map { order in parts.map { $0.moved(by: order) } }
      return test.chance(
        shuffled.map { $0.map(vector) },
        others: ChanceTest.OtherRows(
          highest: partial.map(range).max() ?? 0,
          scores: partial.map { row in { order in score(row, shuffled[order]) } }
        )
      )
    }
  }

  /// In how many ways some of the queries can be chosen, counted up to 1,000.
  private static func ways(_ chosen: Int, of all: Int) -> Int {
    (0..<min(chosen, all - chosen)).reduce(1) { ways, step in
      ways >= 1000 ? ways : ways * (all - step) / (step + 1)
    }
  }
}
