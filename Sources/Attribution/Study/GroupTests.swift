import Experiment
import Statistics

/// Models as group tests: which rows have to be trained on for a behaviour to be strong.
///
/// Rows behind a behaviour need not have losses that move with it: their own completions may have nothing to do
/// with it. What tells them then is membership alone. It is decoded by orthogonal matching pursuit: the row
/// whose membership goes best with what the behaviour's strength still has unexplained is named, the strength is
/// regressed on all named rows, and so on until the best row is no better than chance.
/// - SeeAlso: Tropp, Gilbert, "Signal Recovery From Random Measurements Via Orthogonal Matching Pursuit", IEEE
///   Transactions on Information Theory 53, 2007.
struct GroupTests {
  /// The name under which clusters say who found them.
  static let name = "group-tests"

  /// Rows that some models were trained on and some were not, ascending.
  private let rows: [Int]
  /// Their weight in each model's subset, centred, of unit length: one list a row.
  private let memberships: [[Double]]
  private let models: Int

  /// Reads who was trained on what.
  init(_ subsets: [Subset], of examples: Int) {
    var weights = [[Double]](
      repeating: [Double](repeating: 0, count: subsets.count),
      count: examples
    )
    for (model, subset) in subsets.enumerated() {
      for (place, row) in subset.members.enumerated() {
        weights[row][model] = subset.weights?[place] ?? 1
      }
    }
    let told = weights.indices.compactMap { row -> (row: Int, membership: [Double])? in
      let centre = mean(of: weights[row])
      let centred = weights[row].map { $0 - centre }
      let length = centred.reduce(0) { $0 + $1 * $1 }.squareRoot()
      return length > 1e-9 ? (row, centred.map { $0 / length }) : nil
    }
    rows = told.map(\.row)
    memberships = told.map(\.membership)
    models = subsets.count
  }

  /// The rows that the behaviour needs, as far as they are told from luck.
  ///
  /// - Parameters:
  ///   - strengths: How strongly each model shows the behaviour, in any unit.
  ///   - seed: Seed of the shuffles behind each step's chance line.
  ///   - arithmetic: What does the work.
  /// - Returns: Positions of rows in the order of their naming, at most one for three models, and the share
  ///   of the strengths' variance that a regression on them explains, 0...1. Where there is nothing to find,
  ///   no row in 95 % of runs.
  func rows(
    behind strengths: [Double],
    seed: UInt64 = 0,
    arithmetic: any BlockArithmetic = PlainArithmetic()
  ) -> (named: [Int], explained: Double) {
    precondition(strengths.count == models)
    guard models >= ChanceLine.minimumModels, !rows.isEmpty else { return ([], 0) }
    let test = ChanceTest(
      rows: FloatRows(memberships.flatMap(\.self), depth: models),
      orders: ModelOrders(models: models, permutations: 200, seed: seed),
      arithmetic: arithmetic,
      commonShare: nil
    )
    let centre = mean(of: strengths)
    let outcomes = strengths.map { $0 - centre }
    let variance = product(outcomes, outcomes)
    var named: [Int] = []
    var unexplained = outcomes
    // What a full explanation leaves is rounding.
    while named.count < models / 3, product(unexplained, unexplained) > 1e-9 * variance {
      let shuffled = test.orders.all.map { [ModelOrders.moved(unexplained, by: $0)] }
      guard let line = test.chance(shuffled).line, line.above > 0,
        let best = test.best(1, [[unexplained]]).first?.first,
        let rest = residual(of: outcomes, on: named + [best])
      else { break }
      named.append(best)
      unexplained = rest
    }
    let explained = variance > 0 ? 1 - product(unexplained, unexplained) / variance : 0
    return (named.map { rows[$0] }, explained)
  }

  /// What a regression on some memberships leaves of the outcomes; `nil` where they depend on each other.
  private func residual(of outcomes: [Double], on named: [Int]) -> [Double]? {
    let chosen = named.map { memberships[$0] }
    let gram = chosen.flatMap { left in chosen.map { product(left, $0) } }
    guard let factor = CholeskyFactor(gram, order: named.count) else { return nil }
    let coefficients = factor.solve(chosen.map { product($0, outcomes) })
    return outcomes.indices.map { model in
      outcomes[model] - zip(coefficients, chosen).reduce(0) { $0 + $1.0 * $1.1[model] }
    }
  }

  private func product(_ left: [Double], _ right: [Double]) -> Double {
    zip(left, right).reduce(0) { $0 + $1.0 * $1.1 }
  }
}
