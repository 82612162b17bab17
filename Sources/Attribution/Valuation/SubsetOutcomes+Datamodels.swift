public import Experiment
import Glibc
import Statistics

extension SubsetOutcomes {
  /// Linear datamodels: each query's outcome regressed on membership, with an absolute-value penalty.
  ///
  /// The penalty is chosen for each query by cross-validation over subsets (fold = position modulo
  /// `folds`), on a grid of 20 values from the smallest that makes all coefficients 0 down to a
  /// hundredth of it; the larger of equally good ones wins, and a path ends where it explains 99.9 % of
  /// the variance. An example that all models saw, or none, is not measurable; a query whose outcomes
  /// are all equal has scores 0.
  ///
  /// - Parameter folds: Parts for cross-validation; no more than there are subsets.
  /// - Returns: The coefficients, positive for examples that help.
  /// - Throws: `CancellationError`.
  /// - Complexity: O(N²) memory.
  /// - SeeAlso: Ilyas et al., "Datamodels: Predicting Predictions from Training Data", ICML 2022.
  public func datamodels(folds: Int = 5) throws -> Scores {
    precondition(folds >= 2)
    let folds = min(folds, subsets.count)
    let members = MembershipBits(subsets, examples: train.count)
    let whole = MembershipRegression(members, rows: Array(subsets.indices))
    let penalties = outcomes.map { column in
      let largest = whole.products(with: column).lazy.map(abs).max() ?? 0
      return (0..<20).map { largest * exp(-log(1e2) * Double($0) / 19) }
    }
    var errors = outcomes.map { _ in [Double]() }
    var paths = (0..<folds).map { _ in
      outcomes.map { _ in [Double](repeating: 0, count: train.count) }
    }
    // Small penalties cost most, so they are tried only where the error was still falling.
    var open = outcomes.indices.filter { query in
      outcomes[query].contains { $0 != outcomes[query][0] }
    }
    for stage in stride(from: 0, to: 20, by: 4) where !open.isEmpty {
      for query in open { errors[query] += [0, 0, 0, 0] }
      for fold in 0..<folds {
        let regression = MembershipRegression(
          members,
          rows: subsets.indices.filter { $0 % folds != fold }
        )
        let heldOut = subsets.indices.filter { $0 % folds == fold }
        for query in open {
          try Task.checkCancellation()
          for place in stage..<stage + 4 {
            let model = regression.fit(
              outcomes[query],
              penalty: penalties[query][place],
              from: paths[fold][query]
            )
            paths[fold][query] = model.coefficients
            for row in heldOut {
              let distance = model.prediction(for: subsets[row]) - outcomes[query][row]
              errors[query][place] += distance * distance
            }
          }
        }
      }
      open = open.filter { best(of: errors[$0]) >= stage }
    }
    let values = outcomes.indices.flatMap { query -> [Double] in
      var coefficients = [Double](repeating: 0, count: train.count)
      for penalty in penalties[query].prefix(best(of: errors[query]) + 1) {
        coefficients = whole.fit(outcomes[query], penalty: penalty, from: coefficients).coefficients
      }
      return coefficients
    }
    return Scores(
      estimator: "datamodels",
      train: train,
      queries: queries,
      values: values,
      measurable: whole.means.map { $0 > 0 && $0 < 1 }
    )
  }

  /// The place of the smallest error, the first of equal ones; −1 for none.
  private func best(of errors: [Double]) -> Int {
    errors.indices.min { (errors[$0], $0) < (errors[$1], $1) } ?? -1
  }
}

/// Which subsets hold each example, as bits.
private struct MembershipBits {
  private let words: Int
  private let examples: Int
  /// `words` words an example, a bit a subset.
  private var bits: [UInt64]
  let subsets: [[Int]]

  init(_ subsets: [[Int]], examples: Int) {
    words = (subsets.count + 63) / 64
    self.examples = examples
    self.subsets = subsets
    bits = [UInt64](repeating: 0, count: words * examples)
    for (row, subset) in subsets.enumerated() {
      for member in subset { bits[member * words + row / 64] |= 1 << UInt64(row % 64) }
    }
  }

  /// Second moments of centred memberships over some subsets, N × N, and their means.
  func moments(of rows: [Int]) -> (values: [Double], means: [Double]) {
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
    return (values, means)
  }
}

/// Regression of outcomes on membership in some subsets.
private struct MembershipRegression {
  /// An outcome as a sum over members.
  struct Model {
    let intercept: Double
    let coefficients: [Double]

    func prediction(for subset: [Int]) -> Double {
      subset.reduce(intercept) { $0 + coefficients[$1] }
    }
  }

  /// Share of the subsets that hold each example.
  let means: [Double]
  private let rows: [Int]
  private let subsets: [[Int]]
  private let lasso: Lasso

  init(_ members: MembershipBits, rows: [Int]) {
    let moments = members.moments(of: rows)
    means = moments.means
    lasso = Lasso(moments: moments.values, order: means.count)
    self.rows = rows
    subsets = members.subsets
  }

  /// The fit under one penalty; that of the penalty before where that explains all but 0.1 %.
  func fit(_ column: [Double], penalty: Double, from start: [Double]) -> Model {
    let level = mean(of: rows.map { column[$0] })
    var model = start
    if unexplained(column, level: level, by: start) > 1e-3 {
      model = lasso.coefficients(products: products(with: column), penalty: penalty, from: start)
    }
    return Model(
      intercept: level - zip(model, means).reduce(0) { $0 + $1.0 * $1.1 },
      coefficients: model
    )
  }

  /// Mean product of each centred membership with the centred outcomes.
  func products(with column: [Double]) -> [Double] {
    let centre = mean(of: rows.map { column[$0] })
    var sums = [Double](repeating: 0, count: means.count)
    for row in rows {
      for member in subsets[row] { sums[member] += column[row] - centre }
    }
    return zip(sums, means).map { $1 > 0 && $1 < 1 ? $0 / Double(rows.count) : 0 }
  }

  /// Share of the variance that coefficients leave; 0 for equal outcomes.
  private func unexplained(_ column: [Double], level: Double, by coefficients: [Double]) -> Double {
    let offset = zip(coefficients, means).reduce(0) { $0 + $1.0 * $1.1 }
    var (total, rest) = (0.0, 0.0)
    for row in rows {
      let centred = column[row] - level
      let residual = subsets[row].reduce(centred + offset) { $0 - coefficients[$1] }
      total += centred * centred
      rest += residual * residual
    }
    return total > 0 ? rest / total : 0
  }
}
