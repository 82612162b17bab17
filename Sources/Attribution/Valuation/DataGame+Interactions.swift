import Experiment
import Statistics

/// How two players together are worth more, or less, than apart.
public struct Interactions: Sendable, Hashable {
  /// How the second differences are averaged over the other players' coalitions.
  public enum Index: String, Sendable, Hashable, CaseIterable {
    /// Order 2: with each player's own value alone, all terms sum to v(N) − v(∅).
    /// - SeeAlso: Dhamdhere, Agarwal and Sundararajan, "The Shapley Taylor Interaction Index", 2020.
    case shapleyTaylor = "shapley-taylor"
    /// Every coalition alike: the coefficient of the product of both in a least-squares fit.
    case banzhaf
  }

  /// Ids of the players.
  public let players: [String]
  /// `pairs[query][first × players + second]`, symmetric, 0 on the diagonal.
  public let pairs: [[Double]]
  /// `singles[query][player]`: v({i}) − v(∅).
  public let singles: [[Double]]
}

extension DataGame {
  /// Interactions of all pairs, by trying every coalition.
  ///
  /// - Parameter index: Which average.
  /// - Returns: One value a pair and query.
  /// - Throws: `invalidDesign` for more than 16 players; what training throws.
  public func interactions(_ index: Interactions.Index) async throws -> Interactions {
    let table = try await table()
    let count = train.count
    var pairs = queries.map { _ in [Double](repeating: 0, count: count * count) }
    for first in 0..<count {
      for second in first + 1..<max(count, first + 1) {
        let both = 1 << first | 1 << second
        for mask in table.indices where mask & both == 0 {
          let weight =
            switch index {
            case .shapleyTaylor:
              2 / (Double(count) * binomial(count - 1, mask.nonzeroBitCount))
            case .banzhaf: 1 / Double(1 << (count - 2))
            }
          for query in queries.indices {
            let value =
              table[mask | both][query] - table[mask | 1 << first][query]
              - table[mask | 1 << second][query] + table[mask][query]
            pairs[query][first * count + second] += weight * value
            pairs[query][second * count + first] += weight * value
          }
        }
      }
    }
    let singles = queries.indices.map { query in
      train.indices.map { table[1 << $0][query] - table[0][query] }
    }
    return Interactions(players: train, pairs: pairs, singles: singles)
  }

  /// Shapley values as the weighted regression of all coalitions' values on membership, with
  /// efficiency as an exact constraint (KernelSHAP).
  ///
  /// - Returns: Shapley values, with the trainings they took.
  /// - Throws: `invalidDesign` for more than 16 players or fewer than 2; what training throws.
  /// - SeeAlso: Lundberg and Lee, "A Unified Approach to Interpreting Model Predictions", 2017; Covert
  ///   and Lee, "Improving KernelSHAP", 2021.
  public func kernelShapley() async throws -> Valuation {
    let table = try await table()
    let count = train.count
    let last = table.count - 1
    var matrix = [Double](repeating: 0, count: count * count)
    var sides = queries.map { _ in [Double](repeating: 0, count: count) }
    for mask in 1..<max(1, last) {
      let size = mask.nonzeroBitCount
      let weight =
        Double(count - 1) / (binomial(count, size) * Double(size) * Double(count - size))
      for row in 0..<count where mask & 1 << row != 0 {
        for column in 0..<count where mask & 1 << column != 0 {
          matrix[row * count + column] += weight
        }
        for query in queries.indices {
          sides[query][row] += weight * (table[mask][query] - table[0][query])
        }
      }
    }
    guard count >= 2, let factor = CholeskyFactor(matrix, order: count) else {
      throw AttributionError(
        .invalidDesign,
        "cannot fit Shapley values",
        cause: "a regression needs at least 2 players, there are \(count)"
      )
    }
    let ones = factor.solve([Double](repeating: 1, count: count))
    let mass = ones.reduce(0, +)
    let values = queries.indices.map { query -> [Double] in
      let free = factor.solve(sides[query])
      let excess = free.reduce(0, +) - (table[last][query] - table[0][query])
      return zip(free, ones).map { $0 - $1 * excess / mass }
    }
    return Valuation(
      scores: scores("kernel-shapley") { values[$0][$1] },
      trainings: table.count
    )
  }

  /// What every coalition is worth, by the bits of its members: 2^players rows, one value a query.
  private func table() async throws -> [[Double]] {
    guard train.count <= 16 else {
      throw AttributionError(
        .invalidDesign,
        "cannot try every coalition of \(train.count) players",
        cause: "there are 2^\(train.count) of them",
        hint: "part the players into at most 16 groups"
      )
    }
    var record = GameRecord(self)
    return try await record.utilities(
      of: (0..<1 << train.count).map { mask in train.indices.filter { mask & 1 << $0 != 0 } }
    )
  }
}

/// Number of ways to choose.
private func binomial(_ count: Int, _ chosen: Int) -> Double {
  (0..<chosen).reduce(1) { $0 * Double(count - $1) / Double($1 + 1) }
}
