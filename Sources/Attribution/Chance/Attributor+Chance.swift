public import Experiment
import Statistics

extension Attributor {
  /// The chance line of each profile's ranking.
  ///
  /// A profile's centred losses are shuffled over the models as one, all parts of a `nearest` group alike;
  /// the rows' losses and the membership stay where they are. Feedback is asked anew in each shuffle.
  ///
  /// - Parameters:
  ///   - profiles: What is asked.
  ///   - permutations: Shuffles, at least 19; all orders of the models where there are no more.
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
      return profiles.map { _ in .unknown(reason: .tooFew("models", models)) }
    }
    let columns = measurable.indices.filter { measurable[$0] }
    guard !columns.isEmpty else { return profiles.map { _ in .unknown(reason: .nothingScored) } }
    let test = ChanceTest(
      rows: FloatRows(columns.flatMap { fit.profiles.values(of: $0) }, depth: models),
      orders: ModelOrders(models: models, permutations: permutations, seed: seed),
      arithmetic: arithmetic,
      commonShare: signals.commonShare(columns)
    )
    // What the list itself was asked with.
    let feedback = weights(for: profiles, on: fit).feedback
    return profiles.enumerated().map { place, profile in
      let asked = partProfiles(profile, rows: fit.rows).map(\.1)
      guard !asked.isEmpty else { return .unknown(reason: obstacle(to: profile)) }
      let shuffled = test.orders.all.map { order in
        asked.map { ModelOrders.moved($0, by: order) }
      }
      return test.chance(vectors(shuffled, own: feedback[place], test, columns))
    }
  }

  /// The weights of shuffled parts, whose first order has the feedback `own`.
  private func vectors(
    _ shuffled: [[[Double]]],
    own: [[Int]],
    _ test: ChanceTest,
    _ columns: [Int]
  ) -> [[[Double]]] {
    let first = shuffled.map { $0.map(fit.weighting.weights(for:)) }
    guard form.feedback > 0 else { return first }
    var second = first
    for part in own.indices {
      let best = test.best(form.feedback, first.map { [$0[part]] })
      for (order, rows) in best.enumerated() {
        let examples = order == 0 ? own[part] : rows.map { columns[$0] }
        second[order][part] = fit.weighting.weights(
          for: adding(examples, to: shuffled[order][part], rows: fit.rows)
        )
      }
    }
    return second
  }
}

extension String {
  /// Why there is no line where too little is shuffled.
  static func tooFew(_ what: String, _ count: Int) -> String {
    "too few \(what) for a line: \(count), at least \(ChanceLine.minimumModels) are needed"
  }

  /// Why there is no line where no row has a score.
  static let nothingScored = "no row can be scored"
}
