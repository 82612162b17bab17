import Kernels
import ReferenceModels
import Statistics

/// Influence of gradients projected on both sides of every layer: inverse Fisher matrices of
/// L·(aδᵀ)·R, a block a layer.
/// - SeeAlso: Choe et al., "What is Your Data Worth to GPT?", 2024, §3.2.
package struct LoGra: GradientMethod, Hashable {
  /// Widths that a layer's inputs (with the bias' 1) and outputs are projected to; a side that is not
  /// wider stays as it is.
  package var width: Int
  /// What is added to each layer's Fisher matrix.
  package var damping: Damping
  /// Seed of the projections.
  package var seed: UInt64

  package init(
    width: Int,
    damping: Damping = .relative(0.1),
    seed: UInt64 = 0
  ) {
    self.width = width
    self.damping = damping
    self.seed = seed
  }

  package var name: String { "LoGra, width \(width)" }

  package func scores(_ problem: AttributionProblem) throws -> GradientScores {
    guard width > 0 else {
      throw WhiteBoxError(
        .settings,
        "cannot score by LoGra",
        cause: "a projection of width \(width) keeps nothing",
        hint: "choose a width of at least 1"
      )
    }
    var work = Work()
    let train = problem.trainGradients(work: &work)
    let queries = problem.queryGradients(work: &work)
    var sum = DoubleMatrix(rows: queries.rows, columns: train.rows)
    for (index, layer) in problem.model.layers.enumerated() {
      try Task.checkCancellation()
      let left = projection(of: layer.rows, stream: UInt64(2 * index))
      let right = projection(of: layer.outputs, stream: UInt64(2 * index + 1))
      let own = train.columns(layer.range).between(left, right)
      let other = queries.columns(layer.range).between(left, right)
      var fisher = product(own, own, transposingA: true)
      fisher.scale(by: 1 / Double(train.rows))
      let solved = try invert(fisher, damping, named: "the Fisher matrix of \(layer.name)", on: own)
      sum = product(other, solved, transposingB: true, addingTo: sum)
    }
    return try problem.scores(name, sum, work)
  }

  /// Normal numbers of variance 1/width, or the identity where that is not narrower.
  private func projection(of size: Int, stream: UInt64) -> DoubleMatrix {
    guard size > width else {
      var identity = DoubleMatrix(rows: size, columns: size)
      for place in 0..<size { identity[place, place] = 1 }
      return identity
    }
    var generator = SplitMix64(seed: seed, stream: 200 + stream)
    let deviation = 1 / Double(width).squareRoot()
    return DoubleMatrix(
      rows: width,
      columns: size,
      values: (0..<width * size).map { _ in deviation * generator.normal() }
    )
  }
}
