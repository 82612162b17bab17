public import Experiment
import Glibc
import Statistics

extension SubsetOutcomes {
  /// Linear datamodels: each query's outcome regressed on membership, with an absolute-value penalty.
  ///
  /// The penalty is chosen for each query by cross-validation over subsets (fold = position modulo
  /// `folds`), on a grid of 20 values from the smallest that makes all coefficients 0 down to a
  /// hundredth of it; the larger of equally good ones wins. An example that all models saw, or none,
  /// is not measurable; a query whose outcomes are all equal has scores 0.
  ///
  /// - Parameter folds: Parts for cross-validation; no more than there are subsets.
  /// - Returns: The coefficients, positive for examples that help.
  /// - Complexity: O(N²) memory.
  /// - SeeAlso: Ilyas et al., "Datamodels: Predicting Predictions from Training Data", ICML 2022.
  public func datamodels(folds: Int = 5) -> Scores {
    precondition(folds >= 2)
    let folds = min(folds, subsets.count)
    let members = MembershipBits(subsets, examples: train.count)
    let whole = members.moments(of: Array(subsets.indices))
    let paths = outcomes.map { column in
      let largest = whole.products(with: column).lazy.map(abs).max() ?? 0
      return (0..<20).map { largest * exp(-log(1e2) * Double($0) / 19) }
    }
    let isConstant = outcomes.map { column in column.allSatisfy { $0 == column[0] } }
    var errors = paths.map { $0.map { _ in 0.0 } }
    for fold in 0..<folds {
      let moments = members.moments(of: subsets.indices.filter { $0 % folds != fold })
      let lasso = Lasso(moments: moments.values, order: train.count)
      let heldOut = subsets.indices.filter { $0 % folds == fold }
      for (query, column) in outcomes.enumerated() where !isConstant[query] {
        let level = mean(of: moments.rows.map { column[$0] })
        for (place, coefficients) in path(lasso, moments.products(with: column), paths[query])
          .enumerated()
        {
          let offset = level - moments.dot(coefficients)
          for row in heldOut {
            let predicted = subsets[row].reduce(offset) { $0 + coefficients[$1] }
            errors[query][place] += (predicted - column[row]) * (predicted - column[row])
          }
        }
      }
    }
    let lasso = Lasso(moments: whole.values, order: train.count)
    let values = outcomes.indices.flatMap { query -> [Double] in
      let smallest = errors[query].min() ?? 0
      guard !isConstant[query], let best = errors[query].firstIndex(of: smallest) else {
        return train.map { _ in 0 }
      }
      let products = whole.products(with: outcomes[query])
      return path(lasso, products, Array(paths[query][...best])).last ?? train.map { _ in 0 }
    }
    return Scores(
      estimator: "datamodels",
      train: train,
      queries: queries,
      values: values,
      measurable: whole.means.map { $0 > 0 && $0 < 1 }
    )
  }

  /// Coefficients under falling penalties, each started from the one before.
  private func path(_ lasso: Lasso, _ products: [Double], _ penalties: [Double]) -> [[Double]] {
    var coefficients = [Double](repeating: 0, count: lasso.order)
    return penalties.map { penalty in
      coefficients = lasso.coefficients(products: products, penalty: penalty, from: coefficients)
      return coefficients
    }
  }
}

/// Which subsets hold each example, as bits.
private struct MembershipBits {
  private let words: Int
  private let examples: Int
  /// `words` words an example, a bit a subset.
  private var bits: [UInt64]
  private let subsets: [[Int]]

  init(_ subsets: [[Int]], examples: Int) {
    words = (subsets.count + 63) / 64
    self.examples = examples
    self.subsets = subsets
    bits = [UInt64](repeating: 0, count: words * examples)
    for (row, subset) in subsets.enumerated() {
      for member in subset { bits[member * words + row / 64] |= 1 << UInt64(row % 64) }
    }
  }

  /// Second moments of centred memberships over some subsets.
  func moments(of rows: [Int]) -> MembershipMoments {
    var mask = [UInt64](repeating: 0, count: words)
    for row in rows { mask[row / 64] |= 1 << UInt64(row % 64) }
    let count = Double(rows.count)
    var values = [Double](repeating: 0, count: examples * examples)
    for one in 0..<examples {
      for other in 0...one {
        var both = 0
        for word in 0..<words {
          both +=
            (bits[one * words + word] & bits[other * words + word] & mask[word])
            .nonzeroBitCount
        }
        values[one * examples + other] = Double(both) / count
      }
    }
    let means = (0..<examples).map { values[$0 * examples + $0] }
    for one in 0..<examples {
      for other in 0...one {
        values[one * examples + other] -= means[one] * means[other]
        values[other * examples + one] = values[one * examples + other]
      }
    }
    return MembershipMoments(rows: rows, values: values, means: means, subsets: subsets)
  }
}

/// Moments of centred memberships over some subsets.
private struct MembershipMoments {
  let rows: [Int]
  /// N × N.
  let values: [Double]
  /// Share of the subsets that hold each example.
  let means: [Double]
  let subsets: [[Int]]

  /// Mean product of each centred membership with the centred outcomes.
  func products(with column: [Double]) -> [Double] {
    let centre = mean(of: rows.map { column[$0] })
    var sums = [Double](repeating: 0, count: means.count)
    for row in rows {
      for member in subsets[row] { sums[member] += column[row] - centre }
    }
    return zip(sums, means).map { $1 > 0 && $1 < 1 ? $0 / Double(rows.count) : 0 }
  }

  /// Sum of coefficients times mean memberships.
  func dot(_ coefficients: [Double]) -> Double {
    zip(coefficients, means).reduce(0) { $0 + $1.0 * $1.1 }
  }
}
