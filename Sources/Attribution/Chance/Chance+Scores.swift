public import Experiment

extension Chance {
  /// The chance line of scores that come from elsewhere.
  ///
  /// - Parameters:
  ///   - models: Number of what is shuffled, K: models, or whatever else the query's side has K values of.
  ///   - permutations: Shuffles, at least 19; all orders where there are no more.
  ///   - seed: Seed of the shuffles.
  ///   - scores: All rows' scores where the query's k-th value is taken from place `order[k]`, `nil` for a
  ///     row without one; always as many, and the same for the same order. The first order is 0..<K.
  /// - Returns: The line, or why there is none; scores are compared as `Float`.
  public static func shuffling(
    _ models: Int,
    permutations: Int = 1000,
    seed: UInt64,
    scores: (_ order: [Int]) -> [Double?]
  ) -> Chance {
    guard models >= ChanceLine.minimumModels else {
      return .unknown(reason: .tooFew("models", models))
    }
    let orders = ModelOrders(models: models, permutations: permutations, seed: seed)
    let own = scores(orders.all[0]).compactMap(\.self)
    let largest = own.reduce(0) { max($0, abs($1)) }
    let scale =
      largest > 0 ? Double(sign: .plus, exponent: Int(largest.exponent), significand: 1) : 1
    var tally = TallySink(orders: orders.all.count, bins: ScoreBins(highest: 16))
    for (place, order) in orders.all.enumerated() {
      for score in scores(order) {
        if let score { tally.take(Float(score / scale), order: place) }
      }
    }
    return tally.chance(
      slack: 4 * 0x1p-24,
      scale: scale,
      orders: orders,
      commonShare: nil
    ) { threshold, exceeding in
      exceeding.reduce(0) { count, place in
        count
          + scores(orders.all[place]).count { score in
            score.map { Double(Float($0 / scale)) > threshold } ?? false
          }
      }
    }
  }
}
