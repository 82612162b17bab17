import Attribution
import Experiment
import Statistics

extension LossMatrix {
  /// A matrix from columns, the last `queries` of them queries; `nil` is missing.
  static func columns(_ columns: [[Double?]], queries: Int) -> LossMatrix {
    let models = columns.first?.count ?? 0
    var matrix = LossMatrix(
      models: (0..<models).map { "m\($0)" },
      train: (0..<columns.count - queries).map { "t\($0)" },
      queries: (0..<queries).map { "q\($0)" }
    )
    for (column, values) in columns.enumerated() {
      for (model, value) in values.enumerated() {
        matrix[model: model, column: column] = value.map { .measured($0) }
      }
    }
    return matrix
  }

  /// Positive losses with three common factors; the same seed gives the same matrix.
  static func random(models: Int, examples: Int, queries: Int, seed: UInt64) -> LossMatrix {
    columns(
      randomColumns(models: models, count: examples + queries, seed: seed),
      queries: queries
    )
  }
}

/// Positive loss columns with three common factors.
func randomColumns(models: Int, count: Int, seed: UInt64) -> [[Double?]] {
  var generator = SplitMix64(seed: seed)
  let factors = (0..<models).map { _ in (0..<3).map { _ in generator.normal() } }
  return (0..<count).map { _ in
    let loadings = (0..<3).map { _ in generator.normal() }
    return factors.map { factor in
      var value = 1.5 + 0.3 * generator.normal()
      for axis in 0..<3 { value += 0.4 * factor[axis] * loadings[axis] }
      return abs(value) + 0.05
    }
  }
}

/// A design of half-size subsets that fits a matrix.
func anyDesign(_ losses: LossMatrix, seed: UInt64 = 1) throws -> SubsetDesign {
  try SubsetDesign.random(
    examples: losses.train.count,
    models: losses.models.count,
    size: max(1, losses.train.count / 2),
    start: .base,
    seed: seed
  )
}

/// One profile for each query.
func singles(_ losses: LossMatrix) -> [QueryProfile] {
  losses.queries.enumerated().map { QueryProfile(name: $1, members: [$0]) }
}

/// Largest absolute difference between two equally long lists.
func distance(_ left: some Sequence<Double>, _ right: some Sequence<Double>) -> Double {
  zip(left, right).reduce(0) { max($0, abs($1.0 - $1.1)) }
}
